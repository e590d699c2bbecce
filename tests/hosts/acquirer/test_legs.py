"""Legs in memory: what of its entries a purchase keeps, and what its repeat is told."""

import pytest

from cardswitch.hosts.acquirer.entries import (
    AcquirerEntry,
    AuthorisationAdjusted,
    AuthorisationCompleted,
    PurchaseAnswered,
    PurchaseForwarded,
    PurchaseReduced,
    PurchaseRefused,
    PurchaseUndone,
    ReversalForwarded,
    SaleFollowed,
)
from cardswitch.hosts.acquirer.legs import Booking, Reversal, leg_of
from cardswitch.hosts.acquirer.states import MAY_HOLD_MONEY
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.accepted import Terms
from cardswitch.specs.transactions.followed import Followed
from cardswitch.specs.transactions.identity import Identity

ASKED = Terms(kind="sale", processing="000000", amount=1_210, currency="978", card="print:14")
REQUEST = Message("0201", {4: "000000001210", 11: "000007"})
FORWARDED = PurchaseForwarded(asked=ASKED, merchant="SHOP", trace="000002", original="0" * 42)
REFUSED = PurchaseRefused(ASKED, "03")
ANSWERED = PurchaseAnswered("00", 1_210, "000001")
PART = ReversalForwarded("by", "000009", "0329010000", 400)
REDUCED = [FORWARDED, ANSWERED, PART, PurchaseReduced(400)]
FOLLOWED = SaleFollowed(Followed(refunded=100))
WHOLE = ReversalForwarded("by", "000009", "0329010000")


def booking(*entries: AcquirerEntry) -> Booking:
    leg = leg_of(Identity("2026-03-29", "front|TERM0001|SHOP|2|000007|20260329010000"))
    assert isinstance(leg, Booking)
    for entry in entries:
        leg.apply(entry)
    return leg


# One line a case: what was written, and what a repeat reads in fields 4, 38, 39.
@pytest.mark.parametrize(
    ("entries", "amount", "approval_code", "code"),
    [
        ([REFUSED], "000000001210", "", "03"),
        ([FORWARDED, ANSWERED], "000000001210", "000001", "00"),
        ([FORWARDED, PurchaseAnswered("10", 600, "1")], "000000000600", "1", "10"),
        ([FORWARDED, PurchaseAnswered("05")], "000000001210", "", "05"),
        ([FORWARDED, WHOLE], "000000001210", "", "12"),
        ([FORWARDED, ANSWERED, WHOLE], "000000001210", "", "12"),
        ([FORWARDED, ANSWERED, WHOLE, PurchaseUndone()], "000000001210", "", "12"),
        ([FORWARDED, ANSWERED, PART], "000000000400", "000001", "10"),
        ([FORWARDED, ANSWERED, PART, PurchaseReduced(400)], "000000000400", "000001", "10"),
        ([*REDUCED, FOLLOWED], "000000000400", "000001", "10"),
        ([*REDUCED, AuthorisationAdjusted(500)], "000000000400", "000001", "10"),
        ([*REDUCED, AuthorisationCompleted(0, 1)], "000000000400", "000001", "10"),
        ([*REDUCED, FOLLOWED, WHOLE, PurchaseUndone()], "000000001210", "", "12"),
        ([FORWARDED, ANSWERED, FOLLOWED], "000000001210", "000001", "00"),
        ([PurchaseUndone()], "000000001210", "", "12"),
    ],
)
def test_what_a_repeat_is_told(
    entries: list[AcquirerEntry], amount: str, approval_code: str, code: str
) -> None:
    leg = booking(*entries)
    answer = leg.reply(REQUEST)
    assert leg.is_decided
    assert answer.mti == "0210"
    assert (answer[4], answer.get(38), answer[39]) == (amount, approval_code, code)


@pytest.mark.parametrize(
    ("entries", "may_hold_money", "held"),
    [
        ([], False, 0),
        ([REFUSED], False, 0),
        ([FORWARDED], True, 0),
        ([FORWARDED, PurchaseAnswered("51")], False, 0),
        ([FORWARDED, PurchaseAnswered("10", 600, "1")], True, 600),
        ([FORWARDED, ANSWERED, PART], True, 1_210),
        ([FORWARDED, ANSWERED, PART, PurchaseReduced(400)], True, 400),
        ([FORWARDED, ANSWERED, WHOLE, PurchaseUndone()], False, 0),
    ],
)
def test_what_is_held(entries: list[AcquirerEntry], may_hold_money: bool, held: int) -> None:
    leg = booking(*entries)
    assert (leg.state in MAY_HOLD_MONEY) == may_hold_money
    assert leg.held == held


def test_what_was_reversed_before_it_came_is_known_by_nothing_else() -> None:
    leg = booking(PurchaseUndone())
    assert leg.is_tombstone
    assert leg.asked is None


def test_the_class_of_a_message_tells_a_reversal() -> None:
    name = "front|TERM0001|SHOP|4|000007|20260329010000"
    assert isinstance(leg_of(Identity("2026-03-29", name)), Reversal)
