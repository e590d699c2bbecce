"""Bank days: a chain in which each begins where the one before ended, by a row of the journal.

A day's end is fixed when it begins. Another cut-off in the configuration counts from the next day.
Each acquirer has a chain of its own, and its name stands in the labels of its days: what lies in
one of them is settled by that acquirer, whatever the configuration says of its merchant later.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from cardswitch.specs.dates import CutOff
from cardswitch.wire.ports import Seconds

OF: Final = "."  # between a day and its acquirer: banks carry it, and file names


class BankDay(Struct, frozen=True, gc=False):
    """A bank day that has begun."""

    date: str  # YYYY-MM-DD
    run: int  # 1; more if a day of this date was ended before its time
    starts_at: Seconds
    ends_at: Seconds  # when it is to end, unless an operator ends it sooner
    acquirer: str = ""  # whose it is; most switches have one, which has no name

    @property
    def label(self) -> str:
        """Its name in rows, books and files.

        >>> BankDay("2026-11-28", 1, 0.0, 1.0).label, BankDay("2026-11-28", 2, 0.0, 1.0).label
        ('2026-11-28', '2026-11-28-2')
        >>> BankDay("2026-11-28", 2, 0.0, 1.0, "nyc").label
        '2026-11-28-2.nyc'
        """
        label = self.date if self.run == 1 else f"{self.date}-{self.run}"
        return f"{label}{OF}{self.acquirer}" if self.acquirer else label


def acquirer_of(label: str) -> str:
    """Whose day *label* is; "" for the acquirer without a name.

    >>> acquirer_of("2026-11-28-2.nyc"), acquirer_of("2026-11-28-2")
    ('nyc', '')
    """
    return label.partition(OF)[2]


def next_day(before: BankDay | None, cut_off: CutOff, now: Seconds, acquirer: str = "") -> BankDay:
    """The day of *acquirer* that begins at *now*, after *before*; no label comes twice.

    >>> first = next_day(None, CutOff("23:00", "UTC"), 1795856400.0)
    >>> first.label, next_day(first, CutOff("23:00", "UTC"), 1795860000.0).label
    ('2026-11-28', '2026-11-28-2')
    """
    date = cut_off.business_date(now)
    ends_at = cut_off.ends_at(date)
    if before is None or date > before.date:
        return BankDay(date, 1, now, ends_at, acquirer)
    # Ended before its time, or by a clock that was set back: the date goes on.
    return BankDay(before.date, before.run + 1, now, ends_at, acquirer)
