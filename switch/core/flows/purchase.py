"""A purchase or authorisation: check, route, translate the PIN, ask upstream, answer."""

from __future__ import annotations

from cardswitch.specs.message import Message
from cardswitch.specs.transactions.answers import fits
from cardswitch.wire.machine.kernel import NoAnswer

from ..checks import pan_of
from ..desk import Decline, SwitchDesk
from ..states import State
from ..translate import translated_pin
from .reverse import reverse


async def purchase(desk: SwitchDesk, request: Message) -> None:
    """Take *request* through one side of the switch; both sides go this way."""
    desk.record(State.RECEIVED, request)
    try:
        pan = pan_of(request)
        link, upstream = desk.route(request, pan)
        pin = await translated_pin(desk, request, pan, upstream)
        forwarded = desk.speak(link, request, pin)
    except Decline as declined:
        return desk.decline(request, declined.code)
    except NoAnswer:
        return desk.decline(request, "91")

    desk.record(State.FORWARDED, forwarded)
    try:
        answer = await desk.ask(link, forwarded, within=upstream.timeout_s)
    except NoAnswer:
        return undo(desk)

    if not fits(answer, forwarded):
        desk.count("unfit_answer")
        return undo(desk)
    if answer.approved and not desk.is_deliverable():
        desk.count("undeliverable")
        return undo(desk)
    desk.record(State.APPROVED if answer.approved else State.DECLINED, settled(answer, forwarded))
    return desk.respond()


def undo(desk: SwitchDesk) -> None:
    """Nobody can say how it ended: record the reversal, answer all waiters, then send it."""
    reversal = desk.reversal()
    desk.record(State.REVERSING, reversal)
    desk.respond()
    desk.start(reverse(desk, reversal))


def settled(answer: Message, forwarded: Message) -> Message:
    """*answer* as the journal keeps it: with the amount and currency that it may leave out."""
    asked = {n: forwarded[n] for n in (4, 37, 41, 42, 49)}
    return Message(answer.mti, {**asked, **answer.fields})
