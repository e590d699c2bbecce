"""What others want undone: a reversal comes in from downstream."""

from __future__ import annotations

from cardswitch.specs.message import Message
from cardswitch.wire.ports import LinkId

from ..desk import SwitchDesk
from ..states import State
from .reverse import reverse


async def reversal(desk: SwitchDesk, link: LinkId, request: Message) -> None:
    """Undo the leg of *desk*, as *request* from *link* asks; agree once that duty is durable.

    A leg without an outcome is waited for. A repeat, or a leg that took no money, is agreed to at
    once. A leg that nobody knows is remembered as undone, should its original still arrive.
    """
    leg = desk.leg
    if leg.state is None:
        desk.record(State.REVERSED, request.reply("00"))
    elif leg.is_open:
        desk.count("reversal_of_open_leg")
        await desk.outcome()
    if leg.state is State.APPROVED:
        pending = desk.reversal()
        desk.record(State.REVERSING, pending)
        desk.start(reverse(desk, pending))
    desk.send(link, request.reply("00", {37: leg.rrn} if leg.rrn else None))
