"""The terminal's batch: its number, and what was sold in it, counted per currency."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.specs.transactions.totals import Totals, total

BATCH_MAX: Final = 999  # Three digits on every receipt and host report; then 1 again.


class Tally(Struct, frozen=True, gc=False):
    """How many, and how much in minor units."""

    count: int = 0
    amount: int = 0

    def plus(self, amount: int, count: int = 1) -> Tally:
        """So many more, of *amount* together; both may be negative."""
        return Tally(self.count + count, self.amount + amount)


class Difference(Struct, frozen=True, gc=False, kw_only=True):
    """An item that the switch has otherwise, or not; amounts in minor units."""

    stan: str
    transaction: str  # the name of its row in the table of transactions
    here: int
    there: int  # 0: it has none of it
    code: str  # what it said


class Settlement(Struct, frozen=True, kw_only=True):
    """How a batch was settled, as far as it is in one currency."""

    batch: int
    currency: str  # numeric
    is_balanced: bool
    here: Totals
    there: Mapping[str, Totals]  # by bank day; empty where the switch does not say
    differences: tuple[Difference, ...] = ()

    @property
    def unknown_here(self) -> Totals:
        """What the switch has besides the items of this batch, once those were compared."""
        known = self.here
        for one in self.differences:
            sign = KINDS.named(one.transaction).sign
            known = known.less(Totals().plus(sign * one.here))
            if one.there:
                known = total((known, Totals().plus(sign * one.there)))
        return total(self.there.values()).less(known)


class Batch(Struct, frozen=True):
    """*totals*: numeric currency -> class and outcome (``sale approved``, ...) -> how much.

    Approved is what stays; reversed counts the reversals, and what each took back.
    """

    number: int = 1
    totals: Mapping[str, Mapping[str, Tally]] = {}

    def plus(self, line: str, currency: str, amount: int, count: int = 1) -> Batch:
        """The batch with *count* more in *line*; what is undone is negative.

        >>> Batch().plus("sale approved", "978", 1250).totals["978"]["sale approved"]
        Tally(count=1, amount=1250)
        """
        of_currency = self.totals.get(currency, {})
        tally = of_currency.get(line, Tally()).plus(amount, count)
        return Batch(self.number, {**self.totals, currency: {**of_currency, line: tally}})

    def next(self) -> Batch:
        """An empty batch of the next number; 1 follows 999.

        >>> Batch(999).next().number
        1
        """
        return Batch(self.number % BATCH_MAX + 1)
