"""What we undo upstream: the reversal is recorded, and from then on owed."""

from __future__ import annotations

from cardswitch.specs.codes import UNAVAILABLE

from ..desk import SwitchDesk
from ..legs import Leg
from ..states import State
from .owed import pursue


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


def take_back(desk: SwitchDesk, increment: Leg, original: Leg) -> None:
    """Owe the reversal of *increment*; what it added, *original* holds no more. Raises NoAnswer."""
    undoing = desk.of(increment)
    reversal = undoing.reversal()
    left = original.held - increment.approved
    desk.of(original).record(State.ADJUSTED, reversal, stays=left)
    undoing.record(State.REVERSING, reversal)
    pursue(undoing, reversal)


def begin(desk: SwitchDesk, stays: int = 0) -> None:
    """Owe the reversal of the leg, but for *stays* minor units, and send it."""
    reversal = desk.reversal(stays)
    desk.record(State.REVERSING, reversal, stays=stays)
    pursue(desk, reversal)
