"""What is settled with peers: counted by date and currency, bounded, packed, and told."""

import pytest

from cardswitch.specs.errors import EncodeError
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.specs.transactions.settled import (
    DATES_KEPT,
    Account,
    Settled,
    pack_account,
    settlement_date,
)
from cardswitch.specs.transactions.totals import Side, Totals

SALE, REFUND, HOLD, BALANCE = (
    KINDS.named(name) for name in ("sale", "refund", "authorisation", "balance")
)
NOW = 1_795_435_200.0  # 2026-11-23
DAY = "2026-11-23"


def settled(*notes):
    """One peer's, with *notes*: currency, class, moved and number."""
    book = Settled()
    for note in notes:
        book.note("peer", DAY, *note)
    return book


@pytest.mark.parametrize(
    ("notes", "expected"),
    [
        ([], Account()),
        ([(SALE, 1250)], Account(Totals(Side(1, 1250)))),
        ([(SALE, 1250), (SALE, -1250, -1)], Account()),
        ([(SALE, 1250), (SALE, -250, 0)], Account(Totals(Side(1, 1000)))),
        ([(SALE, 1250), (REFUND, -250)], Account(Totals(Side(1, 1250), Side(1, 250)))),
        ([(REFUND, -250), (REFUND, 250, -1)], Account()),
        ([(HOLD, 0), (HOLD, 0)], Account(authorisations=2)),
        ([(BALANCE, 0)], Account(inquiries=1)),
    ],
)
def test_it_counts_what_the_merchant_is_owed(notes, expected):
    book = settled(*(("978", *note) for note in notes))
    assert book.account("peer", DAY, "978") == expected
    assert book.account("peer", "2026-11-24", "978") == book.account("other", DAY, "978")


def test_currencies_are_apart_and_inquiries_of_all_of_them():
    book = settled(("978", SALE, 100), ("840", SALE, 7), ("", BALANCE, 0), ("840", BALANCE, 0))
    assert book.account("peer", DAY, "978") == Account(Totals(Side(1, 100)), inquiries=2)
    assert book.account("peer", DAY, "840").totals == Totals(Side(1, 7))
    assert book.currencies("peer") == ["840", "978"]
    assert book.currencies("nobody") == []


def test_the_oldest_dates_are_forgotten():
    book = Settled()
    for day in range(1, DATES_KEPT + 3):
        book.note("peer", f"2026-11-{day:02d}", "978", SALE, day)
    assert book.dates("peer") == [f"2026-11-{day:02d}" for day in range(3, DATES_KEPT + 3)]
    book.note("peer", "2026-11-01", "978", SALE, 1)  # undone late: of what nobody compares
    assert len(book.dates("peer")) == DATES_KEPT
    assert not book.of("peer", "2026-11-01")


def test_a_checkpoint_tells_all_of_it():
    book = settled(("978", SALE, 100), ("978", HOLD, 0), ("840", REFUND, -7), ("", BALANCE, 0))
    again = Settled()
    again.restore([list(line) for line in book.told()])
    assert again.told() == book.told()
    assert again.account("peer", DAY, "840") == book.account("peer", DAY, "840")


def test_what_no_field_has_room_for_is_named():
    with pytest.raises(EncodeError) as caught:
        pack_account(Account(Totals(Side(1, 10**16))))
    assert caught.value.field == "88"
    with pytest.raises(EncodeError) as caught:
        pack_account(Account(inquiries=10**10))
    assert caught.value.field == "80"


@pytest.mark.parametrize(
    ("field", "now", "date"),
    [
        ("1123", NOW, "2026-11-23"),
        ("1122", NOW, "2026-11-22"),
        ("0101", 1_767_139_200.0, "2026-01-01"),  # heard on 31 December 2025
        ("1231", 1_767_225_600.0, "2025-12-31"),
        ("1301", NOW, "2026-11-23"),
        (None, NOW, "2026-11-23"),
    ],
)
def test_a_date_has_the_nearest_year(field, now, date):
    assert settlement_date(Message("0200", {15: field} if field else {}), now) == date
