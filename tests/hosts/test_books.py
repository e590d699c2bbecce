"""The books: bounded, but never at the price of money."""

import pytest

from cardswitch.hosts.books import AcquirerBooks, IssuerBooks
from cardswitch.hosts.config import AccountConfig
from cardswitch.hosts.entries import (
    PinTried,
    PurchaseAnswered,
    PurchaseDecided,
    PurchaseForwarded,
    PurchaseRefused,
    PurchaseUndone,
    ReversalForwarded,
)
from cardswitch.specs.errors import Error

ADA = AccountConfig("ada", 1_000)


def decided(n: int, amount: int = 10, account: str = "ada") -> PurchaseDecided:
    return PurchaseDecided(
        f"id {n}", "like", 0.0, f"{n:012d}", "", "00", account, amount, f"{n:06d}"
    )


def forwarded(n: int) -> PurchaseForwarded:
    return PurchaseForwarded(f"id {n}", "like", 0.0, f"{n:012d}", "SHOP", "978", 10, f"{n:06d}", "")


# The issuer --------------------------------------------------------------------------------------


def test_the_issuer_holds_and_releases() -> None:
    books = IssuerBooks([ADA])
    books.apply(decided(1))
    books.apply(decided(2, 20))
    books.apply(PurchaseDecided("id 3", "like", 0.0, "000000000003", "", "51"))
    assert books.held() == {"000000000001": 10, "000000000002": 20}
    assert (books.accounts["ada"].available, books.approvals) == (970, 2)
    for _ in range(2):
        books.apply(PurchaseUndone("id 1", 0.0, "000000000001"))
    assert books.held() == {"000000000002": 20}
    assert books.accounts["ada"].available == 980


def test_a_hold_that_is_forgotten_leaves_the_balance_for_good() -> None:
    books = IssuerBooks([ADA], remembered_max=2)
    for n in range(5):
        books.apply(decided(n))
    assert books.find("id 2") is None
    assert list(books.held()) == ["000000000003", "000000000004"]
    account = books.accounts["ada"]
    assert (account.balance, account.held, account.available) == (970, 20, 950)
    books.apply(PurchaseUndone("id 0", 0.0, ""))
    assert account.available == 950


def test_wrong_pins_are_the_last_count() -> None:
    books = IssuerBooks([ADA])
    for tries in (1, 2, 0, 1):
        books.apply(PinTried("card", tries, 0.0))
    assert books.tries == {"card": 1}


def test_a_journal_of_other_accounts_is_refused() -> None:
    books = IssuerBooks([ADA])
    with pytest.raises(Error, match=r"'bob', which is not among issuer\.accounts"):
        books.apply(decided(1, account="bob"))
    with pytest.raises(Error, match="higher balance"):
        books.apply(decided(2, 1_001))


# The acquirer ------------------------------------------------------------------------------------


def test_a_booking_is_open_until_its_outcome_is_known() -> None:
    books = AcquirerBooks()
    steps = [
        (forwarded(1), {"id 1"}, {}),
        (
            PurchaseAnswered("id 1", 0.0, "00", 10, "1"),
            set(),
            {"000000000001": ("SHOP", "978", 10)},
        ),
        (
            ReversalForwarded("id 1", 0.0, "000009", ""),
            {"id 1"},
            {"000000000001": ("SHOP", "978", 10)},
        ),
        (PurchaseUndone("id 1", 0.0, ""), set(), {}),
    ]
    for entry, is_open, approved in steps:
        books.apply(entry)
        assert books.open == is_open
        assert books.approved() == approved
    assert books.last_trace == 9


def test_open_bookings_are_never_forgotten() -> None:
    books = AcquirerBooks(remembered_max=2)
    books.apply(forwarded(1))
    books.apply(forwarded(2))
    books.apply(PurchaseAnswered("id 2", 0.0, "00", 10, "1"))
    books.apply(ReversalForwarded("id 2", 0.0, "000009", ""))
    for n in range(3, 9):
        books.apply(PurchaseRefused(f"id {n}", "like", 0.0, "", "03"))
    assert books.open == {"id 1", "id 2"}
    remembered = [n for n in range(1, 9) if books.find(f"id {n}")]
    assert remembered == [1, 2, 7, 8]


@pytest.mark.parametrize(
    ("entries", "may_hold_money"),
    [
        ([], False),
        ([PurchaseRefused("id 1", "like", 0.0, "", "03")], False),
        ([forwarded(1)], True),
        ([forwarded(1), PurchaseAnswered("id 1", 0.0, "51")], False),
        ([forwarded(1), PurchaseAnswered("id 1", 0.0, "10", 5, "1")], True),
        ([forwarded(1), ReversalForwarded("id 1", 0.0, "000009", "")], True),
        ([forwarded(1), PurchaseUndone("id 1", 0.0, "")], False),
    ],
)
def test_who_may_hold_money(entries: list[PurchaseForwarded], may_hold_money: bool) -> None:
    books = AcquirerBooks()
    for entry in entries:
        books.apply(entry)
    booking = books.find("id 1")
    assert bool(booking and booking.may_hold_money) == may_hold_money
