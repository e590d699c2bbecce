"""What rows say they have moved, and which close books it."""

import pytest

from cardswitch.switch.core.states import State
from cardswitch.switch.store.moved import batches
from tests.kit.histories import DAYS


@pytest.fixture
def late(ledger):
    """A purchase is approved on its day, one behind it, and one is reversed behind it."""
    on_time, open_leg = ledger.history.sale(1), ledger.history.begin(2)
    ledger.history.cut_over()

    def go_on():
        ledger.history.add(open_leg, State.APPROVED)
        ledger.history.reverse(on_time)
        ledger.history.sale(4)
        ledger.history.cut_over()

    ledger.go_on = go_on
    return ledger


def booked(ledger, label):
    ledger.close_day(label)
    return [(m.moved_on, m.amount) for m in ledger.books.movements(label)]


def test_a_close_that_reads_up_to_now_books_what_came_late(late):
    late.go_on()
    assert booked(late, DAYS[0]) == [(DAYS[0], 1), (DAYS[0], 2)]
    assert booked(late, DAYS[1]) == [(DAYS[1], -1), (DAYS[1], 4)]


def test_what_came_behind_a_close_is_booked_by_the_next(late):
    assert booked(late, DAYS[0]) == [(DAYS[0], 1)]
    late.go_on()
    assert booked(late, DAYS[1]) == [(DAYS[0], 2), (DAYS[1], -1), (DAYS[1], 4)]


def test_a_row_that_does_not_say_whose_money_it_is_moves_that_of_its_request(ledger):
    leg = ledger.history.begin(700, merchant="CAFE", terminal="T1", currency="392")
    ledger.history.add(leg, State.APPROVED, merchant="", terminal="", currency="", rrn="")
    ledger.history.cut_over()
    ledger.close_day()
    [found] = ledger.books.movements(DAYS[0])
    said = found.merchant, found.terminal, found.currency, found.rrn
    assert said == ("CAFE", "T1", "392", "000000000001")


def test_only_what_a_listener_for_merchants_let_in_is_booked(ledger):
    for amount, source, serves in ((1, "till", "merchants"), (2, "pos", "acquirers")):
        ledger.history.sale(amount, source=source, serves=serves)
    ledger.history.cut_over()
    ledger.close_day()
    assert [(m.amount, m.channel) for m in ledger.books.movements(DAYS[0])] == [(1, "till")]


def test_batches_are_numbered_in_one_order_whatever_the_database_sorts_by(ledger):
    for merchant in ("b", "B", "a", "Ä", "_"):
        ledger.history.sale(5, merchant=merchant)
    ledger.history.cut_over()
    ledger.close_day()
    found = [(batch.number, batch.merchant) for batch in ledger.books.batches(DAYS[0])]
    assert found == [(1, "B"), (2, "_"), (3, "a"), (4, "b"), (5, "Ä")]


def test_a_day_without_movements_has_no_batch():
    assert batches(DAYS[0], ()) == ()
