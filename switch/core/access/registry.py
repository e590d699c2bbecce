"""Who may speak at a listener: the merchants, terminals and institutions that it knows."""

from __future__ import annotations

from typing import Final

from cardswitch.specs.codes import MERCHANT_UNKNOWN, NOT_PERMITTED_HERE
from cardswitch.specs.errors import Decline
from cardswitch.specs.message import Message

from ..settings import ListenerSettings

MERCHANT: Final = 42
TERMINAL: Final = 41
INSTITUTION: Final = 32


def require_known(request: Message, listener: ListenerSettings) -> None:
    """Raise Decline, naming the field, unless *listener* knows all whom *request* names.

    58 for a terminal or an institution, 03 for a merchant; a known terminal of another merchant is
    unknown to this one.
    """
    institutions, merchants = listener.institutions, listener.merchants
    if institutions is not None and request.get(INSTITUTION) not in institutions:
        raise Decline(NOT_PERMITTED_HERE, str(INSTITUTION))
    if merchants is None:
        return
    merchant = request.get(MERCHANT).rstrip(" ")
    if merchant not in merchants:
        raise Decline(MERCHANT_UNKNOWN, str(MERCHANT))
    terminals = merchants[merchant]
    if terminals is not None and request.get(TERMINAL).rstrip(" ") not in terminals:
        raise Decline(NOT_PERMITTED_HERE, str(TERMINAL))


def sender_of(request: Message, listener: ListenerSettings) -> str:
    """Who *request* comes from, as far as signing on and off goes; ``""`` if it does not say.

    At a listener for merchants that is the terminal, at one for acquirers the institution.
    """
    field = TERMINAL if listener.serves == "merchants" else INSTITUTION
    return request.get(field).rstrip(" ")


def may_sign(sender: str, listener: ListenerSettings) -> bool:
    """Whether *listener* knows the terminal, or institution, *sender*."""
    if listener.serves == "acquirers":
        return listener.institutions is None or sender in listener.institutions
    merchants = listener.merchants
    return merchants is None or any(
        terminals is None or sender in terminals for terminals in merchants.values()
    )
