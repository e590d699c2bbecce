"""The states of a leg of the acquirer, and which may follow which. Every transition lives here.

An entry of the journal leads into one state (`entries`); the desk asserts this table when it
records one.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Where a purchase, or a reversal, stands: the last entry of the journal says so."""

    REFUSED = "refused"  # by the acquirer itself: it never left us
    FORWARDED = "forwarded"  # durable before its first byte leaves: the issuer may hold money
    APPROVED = "approved"
    DECLINED = "declined"
    REVERSING = "reversing"  # the front wants it undone, the network has not said that it is
    UNDONE = "undone"  # also a purchase whose reversal came before it
    REDUCED = "reduced"  # undone in part: what stays is still booked
    FOLLOWED = "followed"  # a sale or a capture: some of it was refunded, or a tip was added to it
    ADJUSTED = "adjusted"  # an authorisation: an increment of it was approved, or undone
    PART_COMPLETED = "part_completed"  # an authorisation: a part is captured, the rest still held
    COMPLETED = "completed"  # an authorisation, of which all that was to be is captured
    ANSWERED = "answered"  # a reversal that came in, a leg of its own


_HELD: Final = frozenset({State.REVERSING, State.ADJUSTED, State.PART_COMPLETED, State.COMPLETED})
_PAID: Final = _HELD | {State.FOLLOWED}
FOLLOWS: Final[dict[State | None, frozenset[State]]] = {
    None: frozenset({State.REFUSED, State.FORWARDED, State.UNDONE, State.ANSWERED}),
    State.REFUSED: frozenset(),
    State.FORWARDED: frozenset({State.APPROVED, State.DECLINED, State.REVERSING}),
    State.APPROVED: _PAID,
    State.DECLINED: frozenset(),
    State.REVERSING: frozenset({State.UNDONE, State.REDUCED}),
    State.UNDONE: frozenset(),
    State.REDUCED: _PAID,
    State.FOLLOWED: frozenset({State.FOLLOWED, State.REVERSING}),  # Undone when refunds were.
    State.ADJUSTED: _HELD,
    State.PART_COMPLETED: _HELD,
    State.COMPLETED: frozenset(),
    State.ANSWERED: frozenset(),
}
OPEN: Final = frozenset({State.FORWARDED, State.REVERSING})  # An answer must still come.
# If its class moves money, a reversal of it must go into the network.
HOLDS_MONEY: Final = frozenset(
    {State.APPROVED, State.REDUCED, State.FOLLOWED, State.ADJUSTED, State.PART_COMPLETED}
)
MAY_HOLD_MONEY: Final = OPEN | HOLDS_MONEY
