"""The statements about legs are made once; all that a close is about is a parameter of them."""

import pytest
from sqlalchemy import select

from cardswitch.switch.settlement.days import BankDay
from cardswitch.switch.store.moved import ALONE, Own
from cardswitch.switch.store.recounts.befell import asked, legs_moved_on, moves
from cardswitch.switch.store.tables import JOURNAL


def day(label, sequence):
    return BankDay(
        label=label, follows="", sequence=sequence, starts_at=0.0, ends_at=1.0, has_ended=True,
    )  # fmt: skip


DAYS = [day("2026-11-27", 1), day("2026-11-28", 40), day("2026-11-29", 90)]


@pytest.mark.parametrize(("place", "ends"), [(0, 40), (1, 90), (2, 120)])
def test_a_day_ends_where_the_next_begins_or_where_the_close_reads_to(place, ends):
    about = DAYS[place]
    assert asked(DAYS, about, 120) == {
        "the_day": about.label,
        "the_day_began": about.sequence,
        "read_to": 120,
        "the_day_ends": ends,
    }


def test_a_statement_is_made_once_for_the_rows_of_an_acquirer():
    assert moves(JOURNAL, ALONE) is moves(JOURNAL, Own())
    assert moves(JOURNAL, ALONE) is not moves(JOURNAL, Own("nyc", is_alone=False))
    assert legs_moved_on(JOURNAL) is legs_moved_on(JOURNAL)


def test_all_that_differs_between_closes_is_a_parameter():
    names = {
        name
        for each in (*moves(JOURNAL, ALONE), legs_moved_on(JOURNAL).subquery())
        for name, value in select(each).compile().params.items()
        if value is None
    }
    assert names == {*asked(DAYS, DAYS[0], 9)}
