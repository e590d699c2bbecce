"""What we owe: tell a peer upstream to undo, and keep telling it until it agrees.

A pending reversal is a flow only while it is asked. While it waits for its next time it is an alarm
of the kernel, so that those that are pending never take the room of those that come in.
"""

from __future__ import annotations

from cardswitch.specs.codes import REFUSED_FOR_GOOD, UNAVAILABLE, UNDONE
from cardswitch.specs.message import Message
from cardswitch.wire.machine.budget import Budget
from cardswitch.wire.machine.waits import NoAnswer
from cardswitch.wire.ports import LinkId, Seconds

from ..desk import SwitchDesk
from ..settings import Settings
from ..states import State


def undo(desk: SwitchDesk) -> None:
    """Nobody can say how it ended: record the reversal, answer all waiters, then send it.

    Where no money can have moved there is nothing to undo: it is declined.
    """
    leg = desk.leg
    if leg.kind.moves_money:
        begin(desk)
    else:
        assert leg.forwarded is not None, "what is in doubt was forwarded"
        desk.record(State.DECLINED, desk.decided(leg.forwarded, UNAVAILABLE))
    desk.respond()


def begin(desk: SwitchDesk, stays: int = 0) -> None:
    """Owe the reversal of the leg, but for *stays* minor units, and send it."""
    reversal = desk.reversal(stays)
    desk.record(State.REVERSING, reversal, stays=stays)
    pursue(desk, reversal)


def pursue(desk: SwitchDesk, reversal: Message, sent: int = 0, tries: int = 0) -> None:
    """Send *reversal* now, or in a while if it cannot be sent now, or if nobody answers.

    *sent* counts the sends so far; after a crash nobody knows, so one is assumed.
    """
    if sent >= desk.settings.reversals_sent_max:
        desk.record(State.EXCEPTION, reversal)
    elif desk.has_room(Budget.PENDING) and desk.is_up(LinkId(desk.leg.upstream)):
        desk.start(send(desk, reversal, sent, tries), budget=Budget.PENDING)
    else:
        again(desk, reversal, sent, tries + 1)


def again(desk: SwitchDesk, reversal: Message, sent: int, tries: int) -> None:
    """Try once more after a pause."""
    seconds = pause(desk.settings, tries, desk.leg.number)
    desk.later(seconds, lambda: pursue(desk, reversal, sent, tries))


async def send(desk: SwitchDesk, reversal: Message, sent: int, tries: int) -> None:
    """Send *reversal* once: at first as 0420, then as 0421."""
    question = reversal if sent == 0 else Message("0421", reversal.fields)
    link = LinkId(desk.leg.upstream)
    code = ""
    try:
        answer = await desk.ask(link, question, within=desk.settings.reversal_timeout_s)
        code = answer.get(39)
    except NoAnswer:
        desk.count("reversal_no_answer")
    if code in UNDONE:
        desk.record(State.REDUCED if desk.leg.stays else State.REVERSED, answer.without(2))
    elif code in REFUSED_FOR_GOOD:
        desk.record(State.EXCEPTION, answer.without(2))
    else:
        again(desk, reversal, sent + 1, tries + 1)


def pause(settings: Settings, tries: int, number: int) -> Seconds:
    """How long to wait before the next send: doubled each time, spread by the leg's number.

    Chance has no place in the core, so the spread (three quarters to all of it) is computed.
    """
    longest = settings.reversal_pause_s * 2.0 ** min(tries - 1, 20)
    spread = 0.75 + 0.25 * (number * 2_654_435_761 % 2**32) / 2**32
    return min(longest, settings.reversal_pause_max_s) * spread
