"""The books of the issuer: sums that hold whatever memory has forgotten."""

import pytest

from cardswitch.hosts.issuer.books import IssuerBooks
from cardswitch.hosts.issuer.config import AccountConfig, CardConfig
from cardswitch.hosts.issuer.entries import PinTried, PurchaseDecided, PurchaseUndone, Terms
from cardswitch.specs.errors import Error

ADA, EVE = AccountConfig("ada", 1_000), AccountConfig("eve", 500, "840")
TERMS = Terms(kind="sale", processing="000000", amount=10, currency="978", card="F2F4")


def decided(amount: int, account: str = "ada") -> PurchaseDecided:
    return PurchaseDecided(
        terms=TERMS, pan_masked="", code="00" if amount else "51", account=account, amount=amount
    )


def undone(released: int, stays: int = 0) -> PurchaseUndone:
    return PurchaseUndone(account="ada", released=released, stays=stays)


def test_the_issuer_holds_and_releases_also_in_part() -> None:
    books = IssuerBooks([ADA, EVE])
    for entry in (decided(10), decided(20), decided(0, ""), decided(5, "eve")):
        books.apply(entry)
    assert books.held() == {"978": 30, "840": 5}
    assert (books.accounts["ada"].available, books.approvals) == (970, 3)
    books.apply(undone(8, stays=12))
    books.apply(PurchaseUndone())
    assert books.held() == {"978": 22, "840": 5}
    books.apply(undone(12))
    assert books.accounts["ada"].available == 990


def test_never_more_is_released_than_is_held() -> None:
    books = IssuerBooks([ADA])
    books.apply(decided(10))
    with pytest.raises(AssertionError):
        books.apply(undone(11))


def test_wrong_pins_are_the_last_count() -> None:
    books = IssuerBooks([ADA])
    for tries in (1, 2, 0, 1):
        books.apply(PinTried("card", tries))
    assert books.tries == {"card": 1}


def test_what_books_told_they_know_again() -> None:
    books, again = IssuerBooks([ADA, EVE]), IssuerBooks([ADA, EVE])
    for entry in (decided(10), decided(5, "eve"), PinTried("a", 2), PinTried("b", 0)):
        books.apply(entry)
    tries = again.tries
    again.restore(books.told())
    assert again.told() == books.told()
    assert again.held() == {"978": 10, "840": 5}
    assert tries == {"a": 2}  # Whoever was given them before sees them now.


def test_a_journal_of_other_accounts_is_refused() -> None:
    books = IssuerBooks([ADA])
    with pytest.raises(Error, match=r"'bob', which is not among issuer\.accounts"):
        books.apply(decided(1, account="bob"))
    with pytest.raises(Error, match="higher balance"):
        books.apply(decided(1_001))
    told = {"held": {"bob": 1}, "coming": {}, "tries": {}, "approvals": 1}
    with pytest.raises(Error, match=r"'bob', which is not among issuer\.accounts"):
        books.restore(told)
    books.restore({**told, "held": {"bob": 0}})


@pytest.mark.parametrize(
    ("currency", "account"), [("978", "ada"), ("840", "eve"), ("392", "ada"), ("", "ada")]
)
def test_a_card_pays_from_the_account_of_that_currency_or_else_its_first(
    currency: str, account: str
) -> None:
    books = IssuerBooks([ADA, EVE])
    card = CardConfig(
        id="c", pan="9999990000000014", account="ada", more_accounts=("eve",), expiry="3012"
    )
    assert books.account_of(card, currency).id == account
