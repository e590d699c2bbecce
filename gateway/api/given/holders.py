"""Cardholders who are to be asked first: what is wanted of their banks, and a code that waits."""

from __future__ import annotations

from ...core.authentication import Wanted, Wish
from ...core.calls import Reply
from ..endpoints import Asked, intent_of
from ..ids import new_transaction
from .urls import given_url


def wanted_for(asked: Asked, return_url: str | None, wish: Wish) -> Wanted | None:
    """The authentication that comes before the money, where there is a directory. Raises Fault."""
    back = return_url and given_url(asked, return_url, "return_url")
    if not asked.services.authenticates:
        return None
    return Wanted(
        transaction=new_transaction(),
        ds_transaction=new_transaction(),
        wish=wish,
        return_url=back,
    )


def keep_code(asked: Asked, reply: Reply, cvc: str) -> None:
    """A code waits in memory while the shopper is asked."""
    intent = intent_of(reply)
    if intent.has_code_waiting and intent.card is not None and not reply.is_replayed:
        asked.services.codes.keep(intent.card.id, cvc)
