"""Batches: what a terminal of a merchant took on one day in one currency, counted and summed."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from .movements import Movement, MovementKind


class BatchTotals(Struct, frozen=True, gc=False, kw_only=True):
    """Counts and sums of one terminal's day; sums in minor units.

    A purchase that was reversed on its own day stands in both counts and adds nothing to the net.
    """

    business_date: str  # label of the bank day whose close has booked it
    moved_on: str  # label of the day of its movements: an earlier one if they came late
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


def batches(business_date: str, movements: Iterable[Movement]) -> tuple[BatchTotals, ...]:
    """*movements* in batches, ordered by day, merchant, terminal and currency.

    *business_date* is the label of the day whose close books them.
    """
    groups: dict[tuple[str, str, str, str], list[Movement]] = {}
    for movement in movements:
        key = (movement.moved_on, movement.merchant, movement.terminal, movement.currency)
        groups.setdefault(key, []).append(movement)
    return tuple(_batch(business_date, key, groups[key]) for key in sorted(groups))


def _batch(
    business_date: str, key: tuple[str, str, str, str], group: list[Movement]
) -> BatchTotals:
    captured = [m.amount for m in group if m.kind is MovementKind.CAPTURE]
    reversed_ = [m.amount for m in group if m.kind is MovementKind.REVERSAL]
    moved_on, merchant, terminal, code = key
    return BatchTotals(
        business_date=business_date,
        moved_on=moved_on,
        merchant=merchant,
        terminal=terminal,
        currency=code,
        captures=len(captured),
        captured=sum(captured),
        reversals=len(reversed_),
        reversed=sum(reversed_),
    )
