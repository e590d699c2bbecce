"""Whom the gateway asks about a card, and what."""

from cardswitch.gateway.core.authentication import (
    DIRECTORY,
    Directory,
    DirectoryExchange,
    Range,
    Wanted,
    question_for,
)
from tests.kit.gateway import CARD, PAN
from tests.kit.three_ds import DS, TRANSACTION, ares

SOME = Range(cards=("4",), url="https://some.example/areq")
OURS = Range(cards=("4242", "51"), url="https://ours.example/areq")
BOOK = Directory(
    ranges=(SOME, OURS),
    pages_url="https://pay.localhost:7109",
    results_url="https://127.0.0.1:7116/rreq",
    merchants={"SHOP0001": "Beans & Co" * 10},
)
WANTED = Wanted(transaction=TRANSACTION, ds_transaction=DS, wish="challenge")


def test_the_longest_beginning_counts():
    assert BOOK.find("4242424242424242") is OURS
    assert BOOK.find("4000000000000002") is SOME
    assert BOOK.find("378282246310005") is None


def test_a_question_says_who_buys_what_and_where_answers_go():
    asked = question_for(
        BOOK, OURS, WANTED, card=CARD, number=PAN, amount=1250, code="kwd", merchant="SHOP0001",
        date="20261130120000",
    )  # fmt: skip
    said = asked.message
    assert asked.url == OURS.url
    assert (said.amount, said.currency, said.exponent) == ("1250", "414", "3")
    assert (said.number, said.expiry, said.preference) == (PAN, "3012", "04")
    assert said.notification_url == f"https://pay.localhost:7109/3ds/{TRANSACTION}/done"
    assert said.results_url == BOOK.results_url
    assert (said.merchant, said.merchant_id) == (("Beans & Co" * 10)[:40], "SHOP0001")
    exchange = DirectoryExchange()
    assert exchange.is_question(asked)
    assert exchange.key(DIRECTORY, asked) == exchange.key(DIRECTORY, ares())
    assert exchange.stamp(asked, 1) is asked
    assert not exchange.is_question(ares())
