"""The books add up, and no day is booked twice, skipped, or otherwise than it was."""

import pytest
from hypothesis import HealthCheck, given, settings
from msgspec.structs import replace

from cardswitch.specs.errors import Error
from cardswitch.switch.settlement.ledger import merchant_of
from cardswitch.switch.store.books import Books, BooksReader, Deposit
from cardswitch.switch.store.journal import JournalReader, SqlStore
from cardswitch.wire.operator.files import staged_files
from cardswitch.wire.store.database import Missing
from tests.kit.histories import CUT, CUT_OFF, DAYS, NOON, GlassVault, History, close, histories


class Pair:
    """The journal of a switch that runs, a reader beside it, and the books."""

    def __init__(self, folder):
        url = f"sqlite:///{folder}/switch.db"
        self.url = f"sqlite:///{folder}/books.db"
        self._store = SqlStore(url, GlassVault())
        self.commit = self._store.commit
        self.journal = JournalReader(url, GlassVault())
        self.books = Books(self.url)
        self.balances, self.files = self.books.balances, self.books.files

    def record_close(self, day):
        return self.books.record_close(day, self.journal)

    def close(self):
        self.books.close()
        self._store.close()


@pytest.fixture
def store(tmp_path):
    opened = Pair(tmp_path)
    yield opened
    opened.close()


def day_from(store, day=DAYS[0]):
    entries = store.journal.load_day(CUT_OFF.starts_at(day), CUT_OFF.ends_at(day))
    return close(entries, day, store.balances(before=day))


def test_a_day_is_booked_once(store):
    history = History()
    history.sale(1250)
    history.reverse(history.sale(300), CUT + 60)
    store.commit(history.entries())
    first = day_from(store)
    assert store.record_close(first) is True
    assert store.record_close(day_from(store)) is False
    assert store.files(DAYS[0]) == dict(first.files)
    assert store.files(DAYS[1]) == {}
    assert store.balances(before=DAYS[0]) == {}
    assert store.balances(before=DAYS[1]) == {
        ("scheme_settlement", "978"): 1550,
        ("merchant_payable:SHOP", "978"): 0,
        ("acquirer_cash", "978"): -1550,
    }
    second = day_from(store, DAYS[1])
    assert store.record_close(second) is True
    assert store.balances(before=DAYS[2])["merchant_payable:SHOP", "978"] == 300
    assert second.payouts[0].carried_forward == -300


def test_the_same_day_with_another_content_is_refused_and_nothing_changes(store):
    history = History()
    history.sale(1250)
    store.commit(history.entries())
    first = day_from(store)
    store.record_close(first)
    with pytest.raises(Error, match="closed already, with another content"):
        store.record_close(replace(first, files={"deposit.csv": b"forged"}))
    assert store.files(DAYS[0]) == dict(first.files)


def test_no_movement_is_booked_on_two_days(store):
    history = History()
    history.sale(1250)
    store.commit(history.entries())
    first = day_from(store)
    store.record_close(first)
    moved = replace(first, business_date=DAYS[1], starts_at=CUT, ends_at=CUT + 86_400, batches=())
    with pytest.raises(Error, match="cannot be written"):
        store.record_close(moved)
    # The whole close is undone, not only its postings: the day can be closed as it should be.
    assert store.record_close(day_from(store, DAYS[1])) is True


def test_no_day_with_movements_is_skipped(store):
    history = History()
    history.sale(at=NOON)
    history.reverse(history.sale(at=NOON + 1), CUT + 60)
    store.commit(history.entries())
    with pytest.raises(Error, match="first close the days before it"):
        store.record_close(day_from(store, DAYS[1]))
    store.record_close(day_from(store))
    with pytest.raises(Error, match="first close the days after 2026-11-23"):
        store.record_close(day_from(store, DAYS[2]))
    store.record_close(day_from(store, DAYS[1]))
    store.record_close(day_from(store, DAYS[2]))


def test_no_day_is_closed_behind_a_later_one(store):
    store.record_close(day_from(store, DAYS[1]))
    with pytest.raises(Error, match="a later day is closed already"):
        store.record_close(day_from(store, DAYS[0]))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=histories())
def test_what_load_day_returns_is_enough_to_close_by(tmp_path_factory, entries):
    store = Pair(tmp_path_factory.mktemp("day"))
    try:
        store.commit(entries)
        for day in DAYS:
            opening = store.balances(before=day)
            closed = day_from(store, day)
            assert closed == close(entries, day, opening)
            assert store.record_close(closed)
        left = store.balances(before="9999-12-31")
        assert all(sum_ >= 0 for (account, _), sum_ in left.items() if merchant_of(account))
    finally:
        store.close()


class Crash(BaseException):
    """Ends the program here."""


def crash(*_):
    raise Crash


def close_and_crash(store, folder, recorded):
    day = day_from(store)
    with staged_files(folder, day.files):
        if recorded:
            store.record_close(day)
        crash()


@pytest.mark.parametrize("point", ["before the record", "in the record", "after the record"])
def test_a_crash_in_the_close_is_mended_by_doing_it_again(store, tmp_path, point, monkeypatch):
    history = History()
    history.sale(1250)
    store.commit(history.entries())
    expected = dict(day_from(store).files)
    folder = tmp_path / "deposits"
    with monkeypatch.context() as patch:
        if point == "in the record":
            patch.setattr("cardswitch.switch.store.books._require_order", crash)
        with pytest.raises(Crash):
            close_and_crash(store, folder, recorded=point != "before the record")
    assert list(folder.iterdir()) == []
    assert bool(store.files(DAYS[0])) is (point == "after the record")
    day = day_from(store)
    with staged_files(folder, day.files):
        store.record_close(day)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == expected


# Reading ------------------------------------------------------------------------------------------


def test_a_closed_day_is_read_back_as_it_was(store):
    history = History()
    history.sale(1250)
    history.sale(300, terminal="TERM0002")
    history.sale(500, merchant="CAFE", currency="392")
    store.commit(history.entries())
    day = day_from(store)
    store.record_close(day)
    reader = BooksReader(store.url)  # Nobody is disturbed by it.
    closed = reader.closed(DAYS[0])
    assert (closed.starts_at, closed.ends_at) == (day.starts_at, day.ends_at)
    assert closed.batches == day.batches
    assert closed.files == dict(day.files)
    assert closed.payouts == tuple(
        Deposit(p.merchant, p.currency, p.amount, p.end_to_end_id) for p in day.payouts
    )
    assert reader.closed(DAYS[1]) is None
    assert (reader.dates(), reader.last_end()) == ([DAYS[0]], CUT)


def test_books_without_a_close(store):
    assert (store.books.dates(), store.books.last_end()) == ([], None)


def test_two_settlements_at_once(store):
    with pytest.raises(Error, match="the books are in use: another settlement is running"):
        Books(store.url)


def test_a_reader_comes_too_early(tmp_path):
    with pytest.raises(Missing, match="no bank day was ever closed"):
        BooksReader(f"sqlite:///{tmp_path}/books.db")
    assert list(tmp_path.iterdir()) == []
