"""What becomes of an order: booked whole, in part, not at all, or sent back."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from cardswitch.hosts.bank.account import Account, Bank, book, carry_out
from cardswitch.hosts.bank.order import read_order
from cardswitch.hosts.bank.rules import Rules, Today
from tests.kit.histories import MERCHANTS, OWN
from tests.kit.orders import called, order_of

ACCOUNT = Account(iban=OWN.iban, balance=Decimal("100.00"))
OURS = Bank(accounts=(ACCOUNT,))
DAY = Today("2026-11-24", "2026-11-24")
RULES = Rules()
BOTH = {"SHOP": 1250, "CAFE": 5}


def carried(content, bank=OURS, today=DAY, rules=RULES):
    return carry_out(read_order(content), bank, today, rules)


def outcomes(done):
    """Rejections by code, and the amount of each entry."""
    rejected = [(r.payment, r.reference, r.code) for r in done.rejections]
    return rejected, [(booking.amount, booking.code) for booking in done.bank.waiting]


def test_a_batch_is_booked_as_one_debit():
    done = carried(order_of(BOTH))
    assert outcomes(done) == ([], [(Decimal("-12.55"), "")])
    bank, [extract] = book(done.bank)
    assert extract.before == ACCOUNT
    assert extract.after == bank.accounts[0]
    assert extract.after == Account(iban=OWN.iban, balance=Decimal("87.45"), statements=1)
    assert (bank.orders, bank.waiting, bank.answers) == (("DEPOSIT-20261123",), (), 1)
    assert bank.credited == {
        f"{MERCHANTS[0].iban}/EUR": Decimal("12.50"), f"{MERCHANTS[1].iban}/EUR": Decimal("0.05"),
    }  # fmt: skip


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
    bank, _ = book(done.bank)
    assert bank.accounts[0].balance == ACCOUNT.balance
    assert set(bank.credited.values()) == {Decimal(0)}


def test_an_account_in_each_currency_is_opened_by_the_first_order():
    bank, extracts = book(carried(order_of({"SHOP": 1250}, yen=700), Bank()).bank)
    assert [(a.currency, a.balance) for a in bank.accounts] == [
        ("JPY", Decimal("999300")), ("EUR", Decimal("999987.50")),
    ]  # fmt: skip
    assert [each.after.currency for each in extracts] == ["JPY", "EUR"]


def test_what_is_taken_waits_for_its_day():
    done = carried(order_of(BOTH))
    assert book(done.bank, "2026-11-23") == (done.bank, ())
    bank, extracts = book(done.bank, "2026-11-24")
    assert (len(extracts), bank.waiting) == (1, ())
    assert book(bank, "2026-11-30") == (bank, ())


LIKE = Rules({MERCHANTS[0].iban: "The Corner Shop", MERCHANTS[1].iban: "Somebody Else"})


def test_payees_are_checked_and_told_of():
    done = carried(order_of(BOTH), rules=LIKE)
    assert {name: found for name, (found, _) in done.checked.items()} == {
        "20261123-SHOP-EUR": "RVMC", "20261123-CAFE-EUR": "RVNM",
    }  # fmt: skip
    assert done.rejections == ()


def test_a_strict_bank_rejects_a_payee_of_another_name():
    done = carried(order_of(BOTH), rules=replace(LIKE, payee_check="reject"))
    assert outcomes(done) == (
        [("DEPOSIT-20261123-EUR", "20261123-CAFE-EUR", "BE01")], [(Decimal("-12.50"), "")],
    )  # fmt: skip


LATE = Today("2026-11-24", "2026-11-25")


@pytest.mark.parametrize(
    ("change", "bank", "today", "rejected"),
    [
        ({}, replace(OURS, orders=("DEPOSIT-20261123",)), DAY, ("", "", "DU01")),
        ({b"<NbOfTxs>1<": b"<NbOfTxs>2<"}, OURS, DAY, ("", "", "AM10")),
        ({}, OURS, Today("2026-11-25", "2026-11-25"), ("DEPOSIT-20261123-EUR", "", "DT01")),
        ({}, OURS, LATE, ("DEPOSIT-20261123-EUR", "", "TM01")),
        (
            {b"2026-11-24<": b"2027-11-24<"}, OURS, DAY, ("DEPOSIT-20261123-EUR", "", "DT01"),
        ),
        (
            {b"WESTGB22": b"WESTGB2"}, OURS, DAY,
            ("DEPOSIT-20261123-EUR", "20261123-SHOP-EUR", "RC01"),
        ),
    ],
)  # fmt: skip
def test_what_is_rejected_is_not_booked(change, bank, today, rejected):
    content = order_of({"SHOP": 1250})
    for find, put in change.items():
        content = content.replace(find, put)
    done = carried(content, bank, today)
    assert rejected in outcomes(done)[0]
    after, extracts = book(done.bank)
    assert extracts == ()
    assert after.accounts[0].balance == ACCOUNT.balance
