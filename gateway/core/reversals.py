"""What the gateway owes: reversals, sent until they are acknowledged, or refused for good."""

from __future__ import annotations

from functools import partial
from typing import Final

from cardswitch.specs.codes import REFUSED_FOR_GOOD, UNDONE
from cardswitch.specs.message import Message
from cardswitch.wire.machine.budget import Budget
from cardswitch.wire.machine.waits import NoAnswer
from cardswitch.wire.ports import Seconds

from .desk import SWITCH, Debt, GatewayDesk
from .entries import Refused, Undone
from .intents import Intent
from .messages import stored

PAUSE_MIN_S: Final[Seconds] = 1.0  # between two sends of a reversal, doubled each time ...
PAUSE_MAX_S: Final[Seconds] = 30.0  # ... up to this
FIRST: Final = "0420"
AGAIN: Final = "0421"


def owe(desk: GatewayDesk, intent: Intent, number: int, mti: str = FIRST) -> None:
    """The reversal of payment or refund *number* is durably owed: send it, as *mti* at first."""
    reversal = intent.exchange(number).reversal
    assert reversal is not None
    debt = Debt(leg=intent.leg, number=number, reversal=reversal, mti=mti, pause=PAUSE_MIN_S)
    desk.debts[debt.leg, debt.number] = debt
    _send(desk, debt)


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
    if (debt.leg, debt.number) in desk.debts and debt.due == due:
        _send(desk, debt)


async def _ask(desk: GatewayDesk, debt: Debt) -> None:
    question, debt.mti = Message(debt.mti, debt.reversal.fields), AGAIN
    try:
        answer = await desk.ask(SWITCH, question, within=desk.answer_s)
    except NoAnswer:
        answer = None
    debt.is_asked = False
    code = answer.get(39) if answer is not None else ""
    if answer is None or code not in UNDONE | REFUSED_FOR_GOOD:
        return _later(desk, debt)
    outcome = Undone if code in UNDONE else Refused
    desk.follow(debt.leg, outcome(desk.now, debt.number, stored(answer)))
    del desk.debts[debt.leg, debt.number]
    return None
