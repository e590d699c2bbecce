"""What may follow a capture, one line a case: its code is the last word."""

import pytest

from cardswitch.specs.errors import Decline
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.followed import Captured, Followed, refusal, the_captured
from cardswitch.specs.transactions.kinds import KINDS

REFUND, TIP = KINDS.named("linked_refund"), KINDS.named("tip")
SAID = {37: "608800000007", 38: "A1B2C3", 49: "978"}


def captured(held=2000, refunded=0, tipped=0, approval="A1B2C3", card="f"):
    return Captured(card, "978", "608800000007", approval, held, Followed(refunded, tipped))


CASES = [
    (REFUND, 2000, captured(), ""),
    (REFUND, 2001, captured(), "13"),
    (REFUND, 500, captured(refunded=1500), ""),
    (REFUND, 501, captured(refunded=1500), "13"),
    (REFUND, 1, captured(refunded=2000), "94"),
    (REFUND, 1, captured(held=0), "12"),
    (REFUND, 2000, captured(tipped=100), ""),
    (REFUND, 2001, captured(tipped=100), "13"),
    (TIP, 2000, captured(), ""),
    (TIP, 2001, captured(), "13"),
    (TIP, 1, captured(tipped=1), "94"),
    (TIP, 1, captured(held=0), "12"),
    (TIP, 100, captured(refunded=1500), ""),
]


@pytest.mark.parametrize(("kind", "amount", "known", "code"), CASES)
def test_what_may_follow(kind, amount, known, code):
    assert refusal(Message("0200", SAID), kind, amount, "f", known) == code


UNBOUNDED = [
    (REFUND, 2001, captured(), ""),
    (REFUND, 1, captured(refunded=2000), ""),
    (REFUND, 1, captured(held=0), "12"),
    (TIP, 2001, captured(), "13"),
    (TIP, 1, captured(tipped=1), "94"),
]


@pytest.mark.parametrize(("kind", "amount", "known", "code"), UNBOUNDED)
def test_where_any_amount_may_be_given_back_of_what_stands(kind, amount, known, code):
    assert refusal(Message("0200", SAID), kind, amount, "f", known, "any") == code
    if not code:
        assert refusal(Message("0200", SAID), kind, amount, "g", known, "any") == "64"
        assert the_captured(Message("0200", SAID), kind, amount, "f", [known], "any") == 0


@pytest.mark.parametrize(
    ("changes", "card", "code"),
    [
        ({}, "", ""),
        ({}, "g", "64"),
        ({37: "608800000008"}, "f", "64"),
        ({38: "ZZZZZZ"}, "f", "64"),
        ({37: "", 38: "      "}, "f", ""),
        ({49: "840"}, "f", "64"),
    ],
)
def test_what_it_says_must_be_that_of_the_original(changes, card, code):
    said = Message("0200", {**SAID, **changes})
    assert refusal(said, REFUND, 100, card, captured()) == code
    unknown = captured(approval="", card="")
    expected = "" if changes.keys() <= {38} else code
    assert refusal(said, REFUND, 100, card if changes else "", unknown) == expected


def test_it_is_about_one_alone():
    said = Message("0200", SAID)
    assert the_captured(said, REFUND, 100, "f", [captured(card="g"), captured()]) == 1
    for known, code in ([], "25"), ([captured(), captured()], "64"), ([captured(0)], "12"):
        with pytest.raises(Decline) as caught:
            the_captured(said, REFUND, 100, "f", known)
        assert caught.value.code == code


def test_what_was_undone_counts_no_more():
    followed = Followed().plus(REFUND, 500).plus(TIP, 200).plus(REFUND, -300)
    assert followed == Followed(refunded=200, tipped=200)
