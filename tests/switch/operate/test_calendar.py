"""Bank days to people: a chain of rows behind, and the configured cut-off before us."""

from itertools import pairwise

import pytest
from msgspec.structs import replace

from cardswitch.specs.dates import CutOff
from cardswitch.switch.operate.calendar import calendar
from cardswitch.switch.operate.settle import close_days
from tests.kit.histories import CUT, DAYS, History


def test_closed_ended_running_and_to_come(lab):
    for _ in range(2):
        lab.history.cut_over()
    lab.commit()
    close_days(lab.switch, lab.settlement, lab.record, DAYS[0])
    days = calendar(lab.switch, 7, 2)
    assert [(day.business_date, day.state, day.length) for day in days] == [
        (DAYS[0], "closed", ""),
        (DAYS[1], "ended", ""),
        (DAYS[2], "runs", ""),
        ("2026-11-26", "to come", ""),
        ("2026-11-27", "to come", ""),
    ]
    assert [day.business_date for day in calendar(lab.switch, 1, 0)] == [DAYS[1], DAYS[2]]
    assert [day.business_date for day in calendar(lab.switch, 0, 0)] == [DAYS[2]]


@pytest.mark.parametrize(
    ("cut_off", "label", "hours", "length"),
    [
        (CutOff("23:30", "Europe/Berlin"), f"{DAYS[0]}-2", 0.5, "short"),
        (CutOff("12:00", "Europe/Berlin"), DAYS[1], 13, "short"),
        (CutOff("23:00", "Asia/Tokyo"), DAYS[1], 16, "short"),
    ],
)
def test_another_cut_off_counts_from_the_next_day(lab, cut_off, label, hours, length):
    lab.commit()
    lab.switch = replace(lab.switch, cut_off=cut_off)
    runs, second, third = calendar(lab.switch, 7, 2)
    assert (runs.business_date, runs.ends_at) == (DAYS[0], CUT)
    assert (second.business_date, second.starts_at, second.length) == (label, CUT, length)
    assert second.ends_at - CUT == hours * 3600
    assert third.length == ""


def test_the_long_day_of_autumn_and_the_short_one_of_spring(lab):
    lab.commit()
    days = calendar(lab.switch, 0, 400)
    assert all(first.ends_at == second.starts_at for first, second in pairwise(days))
    odd = {day.business_date: day.length for day in days if day.length}
    assert odd == {"2027-03-28": "short", "2027-10-31": "long"}


def test_no_day_has_begun(lab):
    lab.history = History(first=None)
    lab.commit()
    assert calendar(lab.switch, 7, 7) == []
