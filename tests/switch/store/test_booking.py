"""A close is booked in one transaction: all of it is there, or nothing."""

import pytest
from msgspec.structs import replace

from cardswitch.specs.errors import Error
from cardswitch.switch.store.booking import Booking
from cardswitch.switch.store.tables import JOURNALS
from tests.kit.histories import DAYS


class Crash(BaseException):
    """Ends the program here."""


def crash(*_):
    raise Crash


@pytest.fixture
def sold(ledger):
    ledger.history.sale(1250)
    ledger.history.sale(300, terminal="TERM0002")
    ledger.history.cut_over()
    return ledger


def held(ledger):
    books = ledger.books
    return (books.closes(), books.batches(DAYS[0]), books.postings(DAYS[0]), books.files(DAYS[0]))


@pytest.mark.parametrize("step", ["book", "record", "_require_order"])
def test_a_crash_in_between_leaves_nothing_and_doing_it_again_all(sold, step, monkeypatch):
    nothing = ([], (), [], {})
    with monkeypatch.context() as patch:
        if step == "_require_order":
            patch.setattr("cardswitch.switch.store.booking._require_order", crash)
        else:
            original = getattr(Booking, step)

            def crashing(*arguments):
                original(*arguments)
                raise Crash

            patch.setattr(Booking, step, crashing)
        with pytest.raises(Crash):
            sold.close_day()
    assert held(sold) == nothing
    made = sold.close_day()
    assert held(sold)[1:] == (made.batches, [*made.postings], dict(made.files))
    assert [m.amount for m in sold.books.movements(DAYS[0])] == [1250, 300]


def test_every_journal_of_a_close_is_sealed(sold):
    made = sold.close_day()
    found = sold.books._rows(JOURNALS.select())
    assert {row.journal_id for row in found} == {p.journal_id for p in made.postings}
    assert {row.journal_id for row in found} == {"batch:1", "batch:2", "payout:20261123-SHOP-EUR"}


def test_what_does_not_sum_to_zero_is_refused_by_the_database(sold, monkeypatch):
    original = Booking.record

    def crooked(booking, day):
        first, *others = day.postings
        original(booking, replace(day, postings=(replace(first, amount=1), *others)))

    monkeypatch.setattr(Booking, "record", crooked)
    with pytest.raises(Error, match="cannot be written"):
        sold.close_day()
    assert sold.books.closes() == []
