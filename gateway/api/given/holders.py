"""Cardholders who are to be asked first: what is wanted of their banks, and a code that waits."""

from __future__ import annotations

from typing import Final

from ...core.authentication import Browser, Wanted, Wish
from ...core.calls import Reply
from ..endpoints import Asked, Services, intent_of
from ..ids import new_transaction
from .urls import given_url

UNKNOWN: Final = Browser()  # one of which nothing is known


def wanted_for(asked: Asked, return_url: str | None, wish: Wish) -> Wanted | None:
    """The authentication that comes before the money, where there is a directory. Raises Fault."""
    back = return_url and given_url(asked, return_url, "return_url")
    return wanted_of(asked.services, back, wish=wish)


def wanted_of(
    services: Services,
    back: str | None = None,
    *,
    wish: Wish = "automatic",
    browser: Browser = UNKNOWN,
) -> Wanted | None:
    """The same for a *browser* of which something is known; *back* is where it goes after that."""
    if not services.authenticates:
        return None
    return Wanted(
        transaction=new_transaction(),
        ds_transaction=new_transaction(),
        wish=wish,
        browser=browser,
        return_url=back or None,
    )


def keep_code(services: Services, reply: Reply, cvc: str) -> None:
    """A code waits in memory while the shopper is asked."""
    intent = intent_of(reply)
    if intent.has_code_waiting and intent.card is not None and not reply.is_replayed:
        services.codes.keep(intent.card.id, cvc)
