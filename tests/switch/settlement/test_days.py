"""Bank days are a chain of cut-over rows, and their labels stand in the files of banks."""

import pytest

from cardswitch.switch.settlement.days import bank_days, date_of, run_of, short_label
from tests.kit.derivations import days_of
from tests.kit.histories import CUT, CUT_OFF, DAYS, NOON, History


def test_no_row_no_day():
    assert bank_days([]) == ()


def test_a_day_ends_where_the_next_begins():
    history = History()
    history.sale()
    history.cut_over()
    first, second = days_of(history.rows)
    assert (first.label, first.follows, first.has_ended, first.sequence) == (DAYS[0], "", True, 1)
    assert (first.starts_at, first.ends_at) == (CUT_OFF.starts_at(DAYS[0]), CUT)
    assert (second.label, second.follows, second.has_ended) == (DAYS[1], DAYS[0], False)
    assert (second.starts_at, second.ends_at) == (CUT, CUT + 86_400)


def test_a_day_that_was_ended_early_has_another_behind_it_on_its_date():
    history = History()
    history.cut_over(early=True)
    history.cut_over(early=True)
    history.cut_over()
    first, second, third, fourth = days_of(history.rows)
    labels = [day.label for day in (first, second, third, fourth)]
    assert labels == [DAYS[0], f"{DAYS[0]}-2", f"{DAYS[0]}-3", DAYS[1]]
    assert NOON < first.ends_at == second.starts_at < second.ends_at == third.starts_at < CUT
    assert third.ends_at == fourth.starts_at == CUT


def test_days_are_in_the_order_of_their_rows_and_not_of_their_labels():
    history = History()
    for _ in range(10):
        history.cut_over(early=True)
    labels = [day.label for day in days_of(history.rows)]
    assert labels[-2:] == [f"{DAYS[0]}-10", f"{DAYS[0]}-11"]
    assert [day.follows for day in days_of(history.rows)] == ["", *labels[:-1]]


@pytest.mark.parametrize(
    ("label", "run", "short"),
    [("2026-11-28", 1, "20261128"), ("2026-11-28-2", 2, "20261128.2")],
)
def test_parts_of_a_label(label, run, short):
    assert (date_of(label), run_of(label), short_label(label)) == ("2026-11-28", run, short)
