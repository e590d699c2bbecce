"""Batches: for one day, what a terminal of a merchant took in one currency, counted and summed."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from .movements import Movement, MovementKind


class BatchTotals(Struct, frozen=True, gc=False):
    """Counts and sums of one terminal's day; sums in minor units.

    A purchase that was reversed on its own day stands in both counts and adds nothing to the net.
    """

    business_date: str
    merchant: str
    terminal: str
    currency: str  # ISO 4217 numeric
    captures: int
    captured: int
    reversals: int
    reversed: int

    @property
    def net(self) -> int:
        """What the batch adds to that which the merchant is owed; may be negative."""
        return self.captured - self.reversed


def batches(movements: Iterable[Movement]) -> tuple[BatchTotals, ...]:
    """*movements* in batches, ordered by day, merchant, terminal and currency."""
    groups: dict[tuple[str, str, str, str], list[Movement]] = {}
    for movement in movements:
        key = (movement.business_date, movement.merchant, movement.terminal, movement.currency)
        groups.setdefault(key, []).append(movement)
    return tuple(_batch(key, groups[key]) for key in sorted(groups))


def _batch(key: tuple[str, str, str, str], group: list[Movement]) -> BatchTotals:
    captured = [m.amount for m in group if m.kind is MovementKind.CAPTURE]
    reversed_ = [m.amount for m in group if m.kind is MovementKind.REVERSAL]
    return BatchTotals(*key, len(captured), sum(captured), len(reversed_), sum(reversed_))
