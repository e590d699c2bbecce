"""Batches: what a terminal of a merchant did on one day in one currency, counted and summed."""

from __future__ import annotations

from msgspec import Struct


class BatchTotals(Struct, frozen=True, gc=False, kw_only=True):
    """One line of a terminal's day: all its movements of one kind.

    A purchase that was reversed on its own day stands in two lines that come to nothing.
    """

    number: int  # 1, 2, 3, … in the books
    business_date: str  # label of the bank day whose close has booked it
    moved_on: str  # label of the day of its movements: an earlier one if they came late
    merchant: str
    channel: str  # the listener that they came in by
    terminal: str
    currency: str  # ISO 4217 numeric
    kind: str  # see settlement.movements
    count: int
    amount: int  # what it adds to that which the merchant is owed: minor units, signed

    @property
    def journal_id(self) -> str:
        """The name of its journal in the general ledger."""
        return f"batch:{self.number}"
