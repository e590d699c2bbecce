"""What becomes of an order: booked whole, in part, not at all, or sent back."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from cardswitch.hosts.bank.account import Account, carry_out
from cardswitch.hosts.bank.order import read_order
from tests.kit.histories import MERCHANTS, OWN
from tests.kit.orders import called, order_of

OURS = Account(iban=OWN.iban, balance=Decimal("100.00"))
BOTH = {"SHOP": 1250, "CAFE": 5}


def carried(content, account=OURS, today="2026-11-24"):
    return carry_out(read_order(content), account, today)


def outcomes(done):
    """Rejections by code, and the amount of each entry."""
    rejected = [(r.payment, r.reference, r.code) for r in done.rejections]
    return rejected, [(booking.amount, booking.code) for booking in done.bookings]


def test_a_batch_is_booked_as_one_debit():
    done = carried(order_of(BOTH))
    assert outcomes(done) == ([], [(Decimal("-12.55"), "")])
    assert done.after == Account(
        iban=OWN.iban, balance=Decimal("87.45"), orders=("DEPOSIT-20261123",), statements=1
    )


def test_single_debits_if_the_order_says_so():
    content = order_of(BOTH).replace(b"<BtchBookg>true", b"<BtchBookg>false")
    assert outcomes(carried(content))[1] == [(Decimal("-0.05"), ""), (Decimal("-12.50"), "")]


def test_names_ask_for_more():
    shops = called(MERCHANTS, SHOP="Shop ERRAC04RTRN", CAFE="ERRAG01RJCT Cafe")
    done = carried(order_of(BOTH, merchants=shops))
    assert outcomes(done) == (
        [("DEPOSIT-20261123-EUR", "20261123-CAFE-EUR", "AG01")],
        [(Decimal("-12.50"), ""), (Decimal("12.50"), "AC04")],
    )
    assert done.after.balance == OURS.balance


@pytest.mark.parametrize(
    ("change", "account", "today", "rejected"),
    [
        ({}, replace(OURS, orders=("DEPOSIT-20261123",)), "2026-11-24", ("", "", "DU01")),
        ({b"<NbOfTxs>1<": b"<NbOfTxs>2<"}, OURS, "2026-11-24", ("", "", "AM10")),
        ({}, replace(OURS, iban="GB82"), "2026-11-24", ("DEPOSIT-20261123-EUR", "", "AC01")),
        ({}, replace(OURS, currency="USD"), "2026-11-24", ("DEPOSIT-20261123-EUR", "", "AM03")),
        ({}, OURS, "2026-11-25", ("DEPOSIT-20261123-EUR", "", "DT01")),
        (
            {b"WESTGB22": b"WESTGB2"},
            OURS,
            "2026-11-24",
            ("DEPOSIT-20261123-EUR", "20261123-SHOP-EUR", "RC01"),
        ),
    ],
)
def test_what_is_rejected_is_not_booked(change, account, today, rejected):
    content = order_of({"SHOP": 1250})
    for find, put in change.items():
        content = content.replace(find, put)
    done = carried(content, account, today)
    assert rejected in outcomes(done)[0]
    assert done.bookings == ()
    assert done.after.balance == account.balance
