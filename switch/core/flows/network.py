"""Network management from a peer: it signs on or off, or asks for a sign of life."""

from __future__ import annotations

from cardswitch.specs.codes import SIGN_OFF, SIGN_ON
from cardswitch.specs.message import Message
from cardswitch.wire.machine.desk import Desk
from cardswitch.wire.machine.network import network_reply
from cardswitch.wire.ports import LinkId

from ..memory import Memory


def network(desk: Desk, memory: Memory, link: LinkId, request: Message) -> None:
    """Answer *request*; whoever has signed off on *link* is declined until it signs on again."""
    if request.get(70) == SIGN_OFF:
        memory.signed_off.add(link)
    elif request.get(70) == SIGN_ON:
        memory.signed_off.discard(link)
    desk.send(link, network_reply(request))
