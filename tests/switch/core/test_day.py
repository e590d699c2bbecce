"""Bank days: a chain without gaps, in which no label comes twice, whatever the clock does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs.dates import CutOff
from cardswitch.switch.core.day import BankDay, acquirer_of, next_day

BERLIN = CutOff("23:00", "Europe/Berlin")
UTC = CutOff("00:00", "UTC")
HOUR_S = 3600.0
DAY = BankDay("2026-11-28", 1, 1_795_809_600.0, BERLIN.ends_at("2026-11-28"))  # until 22:00 UTC


@pytest.mark.parametrize(
    ("before", "cut_off", "after_its_end_h", "label", "lasts_h"),
    [
        (None, BERLIN, -1, "2026-11-28", 1),
        (None, BERLIN, 0, "2026-11-29", 24),
        (DAY, BERLIN, 0, "2026-11-29", 24),
        (DAY, BERLIN, 1, "2026-11-29", 23),  # slept over
        (DAY, BERLIN, 50, "2026-12-01", 22),
        (DAY, BERLIN, -2, "2026-11-28-2", 2),  # ended before its time
        (BankDay("2026-11-28", 2, 0.0, 0.0), BERLIN, -2, "2026-11-28-3", 2),
        (DAY, BERLIN, -24 * 3, "2026-11-28-2", 24),  # a clock that was set back
        (DAY, CutOff("20:00", "Europe/Berlin"), 0, "2026-11-29", 21),  # another cut-off
        (DAY, CutOff("23:30", "Europe/Berlin"), 0, "2026-11-28-2", 0.5),
        (DAY, CutOff("23:00", "America/New_York"), 0, "2026-11-28-2", 6),
    ],
)
def test_which_day_comes_next(before, cut_off, after_its_end_h, label, lasts_h):
    now = DAY.ends_at + after_its_end_h * HOUR_S
    day = next_day(before, cut_off, now)
    assert (day.label, day.starts_at) == (label, now)
    assert (day.ends_at - now) / HOUR_S == lasts_h


@given(
    steps=st.lists(st.floats(-5 * 86_400, 5 * 86_400), min_size=1, max_size=20),
    cut_offs=st.lists(st.sampled_from([BERLIN, UTC, CutOff("12:00", "Asia/Tokyo")]), min_size=20),
)
def test_no_label_comes_twice(steps, cut_offs):
    now, day, labels = DAY.starts_at, None, []
    for step, cut_off in zip(steps, cut_offs, strict=False):
        now += step
        day = next_day(day, cut_off, now)
        assert day.ends_at > now
        labels.append(day.label)
    assert len(set(labels)) == len(labels)


def test_each_acquirer_has_a_chain_of_its_own():
    nyc = next_day(None, CutOff("18:00", "America/New_York"), DAY.ends_at, "nyc")
    assert (nyc.label, acquirer_of(nyc.label)) == ("2026-11-28.nyc", "nyc")
    again = next_day(nyc, CutOff("18:00", "America/New_York"), DAY.ends_at + 60.0, "nyc")
    assert (again.label, acquirer_of(again.label)) == ("2026-11-28-2.nyc", "nyc")
    assert acquirer_of(DAY.label) == ""
