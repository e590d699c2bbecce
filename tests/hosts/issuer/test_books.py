"""The books of the issuer: bounded, but never at the price of money."""

import pytest

from cardswitch.hosts.issuer.books import IssuerBooks
from cardswitch.hosts.issuer.config import AccountConfig
from cardswitch.hosts.issuer.entries import PinTried, PurchaseDecided, PurchaseUndone
from cardswitch.specs.errors import Error

ADA = AccountConfig("ada", 1_000)


def decided(n: int, amount: int = 10, account: str = "ada") -> PurchaseDecided:
    return PurchaseDecided(
        identity=f"id {n}",
        request_digest="like",
        at=0.0,
        rrn=f"{n:012d}",
        card="",
        code="00",
        account=account,
        amount=amount,
        approval_code=f"{n:06d}",
    )


def test_the_issuer_holds_and_releases() -> None:
    books = IssuerBooks([ADA])
    books.apply(decided(1))
    books.apply(decided(2, 20))
    books.apply(
        PurchaseDecided(
            identity="id 3", request_digest="like", at=0.0, rrn="000000000003", card="", code="51"
        )
    )
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
