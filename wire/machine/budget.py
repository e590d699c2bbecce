"""What a flow is for, and how many of each there may be."""

from __future__ import annotations

from enum import IntEnum, auto
from typing import Final

from msgspec import Struct

NEVER: Final = float("inf")


class Budget(IntEnum):
    """What a flow is for. Each has room of its own, so that doing never takes that of undoing."""

    DOING = auto()  # requests that move money
    UNDOING = auto()  # reversals and advices that come in
    PENDING = auto()  # what goes out of them, while they are asked; those that wait are no flows
    CARING = auto()  # one for each link that is looked after, and for each MAC of what we send


class Limits(Struct, frozen=True):
    """The bounds of a kernel: each keeps memory finite when a peer misbehaves."""

    flows_max: int = 10_000  # Flows for doing alive at once, over all links.
    undoing_max: int = 4_000  # Flows for undoing, likewise.
    pending_max: int = 1_000  # Pending reversals that are asked at once.
    flows_per_link_max: int = 4_000  # Flows for doing, or for undoing, that one link began.
    waits_per_link_max: int = 4_000  # Questions open on one link.

    def of(self, budget: Budget) -> float:
        """How many flows of *budget* may be alive at once."""
        match budget:
            case Budget.DOING:
                return self.flows_max
            case Budget.UNDOING:
                return self.undoing_max
            case Budget.PENDING:
                return self.pending_max
            case Budget.CARING:
                return NEVER
