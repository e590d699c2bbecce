"""Network management from a peer: it signs on or off, or asks for a sign of life."""

from __future__ import annotations

from cardswitch.specs.codes import (
    FORMAT_ERROR,
    NOT_PERMITTED_HERE,
    SIGN_OFF,
    SIGN_ON,
    UNAVAILABLE,
)
from cardswitch.specs.errors import Decline
from cardswitch.specs.message import Message
from cardswitch.wire.machine.network import network_reply
from cardswitch.wire.ports import LinkId

from ..access.registry import TERMINAL, may_sign, sender_of
from ..memory import Memory
from ..settings import ListenerSettings


def downstream(
    memory: Memory, link: LinkId, request: Message, listener: ListenerSettings
) -> Message:
    """The answer to *request*; whoever has signed off is declined until he signs on again.

    That concerns him alone. On a link of acquirers who name nobody, all that comes on it is theirs;
    behind a link of merchants there may be many terminals, so there each must give its name.
    Raises Decline.
    """
    code = request.get(70)
    if code in (SIGN_ON, SIGN_OFF):
        sender = require_sender(request, listener)
        if not memory.sessions.sign(link, sender, on=code == SIGN_ON):
            raise Decline(UNAVAILABLE)
    return network_reply(request)


def require_sender(request: Message, listener: ListenerSettings) -> str:
    """Whom *request* concerns, on a link of acquirers perhaps nobody by name. Raises Decline."""
    sender = sender_of(request, listener)
    if not sender and listener.serves == "merchants":
        raise Decline(FORMAT_ERROR, str(TERMINAL))
    if sender and not may_sign(sender, listener):
        raise Decline(NOT_PERMITTED_HERE)
    return sender
