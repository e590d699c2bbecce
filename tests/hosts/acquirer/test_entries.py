"""Journal entries: each kind comes back from JSON as it was, and answers a repeat the same way."""

import msgspec
import pytest

from cardswitch.hosts.acquirer.entries import (
    AcquirerEntry,
    PurchaseAnswered,
    PurchaseForwarded,
    PurchaseRefused,
    PurchaseUndone,
    ReversalForwarded,
)
from cardswitch.specs.message import Message

REQUEST = Message("0201", {4: "000000001210", 11: "000007"})
ANSWERED = PurchaseAnswered("me", 1.5, "00", 1_210, "000001")
REFUSED = PurchaseRefused("me", "like", 1.5, "608801000007", "03")
REVERSING = ReversalForwarded("me", 1.5, "000009", "0329010000")
FORWARDED = PurchaseForwarded(
    identity="me",
    request_digest="like",
    at=1.5,
    rrn="608801000007",
    merchant="SHOP",
    currency="978",
    amount=1_210,
    trace="000002",
    original="0" * 42,
)
UNDONE = PurchaseUndone("me", 1.5, "608801000007")


@pytest.mark.parametrize("entry", [FORWARDED, REFUSED, ANSWERED, REVERSING, UNDONE])
def test_round_trip(entry: msgspec.Struct) -> None:
    assert msgspec.json.decode(msgspec.json.encode(entry), type=AcquirerEntry) == entry


# One line a case: the entry, and what a repeat reads in fields 4, 38, 39.
@pytest.mark.parametrize(
    ("entry", "amount", "approval_code", "code"),
    [
        (ANSWERED, "000000001210", "000001", "00"),
        (PurchaseAnswered("me", 1.5, "05"), "000000001210", "", "05"),
        (REFUSED, "000000001210", "", "03"),
        (REVERSING, "000000001210", "", "12"),
        (UNDONE, "000000001210", "", "12"),
    ],
)
def test_reply(entry: PurchaseAnswered, amount: str, approval_code: str, code: str) -> None:
    answer = entry.reply(REQUEST)
    assert answer.mti == "0210"
    assert (answer[4], answer.get(38), answer[39]) == (amount, approval_code, code)
