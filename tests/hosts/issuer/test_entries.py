"""Journal entries: each kind comes back from JSON as it was, and answers a repeat the same way."""

import msgspec
import pytest

from cardswitch.hosts.issuer.entries import (
    IssuerEntry,
    PinTried,
    PurchaseDecided,
    PurchaseUndone,
    ReversalAnswered,
    Terms,
)
from cardswitch.specs.message import Message

REQUEST = Message("0201", {4: "000000001210", 11: "000007"})
TERMS = Terms(kind="sale", processing="000000", amount=1_210, currency="978", card="F2F4")
DECIDED = PurchaseDecided(
    terms=TERMS,
    pan_masked="999999******0014",
    code="10",
    account="ada",
    amount=605,
    approval_code="000001",
)
DECLINED = PurchaseDecided(terms=TERMS, pan_masked="999999******0014", code="51")
REDUCED = PurchaseUndone(account="ada", released=105, stays=500)
BURIED = PurchaseUndone(terms=TERMS)
ANSWERED = ReversalAnswered(request_digest="like", code="64", original=3)


@pytest.mark.parametrize(
    "entry",
    [DECIDED, DECLINED, PinTried("ada", 2), REDUCED, BURIED, PurchaseUndone(), ANSWERED],
)
def test_round_trip(entry: msgspec.Struct) -> None:
    assert msgspec.json.decode(msgspec.json.encode(entry), type=IssuerEntry) == entry


# One line a case: the entry, and what a repeat reads in fields 4, 38, 39.
@pytest.mark.parametrize(
    ("entry", "amount", "approval_code", "code"),
    [
        (DECIDED, "000000000605", "000001", "10"),
        (DECLINED, "000000001210", "", "51"),
    ],
)
def test_a_decision_answers(
    entry: PurchaseDecided, amount: str, approval_code: str, code: str
) -> None:
    answer = entry.reply(REQUEST)
    assert answer.mti == "0210"
    assert (answer[4], answer.get(38), answer[39]) == (amount, approval_code, code)


def test_a_reversal_answers() -> None:
    answer = ANSWERED.reply(Message("0421", {11: "000008"}))
    assert (answer.mti, answer[39]) == ("0430", "64")
