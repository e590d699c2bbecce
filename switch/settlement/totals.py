"""Batches: what a terminal of a merchant did on one day in one currency, counted and summed."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from .movements import Movement


class BatchTotals(Struct, frozen=True, gc=False, kw_only=True):
    """One line of a terminal's day: all its movements of one kind.

    A purchase that was reversed on its own day stands in two lines that come to nothing.
    """

    business_date: str  # label of the bank day whose close has booked it
    moved_on: str  # label of the day of its movements: an earlier one if they came late
    merchant: str
    terminal: str
    currency: str  # ISO 4217 numeric
    kind: str  # see settlement.movements
    count: int
    amount: int  # what it adds to that which the merchant is owed: minor units, signed


def batches(business_date: str, movements: Iterable[Movement]) -> tuple[BatchTotals, ...]:
    """*movements* in batches, ordered by day, merchant, terminal, currency and kind.

    *business_date* is the label of the day whose close books them.
    """
    groups: dict[tuple[str, str, str, str, str], list[int]] = {}
    for m in movements:
        key = (m.moved_on, m.merchant, m.terminal, m.currency, m.kind)
        groups.setdefault(key, []).append(m.amount)
    return tuple(_batch(business_date, key, groups[key]) for key in sorted(groups))


def _batch(
    business_date: str, key: tuple[str, str, str, str, str], amounts: list[int]
) -> BatchTotals:
    moved_on, merchant, terminal, code, kind = key
    return BatchTotals(
        business_date=business_date,
        moved_on=moved_on,
        merchant=merchant,
        terminal=terminal,
        currency=code,
        kind=kind,
        count=len(amounts),
        amount=sum(amounts),
    )
