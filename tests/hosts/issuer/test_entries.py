"""Journal entries: each kind comes back from JSON as it was, and answers a repeat the same way."""

import msgspec
import pytest

from cardswitch.hosts.issuer.entries import IssuerEntry, PinTried, PurchaseDecided, PurchaseUndone
from cardswitch.specs.message import Message

REQUEST = Message("0201", {4: "000000001210", 11: "000007"})
DECIDED = PurchaseDecided(
    identity="me",
    request_digest="like",
    at=1.5,
    rrn="608801000007",
    card="9****1",
    code="10",
    account="ada",
    amount=605,
    approval_code="000001",
)
DECLINED = PurchaseDecided(
    identity="me", request_digest="like", at=1.5, rrn="608801000007", card="9****1", code="51"
)
UNDONE = PurchaseUndone("me", 1.5, "608801000007")


@pytest.mark.parametrize("entry", [DECIDED, DECLINED, PinTried("ada", 2, 1.5), UNDONE])
def test_round_trip(entry: msgspec.Struct) -> None:
    assert msgspec.json.decode(msgspec.json.encode(entry), type=IssuerEntry) == entry


# One line a case: the entry, and what a repeat reads in fields 4, 38, 39.
@pytest.mark.parametrize(
    ("entry", "amount", "approval_code", "code"),
    [
        (DECIDED, "000000000605", "000001", "10"),
        (DECLINED, "000000001210", "", "51"),
        (UNDONE, "000000001210", "", "12"),
    ],
)
def test_reply(entry: PurchaseDecided, amount: str, approval_code: str, code: str) -> None:
    answer = entry.reply(REQUEST)
    assert answer.mti == "0210"
    assert (answer[4], answer.get(38), answer[39]) == (amount, approval_code, code)
