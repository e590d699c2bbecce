"""What a listener lets in: what its request asks for, checked before it becomes a leg."""

from __future__ import annotations

from typing import Final

from cardswitch.specs.codes import FORMAT_ERROR, NOT_PERMITTED_HERE
from cardswitch.specs.errors import Decline
from cardswitch.specs.merchants import is_merchant_id
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.accepted import Accepted, accept
from cardswitch.specs.transactions.kinds import Kind

from .settings import ListenerSettings

NAMING: Final = (37, 38, 90)  # the fields by which a request names its original


def admit(request: Message, kind: Kind, listener: ListenerSettings) -> Accepted:
    """What *request* of the class *kind* asks for; raises Decline for the first fault.

    It depends on the message alone, and on what its *listener* is for: a copy gets the same.
    """
    require_allowed(kind, listener)
    accepted = accept(request, kind, listener.requires)
    if listener.serves == "merchants" and not is_merchant_id(accepted.merchant):
        raise Decline(FORMAT_ERROR, "42")
    return accepted


def require_allowed(kind: Kind, listener: ListenerSettings) -> None:
    """Declines what is not for those whom *listener* serves, or is off there."""
    is_allowed = not kind.by_name or kind.name in listener.allows
    if listener.serves not in kind.sent_by or not is_allowed:
        raise Decline(NOT_PERMITTED_HERE)


def digest_of(request: Message, accepted: Accepted, card: str) -> str:
    """What a repeat of *request* must agree in; *card* is the fingerprint of its card, if any."""
    digest = accepted.terms(card).digest
    if accepted.kind.original:
        return "|".join([digest, *map(request.get, NAMING)])
    return digest
