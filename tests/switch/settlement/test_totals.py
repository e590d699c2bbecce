"""Batches: who took how much in what."""

from cardswitch.switch.core.states import State
from cardswitch.switch.settlement.totals import BatchTotals, batches
from tests.kit.histories import DAYS, History, movements_of


def batch(merchant, terminal, code, count, amount, kind="sale", day=DAYS[0]):
    return BatchTotals(
        business_date=DAYS[1],
        moved_on=day,
        merchant=merchant,
        terminal=terminal,
        currency=code,
        kind=kind,
        count=count,
        amount=amount,
    )


def test_a_batch_for_each_terminal_and_currency():
    history = History()
    history.sale(100, terminal="B")
    history.sale(200, terminal="A")
    history.sale(300, terminal="A")
    history.sale(400, terminal="A", currency="392")
    history.sale(500, merchant="CAFE", terminal="A")
    assert batches(DAYS[1], movements_of(history.rows)) == (
        batch("CAFE", "A", "978", 1, 500),
        batch("SHOP", "A", "392", 1, 400),
        batch("SHOP", "A", "978", 2, 500),
        batch("SHOP", "B", "978", 1, 100),
    )


def test_reversals_are_counted_and_taken_off():
    history = History()
    history.sale(100)
    history.reverse(history.sale(200))
    history.reverse(history.sale(300), stays=50)
    assert batches(DAYS[1], movements_of(history.rows)) == (
        batch("SHOP", "TERM0001", "978", 3, 600),
        batch("SHOP", "TERM0001", "978", 2, -450, "sale-reversal"),
    )


def test_each_day_has_its_own():
    history = History()
    leg, open_leg = history.sale(100), history.begin(200)
    history.cut_over()
    history.reverse(leg)
    history.add(open_leg, State.APPROVED)
    first, second = batches(DAYS[1], movements_of(history.rows))
    assert first == batch("SHOP", "TERM0001", "978", 2, 300)
    assert second == batch("SHOP", "TERM0001", "978", 1, -100, "sale-reversal", DAYS[1])


def test_a_day_without_movements_has_no_batch():
    assert batches(DAYS[0], ()) == ()
