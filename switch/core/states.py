"""The states of a transaction leg, and which may follow which. Every transition lives here.

The manual's diagram is drawn from this table, and :meth:`SwitchDesk.record` asserts it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Where a leg stands: its last row in the journal says so. In memory a leg begins without."""

    FORWARDED = "forwarded"  # durable before its first byte goes upstream: the peer may hold money
    APPROVED = "approved"
    DECLINED = "declined"
    REVERSING = "reversing"  # a reversal is owed upstream until it is acknowledged
    REVERSED = "reversed"  # undone; also a reversal that came before its original (a tombstone)
    REDUCED = "reduced"  # undone in part: what stays is still captured
    EXCEPTION = "exception"  # what is owed was refused or never acknowledged: a person must look
    RESOLVED = "resolved"  # a person did, and said why nothing more is to be sent
    TAKEN = "taken"  # an advice: we have said yes, and owe it upstream until it is acknowledged
    FOLLOWED = "followed"  # a sale or a capture: some of it was refunded, or a tip was added to it
    ADJUSTED = "adjusted"  # an authorisation: an increment of it was approved, or undone
    PART_COMPLETED = "part_completed"  # an authorisation: a part is captured, the rest still held
    COMPLETED = "completed"  # an authorisation, of which what there was to capture is captured
    ANSWERED = "answered"  # a reversal that came in, a leg of its own: its code says how


STATES: Final[Mapping[str, State]] = {state.value: state for state in State}


class Mark(StrEnum):
    """Rows of the journal that belong to no leg; they stand in the column of the state."""

    CUT_OVER = "cut_over"  # a bank day ends here and the next begins
    CLOSED = "closed"  # settlement has closed a bank day
    BANK = "bank"  # settlement has taken what a bank says of payouts, or a person decided on them
    KEY = "key"  # a step of a key change: the key under the LMK, and its check value
    NETWORK = "network"  # what an operator said to a peer by 0800, or a host to us
    TOTALS = "totals"  # what a settlement date came to with an upstream, by us and by it
    CHECKPOINT = "checkpoint"  # all that a start must know of what is before


_HELD: Final = frozenset({State.REVERSING, State.ADJUSTED, State.PART_COMPLETED, State.COMPLETED})
_PAID: Final = _HELD | {State.FOLLOWED}
FOLLOWS: Final[dict[State | None, frozenset[State]]] = {
    None: frozenset({State.FORWARDED, State.DECLINED, State.REVERSED, State.TAKEN, State.ANSWERED}),
    State.FORWARDED: frozenset({State.APPROVED, State.DECLINED, State.REVERSING}),
    State.APPROVED: _PAID,
    State.DECLINED: frozenset(),
    State.REVERSING: frozenset({State.REVERSED, State.REDUCED, State.EXCEPTION}),
    State.REVERSED: frozenset(),
    State.REDUCED: _PAID,
    State.EXCEPTION: frozenset({State.REVERSING, State.TAKEN, State.RESOLVED}),
    State.RESOLVED: frozenset(),
    State.TAKEN: frozenset({State.APPROVED, State.EXCEPTION}),
    State.FOLLOWED: frozenset({State.FOLLOWED, State.REVERSING}),  # Undone when refunds were.
    State.ADJUSTED: _HELD,
    State.PART_COMPLETED: _HELD,
    State.COMPLETED: frozenset(),
    State.ANSWERED: frozenset({State.ANSWERED}),  # refused while a person had the original in hand
}
# With these a leg is not finished, and stays in memory; in the last, a person must finish it.
UNFINISHED: Final = frozenset(
    {None, State.FORWARDED, State.REVERSING, State.TAKEN, State.EXCEPTION}
)
# A reversal or an advice is to be sent upstream until it is acknowledged.
PENDING: Final = frozenset({State.REVERSING, State.TAKEN})
# With these whatever else is owed about the same transaction waits, for a person too.
IN_TURN: Final = PENDING | {State.EXCEPTION}
# With these something is owed upstream, if money may have moved.
OWING: Final = PENDING | {State.FORWARDED}
# If its class moves money, that is held for it, and a reversal may take it back.
CAPTURED: Final = frozenset(
    {State.APPROVED, State.REDUCED, State.FOLLOWED, State.ADJUSTED, State.PART_COMPLETED}
)


def mermaid() -> str:
    """The table as a Mermaid state diagram, for the manual."""
    lines = ["stateDiagram-v2"]
    for state, followers in FOLLOWS.items():
        source = "[*]" if state is None else str(state)
        ordered = sorted(followers, key=list(State).index)
        lines += [f"    {source} --> {follower}" for follower in ordered]
    return "\n".join(lines)
