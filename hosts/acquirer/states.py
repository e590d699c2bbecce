"""The states of a purchase, and which may follow which. Every transition lives here.

An entry of the journal leads into one state (`entries`); the machine asserts this table when it
records one.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Where a purchase stands: the last entry of the journal says so."""

    REFUSED = "refused"  # by the acquirer itself: it never left us
    FORWARDED = "forwarded"  # durable before its first byte leaves: the issuer may hold money
    APPROVED = "approved"
    DECLINED = "declined"
    REVERSING = "reversing"  # the front wants it undone, the network has not said that it is
    UNDONE = "undone"  # also a purchase whose reversal came before it


FOLLOWS: Final[dict[State | None, frozenset[State]]] = {
    None: frozenset({State.REFUSED, State.FORWARDED, State.UNDONE}),
    State.REFUSED: frozenset(),
    State.FORWARDED: frozenset({State.APPROVED, State.DECLINED, State.REVERSING}),
    State.APPROVED: frozenset({State.REVERSING}),
    State.DECLINED: frozenset(),
    State.REVERSING: frozenset({State.UNDONE}),
    State.UNDONE: frozenset(),
}
OPEN: Final = frozenset({State.FORWARDED, State.REVERSING})  # An answer must still come.
MAY_HOLD_MONEY: Final = OPEN | {State.APPROVED}  # A reversal of it must go into the network.
