"""Bank days: a chain in which each begins where the one before ended, by a row of the journal.

A day's end is fixed when it begins. Another cut-off in the configuration counts from the next day.
"""

from __future__ import annotations

from msgspec import Struct

from cardswitch.specs.dates import CutOff
from cardswitch.wire.ports import Seconds


class BankDay(Struct, frozen=True, gc=False):
    """A bank day that has begun."""

    date: str  # YYYY-MM-DD
    run: int  # 1; more if a day of this date was ended before its time
    starts_at: Seconds
    ends_at: Seconds  # when it is to end, unless an operator ends it sooner

    @property
    def label(self) -> str:
        """Its name in rows, books and files.

        >>> BankDay("2026-11-28", 1, 0.0, 1.0).label, BankDay("2026-11-28", 2, 0.0, 1.0).label
        ('2026-11-28', '2026-11-28-2')
        """
        return self.date if self.run == 1 else f"{self.date}-{self.run}"


def next_day(before: BankDay | None, cut_off: CutOff, now: Seconds) -> BankDay:
    """The day that begins at *now*, after *before*; no pair of date and run comes twice.

    >>> first = next_day(None, CutOff("23:00", "UTC"), 1795856400.0)
    >>> first.label, next_day(first, CutOff("23:00", "UTC"), 1795860000.0).label
    ('2026-11-28', '2026-11-28-2')
    """
    date = cut_off.business_date(now)
    ends_at = cut_off.ends_at(date)
    if before is None or date > before.date:
        return BankDay(date, 1, now, ends_at)
    # Ended before its time, or by a clock that was set back: the date goes on.
    return BankDay(before.date, before.run + 1, now, ends_at)
