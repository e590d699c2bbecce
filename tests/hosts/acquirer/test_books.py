"""The books of the acquirer: bounded, but never at the price of money."""

import pytest

from cardswitch.hosts.acquirer.books import AcquirerBooks
from cardswitch.hosts.acquirer.entries import (
    PurchaseAnswered,
    PurchaseForwarded,
    PurchaseRefused,
    PurchaseUndone,
    ReversalForwarded,
)
from cardswitch.hosts.acquirer.states import MAY_HOLD_MONEY


def forwarded(n: int) -> PurchaseForwarded:
    return PurchaseForwarded(
        identity=f"id {n}",
        request_digest="like",
        at=0.0,
        rrn=f"{n:012d}",
        merchant="SHOP",
        currency="978",
        amount=10,
        trace=f"{n:06d}",
        original="",
    )


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
    assert bool(booking and booking.state in MAY_HOLD_MONEY) == may_hold_money
