"""Days at the edges of the calendar, and what comes late over them: all of it paid, once."""

import pytest
from msgspec.structs import replace

from cardswitch.specs.dates import CutOff
from cardswitch.specs.holidays import OrderCutOff
from cardswitch.switch.core.states import State
from cardswitch.switch.operate.settle import close_days
from cardswitch.switch.operate.verify_books import verify
from cardswitch.switch.settlement.parties import OwnAccount
from cardswitch.switch.store.books import BooksReader
from tests.kit.settling import amounts, close
from tests.kit.week import Days

EUR = "978"
EDGES = {
    "year end": ("2026-12-30", ["2026-12-30", "2026-12-31", "2027-01-01"]),
    "leap day": ("2028-02-28", ["2028-02-28", "2028-02-29", "2028-03-01"]),
    "no leap day": ("2027-02-27", ["2027-02-27", "2027-02-28", "2027-03-01"]),
    "clocks change": ("2026-10-24", ["2026-10-24", "2026-10-25", "2026-10-26"]),
}


@pytest.mark.parametrize(("first", "labels"), EDGES.values(), ids=EDGES)
def test_advices_reversals_and_refunds_over_the_cut_are_paid_once(lab, first, labels):
    lab.history = history = Days(CutOff("23:00", "Europe/Berlin"), first)
    sold = history.sale(1_000)
    late = history.begin(250, kind="offline")
    history.cut_over()
    closed = close(lab)
    history.add(late, State.APPROVED)  # An advice of the day before, which is closed.
    history.reverse(sold, stays=400)
    history.sale(2_000)
    history.cut_over()
    history.sale(3_000, kind="refund")
    history.cut_over()
    closed += close(lab)
    assert [day.business_date for day in closed] == labels
    assert [amounts(day).get(("SHOP", EUR), 0) for day in closed] == [1_000, 1_650, 0]
    moved_on = [(batch.kind, batch.moved_on) for day in closed for batch in day.batches]
    assert ("offline", labels[0]) in moved_on
    assert ("sale-reversal", labels[1]) in moved_on
    assert BooksReader(lab.settlement.books).payable("SHOP") == {EUR: -3_000}
    assert verify(lab.switch, lab.settlement).findings == ()


def test_a_day_of_nothing_and_one_below_zero_carry_on(lab):
    history = lab.history
    history.cut_over()
    history.sale(500, kind="refund")
    history.cut_over()
    history.sale(300)
    history.cut_over()
    history.sale(300)
    history.cut_over()
    closed = close(lab)
    assert [amounts(day).get(("SHOP", EUR), 0) for day in closed] == [0, 0, 0, 100]
    assert all(f"deposit-{day.business_date}.csv" in day.files for day in closed)


def test_numbers_that_wrap_are_two_movements(lab):
    """The same RRN and terminal, years later: the row of the journal is what tells them apart."""
    history = lab.history
    history.sale(100, rrn="999999999999")
    history.cut_over()
    history.sale(200, rrn="999999999999")
    history.sale(300, rrn="000000000001")
    history.cut_over()
    closed = close(lab)
    assert [amounts(day)["SHOP", EUR] for day in closed] == [100, 500]
    assert verify(lab.switch, lab.settlement).findings == ()


def test_value_days_are_those_of_each_currency(lab):
    """Thanksgiving is a holiday of the dollar alone."""
    own = OwnAccount("DE89370400440532013000", "COBADEFFXXX")
    acquirer = replace(lab.settlement.acquirer, accounts={"USD": own}, value_days=2)
    lab.settlement = replace(lab.settlement, acquirer=acquirer)
    lab.history = history = Days(CutOff("13:00", "Europe/Berlin"), "2026-11-25")
    history.sale(100)
    history.sale(100, currency="840")
    history.cut_over()
    lab.commit()
    at = history.ends[0].ends_at + 60
    [report] = close_days(lab.switch, lab.settlement, lab.record, clock=lambda: at)
    books = BooksReader(lab.settlement.books)
    assert {each.currency: each.execution for each in books.transfers()} == {
        EUR: "2026-11-27", "840": "2026-11-30",
    }  # fmt: skip
    assert report.closed.business_date == "2026-11-25"


def test_currencies_have_cut_offs_of_their_own(lab):
    """At ten in the evening in Berlin it is four in New York, whose banks still work."""
    own = OwnAccount("DE89370400440532013000", "COBADEFFXXX")
    in_dollars = replace(own, order_cut_off=OrderCutOff("17:00", "America/New_York"))
    accounts = {"USD": in_dollars, "JPY": replace(own, value_days=1), "GBP": own}
    acquirer = replace(lab.settlement.acquirer, accounts=accounts)
    lab.settlement = replace(lab.settlement, acquirer=acquirer)
    lab.history = history = Days(CutOff("22:00", "Europe/Berlin"), "2026-11-23")
    for code in (EUR, "840", "392", "826"):
        history.sale(100, currency=code)
    history.cut_over()
    lab.commit()
    at = history.ends[0].ends_at + 60
    close_days(lab.switch, lab.settlement, lab.record, clock=lambda: at)
    books = BooksReader(lab.settlement.books)
    assert {each.currency: each.execution for each in books.transfers()} == {
        EUR: "2026-11-24", "840": "2026-11-23", "392": "2026-11-25", "826": "2026-11-24",
    }  # fmt: skip


def test_a_deposit_may_have_more_digits_than_field_4(lab):
    """Of a currency of small units a good day has them; the bank carries out eighteen."""
    most = 999_999_999_999
    own = OwnAccount("DE89370400440532013000", "COBADEFFXXX")
    acquirer = replace(lab.settlement.acquirer, accounts={"IDR": own})
    lab.settlement = replace(lab.settlement, acquirer=acquirer)
    for amount in (most, most, 2):
        lab.history.sale(amount, currency="360")
    lab.history.cut_over()
    [day] = close(lab)
    assert amounts(day) == {("SHOP", "360"): 2 * most + 2}
    [ordered] = BooksReader(lab.settlement.books).transfers()
    assert ordered.amount == 2 * most + 2
    assert b">20000000000.00<" in day.files[f"deposit-{day.business_date}.xml"]
    assert verify(lab.switch, lab.settlement).findings == ()
