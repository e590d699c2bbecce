"""Which movements a close books: those of its day, and those that came too late for an earlier."""

import pytest

from cardswitch.switch.core.states import State
from cardswitch.switch.settlement.movements import due, journal_id, movement_kind
from tests.kit.histories import DAYS, History, movements_of


def test_what_a_movement_adds():
    history = History()
    history.reverse(history.sale(1250), stays=500)
    capture, reversal = movements_of(history.rows)
    assert (capture.amount, capture.journal_id) == (1250, "sale:3")
    assert (reversal.amount, reversal.journal_id) == (-750, "sale-reversal:4")
    assert reversal.journal_id == journal_id(movement_kind("sale", is_undone=True), 4)


@pytest.fixture
def late():
    """A purchase is approved on its day, one behind it, and one is reversed behind it."""
    history = History()
    on_time, open_leg = history.sale(1), history.begin(2)
    history.cut_over()
    closed_at = len(history.rows)
    history.add(open_leg, State.APPROVED)
    history.reverse(on_time)
    history.sale(4)
    return history.rows, closed_at


def booked(rows, label, closed=(), read_to=0, since=0):
    found = due(movements_of(rows, since), label, closed, read_to)
    return [(movement.moved_on, movement.amount) for movement in found]


def test_a_close_that_reads_up_to_now_books_what_came_late(late):
    rows, _ = late
    assert booked(rows, DAYS[0]) == [(DAYS[0], 1), (DAYS[0], 2)]
    assert booked(rows, DAYS[1], {DAYS[0]}, len(rows)) == [(DAYS[1], -1), (DAYS[1], 4)]


def test_what_came_behind_a_close_is_booked_by_the_next(late):
    rows, closed_at = late
    assert booked(rows[:closed_at], DAYS[0]) == [(DAYS[0], 1)]
    assert booked(rows, DAYS[1], {DAYS[0]}, closed_at) == [
        (DAYS[0], 2),
        (DAYS[1], -1),
        (DAYS[1], 4),
    ]


def test_nothing_of_a_day_that_is_not_closed_yet_is_booked_by_another(late):
    rows, closed_at = late
    assert booked(rows, DAYS[1], (), closed_at) == [(DAYS[1], -1), (DAYS[1], 4)]
