"""Batches: who took how much in what."""

from cardswitch.switch.settlement.movements import movements
from cardswitch.switch.settlement.totals import BatchTotals, batches
from tests.kit.histories import CUT, CUT_OFF, DAYS, NOON, History


def test_a_batch_for_each_terminal_and_currency():
    history = History()
    history.sale(100, terminal="B")
    history.sale(200, terminal="A")
    history.sale(300, terminal="A")
    history.sale(400, terminal="A", currency="392")
    history.sale(500, merchant="CAFE", terminal="A")
    day = DAYS[0]
    assert batches(movements(day, history.entries(), CUT_OFF.business_date)) == (
        BatchTotals(day, "CAFE", "A", "978", 1, 500, 0, 0),
        BatchTotals(day, "SHOP", "A", "392", 1, 400, 0, 0),
        BatchTotals(day, "SHOP", "A", "978", 2, 500, 0, 0),
        BatchTotals(day, "SHOP", "B", "978", 1, 100, 0, 0),
    )


def test_reversals_are_counted_and_taken_off():
    history = History()
    history.sale(100)
    history.reverse(history.sale(200), NOON + 60)
    history.reverse(history.sale(300), CUT + 60)
    entries = history.entries()
    first, second = (batches(movements(day, entries, CUT_OFF.business_date))[0] for day in DAYS[:2])
    assert first == BatchTotals(DAYS[0], "SHOP", "TERM0001", "978", 3, 600, 1, 200)
    assert second == BatchTotals(DAYS[1], "SHOP", "TERM0001", "978", 0, 0, 1, 300)
    assert (first.net, second.net) == (400, -300)


def test_a_day_without_movements_has_no_batch():
    assert batches(()) == ()
