"""Calendars of banks: rules against published dates of many years."""

import pytest

from cardswitch.specs.dates import CutOff
from cardswitch.specs.errors import FormatError
from cardswitch.specs.holidays import execution_date, is_bank_day

# ECB, TARGET closing days; Easter also at its earliest and latest of these centuries.
TARGET = [
    "2024-01-01", "2024-03-29", "2024-04-01", "2024-05-01", "2024-12-25", "2024-12-26",
    "2025-04-18", "2025-04-21", "2026-04-03", "2026-04-06", "2027-03-26", "2027-03-29",
    "2008-03-21", "2008-03-24", "2038-04-23", "2038-04-26",
]  # fmt: skip
# Federal Reserve, holiday schedule 2024 to 2028.
FED = [
    "2024-01-15", "2024-02-19", "2024-05-27", "2024-06-19", "2024-07-04", "2024-09-02",
    "2024-10-14", "2024-11-11", "2024-11-28", "2024-12-25", "2025-01-20", "2025-05-26",
    "2025-11-27", "2026-01-19", "2026-05-25", "2026-09-07", "2026-10-12", "2026-11-26",
    "2027-07-05", "2028-01-17",
]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "currency"), [*((day, "EUR") for day in TARGET), *((day, "USD") for day in FED)]
)
def test_banks_are_closed(day, currency):
    assert not is_bank_day(day, currency)


@pytest.mark.parametrize(
    ("day", "currency"),
    [
        ("2026-07-03", "USD"),  # Independence Day on a Saturday is lost ...
        ("2027-06-18", "USD"),
        ("2026-04-03", "USD"),
        ("2026-07-04", "EUR"),  # ... and a Saturday is closed anyhow.
        ("2026-11-11", "EUR"),
        ("2027-05-03", "EUR"),  # 1 May on a Saturday is not moved.
        ("2026-12-24", "EUR"),
        ("2026-12-25", "JPY"),
    ],
)
def test_banks_are_open_unless_it_is_a_weekend(day, currency):
    assert is_bank_day(day, currency) is (day != "2026-07-04")


def test_as_many_days_as_a_year_has():
    days = [f"2026-{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 29)]
    assert sum(is_bank_day(day, "EUR") for day in days) == 336 - 96 - 5  # 26 December: a Saturday


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (1795787999.0, "2026-11-27"),
        (1795788000.0, "2026-11-30"),  # Friday 15:00, behind the cut-off: Monday
        (1798110000.0, "2026-12-24"),
        (1798120800.0, "2026-12-28"),  # Christmas Eve at three: both holidays, then a weekend
    ],
)
def test_execution_date(at, day):
    assert execution_date(at, CutOff("15:00", "Europe/Berlin"), "EUR") == day


@pytest.mark.parametrize(
    ("currency", "days", "day"),
    [
        ("EUR", 0, "2026-12-24"),
        ("EUR", 1, "2026-12-28"),  # both holidays, then a weekend
        ("EUR", 5, "2027-01-04"),  # New Year on a Friday
        ("USD", 1, "2026-12-28"),
        ("JPY", 1, "2026-12-25"),
    ],
)
def test_days_of_value_are_those_of_the_currency(currency, days, day):
    assert execution_date(1798110000.0, CutOff("15:00", "Europe/Berlin"), currency, days) == day


@pytest.mark.parametrize(
    ("noon", "days", "day"),
    [
        (1783080000.0, 1, "2026-07-06"),  # 3 July 2026: the holiday of the Saturday is lost
        (1814443200.0, 1, "2027-07-02"),  # 1 July 2027: Friday ...
        (1814443200.0, 2, "2027-07-06"),  # ... and Monday is the holiday of the Sunday
    ],
)
def test_holidays_of_the_federal_reserve_on_weekends(noon, days, day):
    assert execution_date(noon, CutOff("23:00", "UTC"), "USD", days) == day


def test_no_date():
    with pytest.raises(FormatError, match="a date"):
        is_bank_day("2026-02-30", "EUR")
