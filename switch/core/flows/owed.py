"""What we owe upstream, a reversal or an advice: told until it is acknowledged, or set aside.

It is a flow only while it is asked. While it waits for its next time it is an alarm of the kernel,
so that what is pending never takes the room of what comes in.
"""

from __future__ import annotations

from collections.abc import Mapping

from cardswitch.specs.codes import APPROVED, REFUSED_FOR_GOOD, TRY_LATER, UNDONE
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.answers import fits
from cardswitch.wire.machine.budget import Budget
from cardswitch.wire.machine.waits import NoAnswer
from cardswitch.wire.ports import LinkId, Seconds

from ..desk import SwitchDesk
from ..legs import Leg
from ..settings import Settings
from ..states import State


def pursue(desk: SwitchDesk, owed: Message, sent: int = 0, tries: int = 0) -> None:
    """Send *owed* now, or in a while if it cannot be sent now, or if nobody answers.

    *sent* counts the sends so far; after a crash nobody knows, so one is assumed. What is owed
    about the same transaction already, goes before.
    """
    if desk.memory.turns.wait(desk.leg, sent):
        return
    if sent >= desk.settings.reversals_sent_max:
        settle(desk, State.EXCEPTION, owed)
    elif desk.has_room(Budget.PENDING) and desk.is_up(LinkId(desk.leg.upstream)):
        desk.start(send(desk, owed, sent, tries), budget=Budget.PENDING)
    else:
        again(desk, owed, sent, tries + 1)


def again(desk: SwitchDesk, owed: Message, sent: int, tries: int) -> None:
    """Try once more after a pause."""
    seconds = pause(desk.settings, tries, desk.leg.number)
    desk.later(seconds, lambda: pursue(desk, owed, sent, tries))


async def send(desk: SwitchDesk, owed: Message, sent: int, tries: int) -> None:
    """Send *owed* once: at first as it is, then as its repeat."""
    question = owed if sent == 0 else Message(f"{owed.mti[:3]}1", owed.fields)
    link = LinkId(desk.leg.upstream)
    code, kind = "", desk.leg.kind
    try:
        answer = await desk.ask(link, question, within=timeout_s(desk))
        code = answer.get(39)
        if desk.leg.state is State.TAKEN and not fits(answer, owed, kind):
            desk.count("unfit_answer")
            code = ""
    except NoAnswer:
        desk.count("reversal_no_answer" if owed.mti[1] == "4" else "advice_no_answer")
    outcome = outcome_of(desk.leg, code)
    if outcome is not None:
        settle(desk, outcome, answer.without(2))
    else:
        again(desk, owed, sent + 1, tries + 1)


def settle(
    desk: SwitchDesk, state: State, message: Message, beside: Mapping[str, str] | None = None
) -> None:
    """Record that nothing is sent any more; what waited goes now, but not past an exception."""
    desk.record(state, message, beside=beside)
    following = desk.memory.turns.next(desk.leg)
    if following is not None:
        leg, sent = following
        assert leg.pending is not None, "what is pending is known"
        pursue(desk.of(leg), leg.pending, sent)


def timeout_s(desk: SwitchDesk) -> Seconds:
    """How long the leg's upstream may take to acknowledge."""
    upstream = desk.settings.upstreams[desk.leg.upstream]
    own = upstream.reversal_timeout_s
    return desk.settings.reversal_timeout_s if own is None else own


def outcome_of(leg: Leg, code: str) -> State | None:
    """What *code* makes of *leg*, of which something is owed; None: it must be told again.

    Nobody may decline an advice: who says anything but yes, or that he cannot now, is for a person.
    """
    if leg.state is State.TAKEN:
        if code == APPROVED:
            return State.APPROVED
        return State.EXCEPTION if code and code not in TRY_LATER else None
    if code in UNDONE:
        return State.REDUCED if leg.stays else State.REVERSED
    return State.EXCEPTION if code in REFUSED_FOR_GOOD else None


def pause(settings: Settings, tries: int, number: int) -> Seconds:
    """How long to wait before the next send: doubled each time, spread by the leg's number.

    Chance has no place in the core, so the spread (three quarters to all of it) is computed.
    """
    longest = settings.reversal_pause_s * 2.0 ** min(tries - 1, 20)
    spread = 0.75 + 0.25 * (number * 2_654_435_761 % 2**32) / 2**32
    return min(longest, settings.reversal_pause_max_s) * spread
