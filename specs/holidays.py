"""The days on which banks of a currency settle: rules for every year, no list of dates.

TARGET (EUR) moves no holiday. The Federal Reserve (USD) keeps one of a Sunday on the Monday behind
it; one of a Saturday is lost. Of all other currencies the days from Monday to Friday are taken.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from .dates import CutOff, Seconds, calendar_date

_ONE_DAY: Final = timedelta(days=1)
_YEARS_KEPT: Final = 16
_MONDAY, _THURSDAY, _SATURDAY, _SUNDAY = 0, 3, 5, 6
# Month, day of the week and which of them in the month; -1 is the last.
_FED_WEEKDAYS: Final = (
    (1, _MONDAY, 3),  # Birthday of Martin Luther King
    (2, _MONDAY, 3),  # Washington's Birthday
    (5, _MONDAY, -1),  # Memorial Day
    (9, _MONDAY, 1),  # Labor Day
    (10, _MONDAY, 2),  # Columbus Day
    (11, _THURSDAY, 4),  # Thanksgiving
)
# New Year, Juneteenth, Independence, Veterans, Christmas.
_FED_DATES: Final = ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25))


def is_bank_day(day: str, currency: str) -> bool:
    """Whether banks settle *currency* (three letters) on *day* ``YYYY-MM-DD``.

    FormatError if *day* is no date.

    >>> is_bank_day("2026-04-03", "EUR"), is_bank_day("2026-04-03", "USD")  # Good Friday
    (False, True)
    """
    return _is_open(calendar_date(day), currency)


class OrderCutOff(CutOff, frozen=True, dict=True):
    """Until when a bank carries out an order on the same day."""

    time: str = "14:00"


def execution_date(at: Seconds, cut_off: CutOff, currency: str, days: int = 0) -> str:
    """The day on which a bank carries out what it is handed at the instant *at*.

    Today before its *cut_off*, on a day on which *currency* is settled; else the next such day. Or
    so many *days* of that calendar later.

    >>> execution_date(1774746000.0, CutOff("14:00", "Europe/Berlin"), "EUR")  # a Sunday
    '2026-03-30'
    >>> execution_date(1774746000.0, CutOff("14:00", "Europe/Berlin"), "EUR", 4)  # over Good Friday
    '2026-04-07'
    """
    day = calendar_date(cut_off.business_date(at))
    left = days
    while left or not _is_open(day, currency):
        left -= _is_open(day, currency)
        day += _ONE_DAY
    return day.isoformat()


def _is_open(day: date, currency: str) -> bool:
    if day.weekday() >= _SATURDAY:
        return False
    holidays = {"EUR": _target, "USD": _fed}.get(currency)
    return holidays is None or day not in holidays(day.year)


@lru_cache(_YEARS_KEPT)
def _target(year: int) -> frozenset[date]:
    easter = _easter(year)
    fixed = [date(year, month, day) for month, day in ((1, 1), (5, 1), (12, 25), (12, 26))]
    return frozenset([*fixed, easter - 2 * _ONE_DAY, easter + _ONE_DAY])


@lru_cache(_YEARS_KEPT)
def _fed(year: int) -> frozenset[date]:
    fixed = [date(year, month, day) for month, day in _FED_DATES]
    moved = [day + _ONE_DAY if day.weekday() == _SUNDAY else day for day in fixed]
    return frozenset([*moved, *(_nth(year, *rule) for rule in _FED_WEEKDAYS)])


def _nth(year: int, month: int, weekday: int, number: int) -> date:
    if number < 0:
        first = date(year, month + 1, 1)
        return first - timedelta(days=(first.weekday() - weekday - 1) % 7 + 1)
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


def _easter(year: int) -> date:
    """Of the Gregorian calendar, by the anonymous computus (Meeus, Jones, Butcher)."""
    golden = year % 19
    century, rest = divmod(year, 100)
    leaps, over = divmod(century, 4)
    moon = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leaps - moon + 15) % 30
    quarter, left = divmod(rest, 4)
    weekday = (32 + 2 * over + 2 * quarter - epact - left) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)
