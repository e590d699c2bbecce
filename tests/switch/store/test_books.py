"""The books add up, and no day is booked twice, skipped, or otherwise than it was."""

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import update

from cardswitch.specs.errors import Error
from cardswitch.switch.core.states import State
from cardswitch.switch.settlement.close import books_head
from cardswitch.switch.settlement.ledger import merchant_of
from cardswitch.switch.store.books import Books, BooksReader, Deposit, Suspense
from cardswitch.switch.store.tables import BOOKS_SCHEMA
from cardswitch.wire.store.database import Database, Missing
from tests.kit.booked import Ledger
from tests.kit.derivations import days_of, movements_of
from tests.kit.histories import DAYS, histories


def test_a_day_is_booked_once(ledger):
    ledger.history.sale(1250)
    later = ledger.history.sale(300)
    ledger.history.cut_over()
    ledger.history.reverse(later)
    ledger.history.cut_over()
    first = ledger.close_day()
    with pytest.raises(Error, match="cannot be written"):
        ledger.close_day()
    assert ledger.books.files(DAYS[0]) == dict(first.files)
    assert ledger.books.files(DAYS[1]) == {}
    assert ledger.books.balances(up_to=0) == {}
    assert (
        ledger.books.balances()
        == ledger.books.balances(up_to=1)
        == {
            ("scheme_settlement", "978"): 1550,
            ("merchant_payable:SHOP", "978"): 0,
            ("acquirer_cash", "978"): -1550,
        }
    )
    second = ledger.close_day(DAYS[1])
    assert ledger.books.balances()["merchant_payable:SHOP", "978"] == 300
    assert ledger.books.balances(up_to=1)["merchant_payable:SHOP", "978"] == 0
    assert second.payouts[0].carried_forward == -300


@pytest.mark.parametrize(("before", "label"), [((), DAYS[1]), ((DAYS[0],), DAYS[2])])
def test_no_day_is_skipped(ledger, before, label):
    for _ in DAYS:
        ledger.history.cut_over()
    for done in before:
        ledger.close_day(done)
    with pytest.raises(Error, match=f"{label} cannot be closed yet: first close "):
        ledger.close_day(label)
    assert [close.business_date for close in ledger.books.closes()] == [*before]


def test_closes_are_numbered_and_chained(ledger):
    early = ledger.history.cut_over(early=True)
    ledger.history.cut_over()
    made = [ledger.close_day(), ledger.close_day(early)]
    first, second = ledger.books.closes()
    assert [first.number, second.number] == [1, 2]
    assert [first.business_date, second.business_date] == [DAYS[0], f"{DAYS[0]}-2"]
    assert [first.follows, second.follows] == ["", DAYS[0]]
    assert [first.sha256, second.sha256] == [day.sha256 for day in made]
    assert first.books_head == books_head("", first.sha256)
    assert second.books_head == books_head(first.books_head, second.sha256)
    assert second.read_to == len(ledger.history.rows)


