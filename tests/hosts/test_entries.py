"""Journal entries: each kind comes back from JSON as it was, and answers a repeat the same way."""

import msgspec
import pytest

from cardswitch.hosts.entries import (
    AcquirerEntry,
    IssuerEntry,
    PinTried,
    PurchaseAnswered,
    PurchaseDecided,
    PurchaseForwarded,
    PurchaseRefused,
    PurchaseUndone,
    ReversalForwarded,
)
from cardswitch.specs.message import Message

REQUEST = Message("0201", {4: "000000001210", 11: "000007"})
DECIDED = PurchaseDecided("me", "like", 1.5, "608801000007", "9****1", "10", "ada", 605, "000001")
DECLINED = PurchaseDecided("me", "like", 1.5, "608801000007", "9****1", "51")
ANSWERED = PurchaseAnswered("me", 1.5, "00", 1_210, "000001")
REFUSED = PurchaseRefused("me", "like", 1.5, "608801000007", "03")
REVERSING = ReversalForwarded("me", 1.5, "000009", "0329010000")
FORWARDED = PurchaseForwarded(
    "me", "like", 1.5, "608801000007", "SHOP", "978", 1_210, "000002", "0" * 42
)
UNDONE = PurchaseUndone("me", 1.5, "608801000007")


@pytest.mark.parametrize(
    ("entry", "kind"),
    [
        (DECIDED, IssuerEntry),
        (PinTried("ada", 2, 1.5), IssuerEntry),
        (UNDONE, IssuerEntry),
        (FORWARDED, AcquirerEntry),
        (REFUSED, AcquirerEntry),
        (ANSWERED, AcquirerEntry),
        (REVERSING, AcquirerEntry),
        (UNDONE, AcquirerEntry),
    ],
)
def test_round_trip(entry: msgspec.Struct, kind: type) -> None:
    assert msgspec.json.decode(msgspec.json.encode(entry), type=kind) == entry


# One line a case: the entry, and what a repeat reads in fields 4, 38, 39.
@pytest.mark.parametrize(
    ("entry", "amount", "approval_code", "code"),
    [
        (DECIDED, "000000000605", "000001", "10"),
        (DECLINED, "000000001210", "", "51"),
        (ANSWERED, "000000001210", "000001", "00"),
        (PurchaseAnswered("me", 1.5, "05"), "000000001210", "", "05"),
        (REFUSED, "000000001210", "", "03"),
        (REVERSING, "000000001210", "", "12"),
        (UNDONE, "000000001210", "", "12"),
    ],
)
def test_reply(entry: PurchaseDecided, amount: str, approval_code: str, code: str) -> None:
    answer = entry.reply(REQUEST)
    assert answer.mti == "0210"
    assert (answer[4], answer.get(38), answer[39]) == (amount, approval_code, code)
