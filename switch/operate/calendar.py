"""The bank days that were, the one that runs, and those to come if nobody ends one by hand."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from msgspec import Struct

from cardswitch.specs.dates import CutOff
from cardswitch.wire.ports import Seconds

from ..core.day import BankDay as Day
from ..core.day import acquirer_of, next_day
from ..settlement.days import BankDay, date_of, run_of
from ..store.reader import JournalReader
from .config import SwitchConfig

HOUR_S: Final[Seconds] = 3_600.0
_WHOLE_DAY_S: Final[Seconds] = 24 * HOUR_S
_CLOSED, _ENDED, _RUNS, _TO_COME = "closed", "ended", "runs", "to come"


class CalendarDay(Struct, frozen=True, gc=False, kw_only=True):
    """One bank day."""

    business_date: str  # its label
    starts_at: Seconds
    ends_at: Seconds  # of one that runs or is to come: when it is to end
    state: str  # closed, ended (and not closed), runs, to come

    @property
    def length(self) -> str:
        """ "short" or "long" where it has not 24 hours, for whatever reason; else nothing."""
        lasts = round(self.ends_at - self.starts_at)
        return "" if lasts == _WHOLE_DAY_S else "short" if lasts < _WHOLE_DAY_S else "long"


def calendar(switch: SwitchConfig, past: int, coming: int, acquirer: str = "") -> list[CalendarDay]:
    """The last *past* days of *acquirer* that have ended, the one that runs, the next *coming*.

    Those to come follow the cut-off that is configured now. Raises ConfigError or Error.
    """
    journal = JournalReader(switch.database, acquirer)
    with journal.snapshot():
        days = journal.days()
        closed = {row.day for row in journal.closes()}
    if not days:
        return []
    *ended, running = days
    shown = [_past(day, _CLOSED if day.label in closed else _ENDED) for day in ended]
    return [
        *shown[len(shown) - min(past, len(shown)) :],
        _past(running, _RUNS),
        *islice(_coming(running, switch.settings().cut_offs[acquirer]), coming),
    ]


def _past(day: BankDay, state: str) -> CalendarDay:
    return CalendarDay(
        business_date=day.label, starts_at=day.starts_at, ends_at=day.ends_at, state=state
    )


def _coming(running: BankDay, cut_off: CutOff) -> Iterator[CalendarDay]:
    label = running.label
    acquirer = acquirer_of(label)
    day = Day(date_of(label), run_of(label), running.starts_at, running.ends_at, acquirer)
    while True:
        day = next_day(day, cut_off, day.ends_at, acquirer)
        yield CalendarDay(
            business_date=day.label, starts_at=day.starts_at, ends_at=day.ends_at, state=_TO_COME
        )
