"""Dates and times of messages, cards and bank days.

It never asks what time it is: every instant comes in as :data:`Seconds`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from math import floor
from string import digits
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

from .errors import ConfigError, FormatError
from .masking import printable

Seconds: TypeAlias = float  # since the epoch, 1970-01-01T00:00:00Z

# 29 February is a date: a message carries no year that could deny it.
_DAYS_OF_MONTH: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_ONE_DAY: Final = timedelta(days=1)
_DAY_S: Final[Seconds] = 86_400.0
_HOUR_S: Final[Seconds] = 3_600.0
# What is kept, because messages that come together name the same few times.
_HOURS_KEPT: Final = 2
_SECONDS_KEPT: Final = 1_024
_EXPIRIES_KEPT: Final = 1_024  # of cards, on one day
_DAYS_KEPT: Final = 1_024  # dates of messages whose year is known: all that one day brings
_ZONES_MAX: Final = 64  # zones kept loaded: more than any network has merchants' time zones


def transmission_time(at: Seconds) -> str:
    """DE7, ``MMDDhhmmss`` in UTC.

    >>> transmission_time(1774746000.0)
    '0329010000'
    """
    return _transmission_time(floor(at))


@lru_cache(_SECONDS_KEPT)
def _transmission_time(second: int) -> str:
    return f"{datetime.fromtimestamp(second, UTC):%m%d%H%M%S}"


def local_time(at: Seconds, zone: str) -> tuple[str, str]:
    """DE12 ``hhmmss`` and DE13 ``MMDD`` on the clock of *zone*; ConfigError if there is none such.

    >>> local_time(1774746000.0, "Europe/Berlin")
    ('030000', '0329')
    """
    return _local_time(floor(at), zone)


@lru_cache(_SECONDS_KEPT)
def _local_time(second: int, zone: str) -> tuple[str, str]:
    local = datetime.fromtimestamp(second, _zone(zone))
    return f"{local:%H%M%S}", f"{local:%m%d}"


def card_date(at: Seconds, zone: str) -> str:
    """``YYMMDD`` on the clock of *zone*, as a chip has its dates (EMV Book 3, tag 9A).

    >>> card_date(1774746000.0, "Europe/Berlin")
    '260329'
    """
    return f"{datetime.fromtimestamp(at, _zone(zone)):%y%m%d}"


def utc_text(at: Seconds) -> str:
    """ISO 8601 in UTC, cut to milliseconds.

    >>> utc_text(1774746000.25)
    '2026-03-29T01:00:00.250Z'
    """
    return datetime.fromtimestamp(at, UTC).replace(tzinfo=None).isoformat("T", "milliseconds") + "Z"


def utc_date(at: Seconds) -> str:
    """The UTC day ``YYYY-MM-DD``.

    >>> utc_date(1774746000.0)
    '2026-03-29'
    """
    return _date_of_day(int(at // _DAY_S))


@lru_cache(_DAYS_KEPT)
def _date_of_day(day: int) -> str:
    return datetime.fromtimestamp(day * _DAY_S, UTC).date().isoformat()


def rrn_stem(at: Seconds) -> str:
    """The first six digits of DE37: ``YDDDhh`` in UTC; six more make it unique within that hour.

    >>> rrn_stem(1774746000.0)
    '608801'
    """
    return _stem_of_hour(int(at // _HOUR_S))


@lru_cache(_HOURS_KEPT)
def _stem_of_hour(hour: int) -> str:
    utc = datetime.fromtimestamp(hour * _HOUR_S, UTC)
    return f"{utc.year % 10}{utc:%j%H}"


def is_transmission_time(text: str) -> bool:
    """Whether *text* may stand in DE7, ``MMDDhhmmss``.

    >>> is_transmission_time("0229235959"), is_transmission_time("0230000000")
    (True, False)
    """
    return len(text) == 10 and _second_of_year(text) is not None


@lru_cache(_SECONDS_KEPT)
def _second_of_year(text: str) -> tuple[str, Seconds] | None:
    """Month and day of ``MMDDhhmmss``, and the seconds since its midnight; None if it is none."""
    if not is_month_day(text[:4]) or not is_time_of_day(text[4:]):
        return None
    return text[:4], _HOUR_S * int(text[4:6]) + 60.0 * int(text[6:8]) + int(text[8:])


def transmission_at(text: str, near: Seconds) -> Seconds:
    """The instant that DE7 *text* names, in that year which brings it nearest to *near*.

    Raises FormatError if it names none.

    >>> utc_text(transmission_at("1231235959", 1767225600.0))  # heard on 1 January 2026
    '2025-12-31T23:59:59.000Z'
    """
    found = _second_of_year(text) if len(text) == 10 else None
    if found is None:
        raise FormatError("a date and time MMDDhhmmss", field="7", seen=printable(text, 10))
    return _midnight_near(found[0], int(near // _DAY_S)) + found[1]


@lru_cache(_DAYS_KEPT)
def _midnight_near(month_day: str, day: int) -> Seconds:
    """When *month_day* begins in the year that brings it nearest to *day* since the epoch."""
    month, number = int(month_day[:2]), int(month_day[2:])
    this_year = datetime.fromtimestamp(day * _DAY_S, UTC).year
    found = []
    # Four years to either side hold a 29 February, but for the turn of most centuries.
    for year in range(this_year - 8, this_year + 9):
        try:
            found.append(datetime(year, month, number, tzinfo=UTC).timestamp())
        except ValueError:
            continue
    return min(found, key=lambda midnight: abs(midnight - day * _DAY_S))


def is_month_day(text: str) -> bool:
    """Whether *text* may stand in DE13, ``MMDD``."""
    if len(text) != 4 or text.strip(digits):
        return False
    month, day = int(text[:2]), int(text[2:])
    return 1 <= month <= 12 and 1 <= day <= _DAYS_OF_MONTH[month - 1]


def is_day(text: str) -> bool:
    """Whether *text* is a day ``YYMMDD``, or ``CCYYMMDD``, of the calendar.

    >>> [is_day(text) for text in ("240229", "230229", "20240229", "19000229")]
    [True, False, True, False]
    """
    if len(text) not in (6, 8) or text.strip(digits):
        return False
    year = int(text[:-4]) + (0 if len(text) == 8 else 2000)
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return is_month_day(text[-4:]) and (is_leap or text[-4:] != "0229")


def is_local_time(text: str) -> bool:
    """Whether *text* may stand in DE12 of 1993, ``YYMMDDhhmmss``, or of 2003, with a century.

    >>> is_local_time("260329010000"), is_local_time("20260329250000")
    (True, False)
    """
    return is_day(text[:-6]) and is_time_of_day(text[-6:])


def is_time_of_day(text: str) -> bool:
    """Whether *text* may stand in DE12, ``hhmmss``: no leap seconds, no hour 24."""
    return (
        len(text) == 6
        and not text.strip(digits)
        and text[:2] <= "23"
        and text[2:4] <= "59"
        and text[4:] <= "59"
    )


def is_expiry(text: str) -> bool:
    """Whether *text* may stand in DE14, ``YYMM``.

    >>> is_expiry("3012"), is_expiry("3013")
    (True, False)
    """
    return len(text) == 4 and not text.strip(digits) and "01" <= text[2:] <= "12"


def expiry_passed(yymm: str, at: Seconds) -> bool:
    """Whether a card of expiry *yymm* is out of date: it is good through its whole last month, UTC.

    Of the years that end in YY the one from 50 before to 49 after the present is meant, so that a
    card of 2049 is good in 2001 and one of 1999 is not. FormatError if *yymm* is no expiry.

    >>> expiry_passed("2603", 1774746000.0), expiry_passed("2602", 1774746000.0)
    (False, True)
    """
    if not is_expiry(yymm):
        raise FormatError("an expiry YYMM", field="14", hint="two digits of year, then 01 to 12")
    return _passed_on(yymm, int(at // _DAY_S))


@lru_cache(_EXPIRIES_KEPT)
def _passed_on(yymm: str, day: int) -> bool:
    now = datetime.fromtimestamp(day * _DAY_S, UTC)
    year = now.year + (int(yymm[:2]) - now.year + 50) % 100 - 50
    return (year, int(yymm[2:])) < (now.year, now.month)


class _BankDay(Struct, frozen=True, gc=False):
    """Half-open: the instant of *ends_at* belongs to the next day."""

    date: str
    starts_at: Seconds
    ends_at: Seconds


class CutOff(Struct, frozen=True, dict=True):
    """When a bank day ends: wall clock *time* ``hh:mm`` or ``hh:mm:ss`` in *zone*.

    Bank day d is the half-open span of instants [cut(d-1), cut(d)), so it has 23 or 25 hours when
    the clocks change. A wall time that the change skips is moved forward by as much as the clock;
    one that happens twice is taken the first time. ConfigError if *time* or *zone* is not one.

    >>> CutOff("23:00", "Europe/Berlin").business_date(1774746000.0)
    '2026-03-29'
    """

    time: str = "23:00"
    zone: str = "Europe/Berlin"

    def __post_init__(self) -> None:
        _wall_time(self.time)
        _zone(self.zone)

    def business_date(self, at: Seconds) -> str:
        """The bank day ``YYYY-MM-DD`` that the instant *at* belongs to."""
        # Nearly every call falls into the day of the call before: it is kept beside the fields.
        day: _BankDay | None = self.__dict__.get("_day")
        if day is None or not day.starts_at <= at < day.ends_at:
            day = self.__dict__["_day"] = self._bank_day(at)
        return day.date

    def starts_at(self, business_date: str) -> Seconds:
        """The first instant of *business_date* ``YYYY-MM-DD``; FormatError if it is no date."""
        return self._cut(calendar_date(business_date) - _ONE_DAY)

    def ends_at(self, business_date: str) -> Seconds:
        """The first instant after *business_date* ``YYYY-MM-DD``; FormatError if it is no date."""
        return self._cut(calendar_date(business_date))

    def _bank_day(self, at: Seconds) -> _BankDay:
        day = datetime.fromtimestamp(at, _zone(self.zone)).date()
        while at >= self._cut(day):
            day += _ONE_DAY
        # A zone that crossed the date line has skipped a whole day: look back as well.
        while at < self._cut(day - _ONE_DAY):
            day -= _ONE_DAY
        return _BankDay(day.isoformat(), self._cut(day - _ONE_DAY), self._cut(day))

    def _cut(self, day: date) -> Seconds:
        # fold=0, the default, is the rule: skipped times move forward, of double ones the first.
        return datetime.combine(day, _wall_time(self.time), _zone(self.zone)).timestamp()


@lru_cache(_ZONES_MAX)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigError(
            f"no time zone {printable(name, 40)!r}: expected a name such as 'Europe/Berlin'"
        ) from None


def _wall_time(text: str) -> time:
    try:
        wall = time.fromisoformat(text)
    except ValueError:
        wall = None
    # The library reads more spellings than we agreed on; ours are those that come back unchanged.
    if (
        wall is None
        or wall.tzinfo
        or text not in (wall.isoformat("minutes"), wall.isoformat("seconds"))
    ):
        raise ConfigError(f"no wall time {printable(text, 40)!r}: expected '23:00' or '23:00:00'")
    return wall


def days_between(first: str, second: str) -> int:
    """How many days after *first* the day *second* is, both ``YYYY-MM-DD``. Raises FormatError.

    >>> days_between("2026-02-28", "2026-03-01")
    1
    """
    return (calendar_date(second) - calendar_date(first)).days


def calendar_date(text: str) -> date:
    """The day that *text* is, in the one spelling YYYY-MM-DD. Raises FormatError."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise FormatError("a date YYYY-MM-DD", seen=printable(text, 10))
    return day


def days_later(day: str, days: int) -> str:
    """The date that many *days* behind *day*, ``YYYY-MM-DD``. FormatError if it is none.

    >>> days_later("2028-02-28", 2)
    '2028-03-01'
    """
    return (calendar_date(day) + days * _ONE_DAY).isoformat()
