"""Dates on messages and cards, and above all which bank day an instant belongs to."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs import dates
from cardswitch.specs.dates import CutOff
from cardswitch.specs.errors import ConfigError, FormatError

VECTORS = tomllib.loads((Path(__file__).parents[1] / "vectors" / "bank_days.toml").read_text())
NEW_YEAR_2027 = 1798761600.0
MICROSECOND = 1e-6
INSTANTS = st.floats(0, 4e9).map(lambda at: round(at, 3))
ZONES = st.sampled_from(
    [
        "Europe/Berlin",
        "UTC",
        "America/New_York",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "Asia/Kathmandu",
        "Africa/Cairo",
        "America/St_Johns",
        "Atlantic/Azores",
    ]
)
TIMES = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))


def test_an_instant_on_the_wire():
    before = NEW_YEAR_2027 - 0.001
    assert dates.transmission_time(before) == "1231235959"
    assert dates.transmission_time(NEW_YEAR_2027) == "0101000000"
    assert dates.local_time(before, "Asia/Tokyo") == ("085959", "0101")
    assert dates.local_time(before, "America/New_York") == ("185959", "1231")
    assert dates.card_date(before, "Asia/Tokyo") == "270101"
    assert (dates.rrn_stem(before), dates.rrn_stem(NEW_YEAR_2027)) == ("636523", "700100")
    assert (dates.utc_date(before), dates.utc_date(NEW_YEAR_2027)) == ("2026-12-31", "2027-01-01")
    assert dates.utc_text(before) == "2026-12-31T23:59:59.999Z"


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("0101000000", True),
        ("1231235959", True),
        ("0229120000", True),
        ("0230120000", False),
        ("0431120000", False),
        ("1301120000", False),
        ("0001120000", False),
        ("0100120000", False),
        ("0101240000", False),
        ("0101236000", False),
        ("0101235960", False),
        ("010112000", False),
        ("01011200000", False),
        ("", False),
        ("01011200 0", False),
        ("+101120000", False),
        ("01011200\n0", False),
        ("010112000٣", False),
        ("٠١01120000", False),
        ("1_01120000", False),
        ("010112000²", False),
    ],
)
def test_a_transmission_time_is_ten_digits_that_are_a_date_and_a_time(text, good):
    assert dates.is_transmission_time(text) is good


@given(INSTANTS)
def test_what_we_send_is_what_we_accept(at):
    assert dates.is_transmission_time(dates.transmission_time(at))


@given(st.text(max_size=11))
def test_any_text_is_judged_without_an_error(text):
    for judge in (dates.is_transmission_time, dates.is_month_day, dates.is_time_of_day):
        assert not judge(text) or text.isascii()
    assert not dates.is_expiry(text) or text.isascii()


@pytest.mark.parametrize(
    ("yymm", "at", "passed"),
    [
        ("2612", NEW_YEAR_2027 - MICROSECOND, False),
        ("2612", NEW_YEAR_2027, True),
        ("2701", NEW_YEAR_2027, False),
        ("2611", NEW_YEAR_2027 - MICROSECOND, True),
        ("7612", NEW_YEAR_2027, False),  # 49 years ahead: 2076
        ("7712", NEW_YEAR_2027, True),  # 50 years behind: 1977
        ("9912", NEW_YEAR_2027, True),
        ("4901", 978307200.0, False),  # 2049, seen from 2001
    ],
)
def test_a_card_is_good_through_its_last_month(yymm, at, passed):
    assert dates.expiry_passed(yymm, at) is passed


@pytest.mark.parametrize("yymm", ["2600", "2613", "261", "26123", "26 1", "2٦12", ""])
def test_what_is_no_expiry_is_refused(yymm):
    assert not dates.is_expiry(yymm)
    with pytest.raises(FormatError, match="field 14: expected an expiry YYMM"):
        dates.expiry_passed(yymm, NEW_YEAR_2027)


@pytest.mark.parametrize("case", VECTORS["cut"], ids=lambda case: case["why"])
def test_a_day_ends_at_its_cut(case):
    cut_off = CutOff(case["time"], case["zone"])
    ends = cut_off.ends_at(case["date"])
    assert dates.utc_text(ends) == case["ends"]
    before = CutOff(case["time"], case["zone"]).business_date(ends - MICROSECOND)
    assert before <= case["date"] < cut_off.business_date(ends)
    assert cut_off.business_date(ends) == cut_off.business_date(ends + MICROSECOND)


@pytest.mark.parametrize(
    ("time", "zone", "day", "next_day"),
    [
        ("23:00", "Europe/Berlin", "2026-01-15", "2026-01-16"),
        ("02:30", "Europe/Berlin", "2026-03-29", "2026-03-30"),
        ("02:30", "Europe/Berlin", "2026-10-25", "2026-10-26"),
        ("23:00", "Europe/Berlin", "2026-12-31", "2027-01-01"),
        ("23:00", "Europe/Berlin", "2028-02-28", "2028-02-29"),
        ("23:00", "Europe/Berlin", "2028-02-29", "2028-03-01"),
        ("00:00", "UTC", "2026-01-15", "2026-01-16"),
    ],
)
def test_one_microsecond_decides(time, zone, day, next_day):
    cut_off = CutOff(time, zone)
    cut = cut_off.ends_at(day)
    judged = [cut_off.business_date(at) for at in (cut - MICROSECOND, cut, cut + MICROSECOND)]
    assert judged == [day, next_day, next_day]


@pytest.mark.parametrize(("date", "hours"), VECTORS["hours"].items())
def test_days_are_as_long_as_the_clocks_make_them(date, hours):
    cut_off = CutOff()
    assert cut_off.ends_at(date) - cut_off.starts_at(date) == hours * 3600


@given(TIMES, ZONES, INSTANTS)
def test_every_instant_lies_in_its_own_day(time, zone, at):
    cut_off = CutOff(time, zone)
    day = cut_off.business_date(at)
    assert cut_off.starts_at(day) <= at < cut_off.ends_at(day)
    assert cut_off.business_date(cut_off.ends_at(day)) > day


@given(TIMES, ZONES, st.lists(INSTANTS, min_size=2, max_size=8))
def test_what_was_asked_before_changes_no_answer(time, zone, instants):
    cut_off = CutOff(time, zone)
    asked = [cut_off.business_date(at) for at in instants]
    assert asked == [CutOff(time, zone).business_date(at) for at in instants]
    assert sorted(asked) == [day for _, day in sorted(zip(instants, asked, strict=True))]


def test_a_skipped_day_is_a_bank_day_without_an_instant():
    cut_off = CutOff("23:00", "Pacific/Apia")
    assert cut_off.starts_at("2011-12-31") == cut_off.ends_at("2011-12-31")
    noon_of_the_31st = 1325282400.0
    assert dates.local_time(noon_of_the_31st, "Pacific/Apia") == ("120000", "1231")
    assert cut_off.business_date(noon_of_the_31st) == "2011-12-30"


@pytest.mark.parametrize(
    "time",
    [
        *["24:00", "23:60", "23:00:60", "2300", "23", "7:00", "", "T23:00", " 23:00", "23:0٠"],
        *["23:00+01:00", "23:00:00+01:00", "23:00:00.5", "23:00:00.500000"],
    ],
)
def test_a_cut_off_that_is_no_wall_time_is_refused(time):
    with pytest.raises(ConfigError, match=r"expected '23:00' or '23:00:00'"):
        CutOff(time)


@pytest.mark.parametrize(
    "zone", ["Europe/Atlantis", "", "Europe", "../etc/passwd", "x\0y", "\ud800"]
)
def test_a_zone_that_is_none_is_refused(zone):
    with pytest.raises(ConfigError, match="expected a name such as 'Europe/Berlin'"):
        CutOff("23:00", zone)
    with pytest.raises(ConfigError):
        dates.local_time(0, zone)


@pytest.mark.parametrize(
    "date", ["20260115", "2026-W03-4", "2026-02-29", "2026-1-15", "", "٢026-01-15"]
)
def test_what_is_no_date_is_refused(date):
    with pytest.raises(FormatError, match="expected a date YYYY-MM-DD"):
        CutOff().ends_at(date)


def test_a_cut_off_stays_as_it_was_made():
    cut_off = CutOff()
    cut_off.business_date(0)
    assert cut_off == CutOff("23:00", "Europe/Berlin")
    with pytest.raises(AttributeError):
        cut_off.time = "22:00"
