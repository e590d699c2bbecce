"""The books add up, and no day is booked twice, skipped, or otherwise than it was."""

import pytest
from hypothesis import HealthCheck, given, settings
from msgspec.structs import replace
from sqlalchemy import update

from cardswitch.specs.errors import Error
from cardswitch.switch.core.states import State
from cardswitch.switch.settlement.close import books_head
from cardswitch.switch.settlement.ledger import merchant_of
from cardswitch.switch.store.books import Books, BooksReader, Deposit, Suspense
from cardswitch.switch.store.tables import BOOKS_SCHEMA
from cardswitch.wire.operator.files import staged_files
from cardswitch.wire.store.database import Database, Missing
from tests.kit.histories import DAYS, History, close, days_of, histories


class Ledger:
    """The books, and the journal that they are made from."""

    def __init__(self, url):
        self.url = url
        self.history = History()
        self.books = Books(self.url)

    def day(self, label=DAYS[0], **options):
        """The close of the day *label*, as the history is by now."""
        closes = self.books.closes()
        closed = [done.business_date for done in closes]
        read_to = closes[-1].read_to if closes else 0
        opening = self.books.balances()
        return close(self.history.rows, label, opening, closed=closed, read_to=read_to, **options)

    def close_day(self, label=DAYS[0], **options):
        day = self.day(label, **options)
        assert self.books.record_close(day)
        return day


@pytest.fixture
def ledger(url):
    made = Ledger(url)
    yield made
    made.books.close()


def test_a_day_is_booked_once(ledger):
    ledger.history.sale(1250)
    later = ledger.history.sale(300)
    ledger.history.cut_over()
    ledger.history.reverse(later)
    ledger.history.cut_over()
    first = ledger.day()
    assert ledger.books.record_close(first) is True
    assert ledger.books.record_close(first) is False
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


def test_the_same_day_with_another_content_is_refused_and_nothing_changes(ledger):
    ledger.history.sale(1250)
    ledger.history.cut_over()
    first = ledger.close_day()
    with pytest.raises(Error, match="closed already, with another content"):
        ledger.books.record_close(replace(first, files={"deposit.csv": b"forged"}))
    assert ledger.books.files(DAYS[0]) == dict(first.files)


def test_no_movement_is_booked_on_two_days(ledger):
    ledger.history.sale(1250)
    ledger.history.cut_over()
    ledger.history.cut_over()
    first = ledger.close_day()
    moved = replace(first, business_date=DAYS[1], follows=DAYS[0], batches=())
    with pytest.raises(Error, match="cannot be written"):
        ledger.books.record_close(moved)
    # The whole close is undone, not only its postings: the day can be closed as it should be.
    ledger.close_day(DAYS[1])


@pytest.mark.parametrize(("before", "label"), [((), DAYS[1]), ((DAYS[0],), DAYS[2])])
def test_no_day_is_skipped(ledger, before, label):
    for _ in DAYS:
        ledger.history.cut_over()
    for done in before:
        ledger.close_day(done)
    with pytest.raises(Error, match=f"{label} cannot be closed yet: first close "):
        ledger.books.record_close(ledger.day(label))


def test_no_day_is_closed_behind_a_later_one(ledger):
    ledger.history.cut_over()
    ledger.history.cut_over()
    ledger.close_day()
    ledger.close_day(DAYS[1])
    with pytest.raises(Error, match="cannot be closed yet"):
        ledger.books.record_close(replace(ledger.day(), business_date="2026-11-22"))


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


def test_what_is_booked_of_some_movements(ledger):
    ledger.history.sale(1250)
    ledger.history.cut_over()
    ledger.close_day()
    names = ["sale:3", *(f"sale:{number}" for number in range(100, 1200))]
    assert ledger.books.booked(names) == {"sale:3": 1250}
    assert ledger.books.booked([]) == {}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=histories())
def test_all_is_booked_once_whenever_a_day_is_closed(tmp_path_factory, rows):
    """Each day is closed as soon as it has ended: legs may be open then, and end later."""
    ledger = Ledger(f"sqlite:///{tmp_path_factory.mktemp('day')}/books.db")
    try:
        whole = rows
        cuts = [day.sequence for day in days_of(whole)][1:]
        for day, cut in zip(days_of(whole), cuts, strict=False):
            ledger.history.rows = whole[:cut]
            ledger.close_day(day.label)
        ledger.history.rows = whole
        owed = sum(row.moved for row in whole if row.serves == "merchants")
        booked = sum(
            batch.amount for done in ledger.books.closes()
            for batch in ledger.books.batches(done.business_date)
        )  # fmt: skip
        assert booked == owed
        left = ledger.books.balances()
        assert all(sum_ >= 0 for (account, _), sum_ in left.items() if merchant_of(account))
    finally:
        ledger.books.close()


class Crash(BaseException):
    """Ends the program here."""


def crash(*_):
    raise Crash


def close_and_crash(ledger, folder, recorded):
    day = ledger.day()
    with staged_files(folder, day.files):
        if recorded:
            ledger.books.record_close(day)
        crash()


@pytest.mark.parametrize("point", ["before the record", "in the record", "after the record"])
def test_a_crash_in_the_close_is_mended_by_doing_it_again(ledger, tmp_path, point, monkeypatch):
    ledger.history.sale(1250)
    ledger.history.cut_over()
    day = ledger.day()
    folder = tmp_path / "deposits"
    with monkeypatch.context() as patch:
        if point == "in the record":
            patch.setattr("cardswitch.switch.store.books._require_order", crash)
        with pytest.raises(Crash):
            close_and_crash(ledger, folder, recorded=point != "before the record")
    assert list(folder.iterdir()) == []
    assert bool(ledger.books.files(DAYS[0])) is (point == "after the record")
    with staged_files(folder, day.files):
        ledger.books.record_close(day)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == dict(day.files)


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
        with pytest.raises(Error, match="schema 1, this program needs 5: move it"):
            opened(ledger.url)


def test_a_reader_comes_too_early(tmp_path):
    with pytest.raises(Missing, match="no bank day was ever closed"):
        BooksReader(f"sqlite:///{tmp_path}/books.db")
    assert list(tmp_path.iterdir()) == []