def test_a_purchase_approved_behind_the_close_of_its_day_is_booked_by_the_next(ledger):
    late = ledger.history.begin(700)
    ledger.history.sale(1250)
    ledger.history.cut_over()
    assert [payout.amount for payout in ledger.close_day().payouts] == [1250]
    ledger.history.add(late, State.APPROVED)
    ledger.history.sale(40)
    ledger.history.cut_over()
    second = ledger.close_day(DAYS[1])
    assert [payout.amount for payout in second.payouts] == [740]
    batches = ledger.books.batches(DAYS[1])
    assert [(batch.moved_on, batch.amount) for batch in batches] == [
        (DAYS[0], 700),
        (DAYS[1], 40),
    ]


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=histories())
def test_all_is_booked_once_whenever_a_day_is_closed(tmp_path_factory, rows):
    """Each day is closed as soon as it has ended: legs may be open then, and end later."""
    folder = tmp_path_factory.mktemp("day")
    ledger = Ledger(f"sqlite:///{folder}/books.db", f"sqlite:///{folder}/switch.db")
    try:
        whole = rows
        cuts = [day.sequence for day in days_of(whole)][1:]
        for day, cut in zip(days_of(whole), cuts, strict=False):
            ledger.history.rows = whole[:cut]
            ledger.close_day(day.label)
        ledger.history.rows = whole
        owed = sum(row.moved for row in whole if row.serves == "merchants")
        closes = ledger.books.closes()
        booked = sum(b.amount for done in closes for b in ledger.books.batches(done.business_date))
        moved = [m for done in closes for m in ledger.books.movements(done.business_date)]
        # What came behind the last close waits for the next one.
        late = [m for m in movements_of(whole) if m.sequence > cuts[-1]]
        assert booked + sum(m.amount for m in late) == owed
        assert sorted(m.name for m in [*moved, *late]) == sorted(
            m.name for m in movements_of(whole)
        )
        left = ledger.books.balances()
        assert all(sum_ >= 0 for (account, _), sum_ in left.items() if merchant_of(account))
    finally:
        ledger.end()


# Reading ------------------------------------------------------------------------------------------


def test_a_closed_day_is_read_back_as_it_was(ledger):
    ledger.history.sale(1250)
    ledger.history.sale(300, terminal="TERM0002")
    ledger.history.sale(500, merchant="CAFE", currency="392")
    ledger.history.sale(12, merchant="SHOP2")
    ledger.history.cut_over()
    day = ledger.close_day()
    reader = BooksReader(ledger.url)  # Nobody is disturbed by it.
    closed = reader.closed(DAYS[0])
    assert (closed.starts_at, closed.ends_at) == (day.starts_at, day.ends_at)
    assert (closed.sha256, closed.batches) == (day.sha256, day.batches)
    assert closed.files == dict(day.files)
    assert [m.name for m in reader.movements(DAYS[0])] == ["sale:7", "sale:3", "sale:5", "sale:9"]
    assert (reader.last_batch(), reader.miscounted(DAYS[0])) == (4, [])
    assert closed.payouts == tuple(
        Deposit(p.merchant, p.currency, p.amount, p.end_to_end_id) for p in day.payouts if p.amount
    )
    assert closed.suspense == (Suspense("SHOP2", "978", 12),)
    assert sorted(reader.postings(DAYS[0]), key=str) == sorted(day.postings, key=str)
    assert reader.closed(DAYS[1]) is None
    assert [done.business_date for done in reader.closes()] == [DAYS[0]]
    assert list(reader.orphans()) == []


def test_what_was_in_suspense_stays_in_the_day_that_left_it_there(ledger):
    ledger.history.sale(1250)
    ledger.history.cut_over()
    ledger.history.cut_over()
    ledger.close_day(merchants=())
    ledger.close_day(DAYS[1])
    assert ledger.books.closed(DAYS[0]).suspense == (Suspense("SHOP", "978", 1250),)
    second = ledger.books.closed(DAYS[1])
    assert (second.suspense, [paid.amount for paid in second.payouts]) == ((), [1250])


def test_books_without_a_close(ledger):
    assert (ledger.books.closes(), ledger.books.balances()) == ([], {})


def test_two_settlements_at_once(ledger):
    with pytest.raises(Error, match="the books are in use: another settlement is running"):
        Books(ledger.url)


def test_books_of_an_older_version_are_refused_with_the_way_out(ledger):
    ledger.books.close()
    database = Database(ledger.url, BOOKS_SCHEMA)
    with database.transaction() as writer:
        writer.execute(update(BOOKS_SCHEMA.version_table).values(version=1))
    database.close()
    for opened in (Books, BooksReader):
        with pytest.raises(Error, match="schema 1, this program needs 8: move it"):
            opened(ledger.url)


def test_a_reader_comes_too_early(tmp_path):
    with pytest.raises(Missing, match="no bank day was ever closed"):
        BooksReader(f"sqlite:///{tmp_path}/books.db")
    assert list(tmp_path.iterdir()) == []
