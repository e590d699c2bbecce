"""A batch has a journal of its own."""

from cardswitch.switch.settlement.totals import BatchTotals
from tests.kit.derivations import movements_of, totals_of
from tests.kit.histories import DAYS, History


def test_a_batch_is_named_by_its_number_in_the_books():
    history = History()
    history.sale(100)
    history.sale(200, terminal="A")
    first, second = totals_of(DAYS[1], movements_of(history.rows), after=6)
    assert (first.journal_id, second.journal_id) == ("batch:7", "batch:8")
    assert second == BatchTotals(
        number=8,
        business_date=DAYS[1],
        moved_on=DAYS[0],
        merchant="SHOP",
        channel="pos",
        terminal="TERM0001",
        currency="978",
        kind="sale",
        count=1,
        amount=100,
    )
