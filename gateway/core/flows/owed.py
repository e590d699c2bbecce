"""What the gateway owes: reversals and captures, sent until they are acknowledged or refused."""

from __future__ import annotations

from functools import partial
from typing import Final

from cardswitch.specs.codes import REFUSED_FOR_GOOD, TRY_LATER, UNDONE
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.wire.machine.budget import Budget
from cardswitch.wire.machine.waits import NoAnswer, NotAsked
from cardswitch.wire.ports import Seconds

from ..desk import SWITCH, Debt, GatewayDesk
from ..entries import Answered, Because, IntentEntry, Lapsed, Owed, Refused, Spent, Undone
from ..exchanges import Stand
from ..intents import Intent
from ..messages import repeat_of, reversal_for, stored

PAUSE_MIN_S: Final[Seconds] = 1.0  # between two sends of what is owed, doubled each time ...
PAUSE_MAX_S: Final[Seconds] = 30.0  # ... up to this
SPENT_S: Final[Seconds] = 86_400.0  # after so long a reversal is left to a person


def undo(desk: GatewayDesk, ref: str, number: int, because: Because) -> None:
    """Exchange *number* of *ref* is to be reversed: durably owed, then sent.

    While no trace number is free it stays as it is, and is tried again: something has left, so
    that nobody may be told that nothing was sent.
    """
    exchange = desk.intents[ref].exchange(number)
    if not KINDS.of(exchange.request).moves_money:
        desk.record(ref, Lapsed(desk.now, number))
        return
    rrn = exchange.answer.get(37) if exchange.answer is not None else ""
    try:
        reversal = desk.stamped(reversal_for(exchange.request, desk.now, rrn))
    except NotAsked:
        desk.count("no_number")
        desk.keep(ref, number)
        desk.later(PAUSE_MIN_S, partial(undo, desk, ref, number, because))
        return
    desk.record(ref, Owed(desk.now, number, reversal, because))
    owe(desk, ref, number)


def owe(desk: GatewayDesk, ref: str, number: int, *, is_again: bool = False) -> None:
    """The switch must still hear of exchange *number*: of its reversal, or of the capture it is."""
    exchange = desk.intents[ref].exchange(number)
    is_capture = exchange.reversal is None
    message = exchange.request if exchange.reversal is None else exchange.reversal
    if is_again:
        message = repeat_of(message)
    debt = Debt(
        ref=ref, number=number, message=message, is_capture=is_capture,
        since=exchange.owed_at, pause=PAUSE_MIN_S,
    )  # fmt: skip
    desk.debts[debt.name] = debt
    desk.keep(*debt.name)
    _send(desk, debt)


def settle(desk: GatewayDesk, intent: Intent, because: Because) -> None:
    """What has left, and nobody waits for, is reversed; a capture is sent on."""
    desk.intents[intent.ref] = intent
    for exchange in intent.exchanges:
        if exchange.stand is not Stand.SENT or desk.is_kept(intent.ref, exchange.number):
            continue
        if exchange.asked == "completion":
            owe(desk, intent.ref, exchange.number, is_again=True)
        else:
            undo(desk, intent.ref, exchange.number, because)


def resume(desk: GatewayDesk) -> None:
    """The switch is there: send all that is owed."""
    for debt in list(desk.debts.values()):
        _send(desk, debt)


def _send(desk: GatewayDesk, debt: Debt) -> None:
    """Now, if there is room; if the switch is not there, :func:`resume` does it."""
    if debt.is_asked or not desk.is_ready:
        return
    if desk.is_full(Budget.PENDING):
        _later(desk, debt)
    else:
        debt.is_asked = True
        desk.start(_ask(desk, debt), budget=Budget.PENDING)


def _later(desk: GatewayDesk, debt: Debt) -> None:
    debt.due = desk.now + debt.pause
    desk.later(debt.pause, partial(_when_due, desk, debt, debt.due))
    debt.pause = min(2 * debt.pause, PAUSE_MAX_S)


def _when_due(desk: GatewayDesk, debt: Debt, due: Seconds) -> None:
    """Send it, unless it was acknowledged meanwhile, or is to be sent at another time."""
    if debt.name in desk.debts and debt.due == due:
        _send(desk, debt)


async def _ask(desk: GatewayDesk, debt: Debt) -> None:
    question, debt.message = debt.message, repeat_of(debt.message)
    try:
        answer = await desk.ask(SWITCH, question, within=desk.answer_s)
    except NoAnswer:
        answer = None
    debt.is_asked = False
    entry = _outcome(desk, debt, answer) if answer is not None else None
    if entry is None and not debt.is_capture and desk.now >= debt.since + SPENT_S:
        entry = Spent(desk.now, debt.number)
    if entry is None:
        return _later(desk, debt)
    desk.record(debt.ref, entry)
    del desk.debts[debt.name]
    return desk.let_go(*debt.name)


def _outcome(desk: GatewayDesk, debt: Debt, answer: Message) -> IntentEntry | None:
    """What *answer* makes of it; None: it must be sent again."""
    code, said = answer.get(39), stored(answer)
    if debt.is_capture:
        exchange = desk.intents[debt.ref].exchange(debt.number)
        assert exchange.stand is Stand.SENT, "nobody else hears of it"
        return None if code in TRY_LATER or not code else Answered(desk.now, debt.number, said)
    if code not in UNDONE | REFUSED_FOR_GOOD:
        return None
    outcome = Undone if code in UNDONE else Refused
    return outcome(desk.now, debt.number, said)
