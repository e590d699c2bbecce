"""Who gets how much: the total of the approved funds, or what is carried forward."""

import re

import pytest
from msgspec.structs import replace

from cardswitch.specs.errors import ConfigError
from cardswitch.switch.settlement.names import SEPA_CHARACTERS
from cardswitch.switch.settlement.parties import MerchantAccount
from cardswitch.switch.settlement.payouts import TRANSFER_MAX, payout_postings, payouts
from cardswitch.switch.settlement.totals import BatchTotals
from tests.kit.histories import ACQUIRER, MERCHANTS

DAY = "2026-11-23"


def batch_of(merchant, amount, kind="sale", terminal="T", code="978"):
    return BatchTotals(
        number=1,
        business_date=DAY,
        moved_on=DAY,
        merchant=merchant,
        channel="pos",
        terminal=terminal,
        currency=code,
        kind=kind,
        count=1,
        amount=amount,
    )


# Ledger balance before the day (a credit is below zero), captured, reversed; deposit, carried.
SUMS = [
    (0, 1250, 0, 1250, 0),
    (0, 1250, 1250, 0, 0),
    (0, 1250, 250, 1000, 0),
    (0, 0, 500, 0, -500),
    (500, 0, 0, 0, -500),
    (500, 400, 0, 0, -100),
    (500, 1200, 0, 700, 0),
    (-300, 100, 0, 400, 0),
]


@pytest.mark.parametrize(("balance", "captured", "reversed_", "deposit", "carried"), SUMS)
def test_what_is_paid_and_what_is_carried_forward(balance, captured, reversed_, deposit, carried):
    sums = [batch_of("SHOP", captured), batch_of("SHOP", -reversed_, "sale-reversal")]
    opening = {("merchant_payable:SHOP", "978"): balance, ("acquirer_cash", "978"): 99}
    (payout,) = payouts(DAY, sums, MERCHANTS, ACQUIRER, opening)
    assert (payout.amount, payout.carried_forward) == (deposit, carried)
    lines = {p.account: p.amount for p in payout_postings(payout)}
    expected = {"merchant_payable:SHOP": deposit, "acquirer_cash": -deposit} if deposit else {}
    assert lines == expected


def test_terminals_are_summed_and_currencies_are_not():
    rows = [("A", "978", 100), ("B", "978", 200), ("A", "392", 50)]
    batches = [batch_of("SHOP", amount, "sale", t, code) for t, code, amount in rows]
    found = payouts(DAY, batches, MERCHANTS, ACQUIRER, {})
    assert [(p.end_to_end_id, p.amount) for p in found] == [
        ("20261123-SHOP-JPY", 50),
        ("20261123-SHOP-EUR", 300),
    ]
    assert (found[0].iban, found[0].account_currency) == ("GB82WEST12345698765432", "GBP")


def test_a_merchant_without_account_is_not_paid_and_the_others_are():
    nobody, shop = payouts(
        DAY, [batch_of("NOBODY", 5), batch_of("SHOP", 7)], MERCHANTS, ACQUIRER, {}
    )
    assert (nobody.amount, nobody.in_suspense, nobody.carried_forward) == (0, 5, 0)
    assert payout_postings(nobody) == ()
    assert (shop.amount, shop.in_suspense) == (7, 0)


def test_what_a_merchant_without_account_owes_is_carried_forward():
    [nobody] = payouts(
        DAY,
        [batch_of("NOBODY", 5), batch_of("NOBODY", -8, "sale-reversal")],
        MERCHANTS,
        ACQUIRER,
        {},
    )
    assert (nobody.amount, nobody.in_suspense, nobody.carried_forward) == (0, 0, -3)


TURK = {"iban": "TR330006100519786457841326", "bic": ""}
NO_BIC = {"bic": ""}


@pytest.mark.parametrize(
    ("about", "code", "why"),
    [
        ({}, "978", ""),
        (NO_BIC, "978", ""),
        ({}, "392", ""),
        (NO_BIC, "392", "transfers in JPY need the bic of its bank"),
        ({}, "840", r"name an account of ours in USD: \[settlement.acquirer.accounts.USD\]"),
        (TURK, "978", "its account takes no SEPA transfers"),
        ({}, "999", "no bank pays a currency"),
    ],
)
def test_what_cannot_be_paid_is_owed_and_says_why(about, code, why):
    shop = replace(MERCHANTS[0], **about)
    [payout] = payouts(DAY, [batch_of("SHOP", 5, code=code)], [shop], ACQUIRER, {})
    assert re.match(why, payout.unpaid)
    assert (payout.amount, payout.in_suspense) == ((0, 5) if why else (5, 0))


def test_a_merchant_without_a_name_is_told_of_field_42():
    [payout] = payouts(DAY, [batch_of("", 5)], MERCHANTS, ACQUIRER, {})
    assert payout.unpaid == "field 42 of these sales is empty"


@pytest.mark.parametrize(
    ("amount", "code", "parts"),
    [
        (0, "978", []),
        (TRANSFER_MAX, "978", [("20261123-SHOP-EUR", TRANSFER_MAX)]),
        (TRANSFER_MAX + 1, "978", [("20261123-SHOP-EUR", TRANSFER_MAX), ("20261123-SHOP-EUR2", 1)]),
        (TRANSFER_MAX + 1, "392", [("20261123-SHOP-JPY", TRANSFER_MAX + 1)]),
    ],
)
def test_more_than_a_sepa_transfer_carries_goes_in_several(amount, code, parts):
    [payout] = payouts(DAY, [batch_of("SHOP", amount, code=code)], MERCHANTS, ACQUIRER, {})
    assert list(payout.transfers()) == parts


@pytest.mark.parametrize(("code", "paid"), [("978", 5), ("999", 0), ("", 0), ("EUR", 5)])
def test_no_bank_pays_a_currency_that_is_none(code, paid):
    [payout] = payouts(DAY, [batch_of("SHOP", 5, code=code)], MERCHANTS, ACQUIRER, {})
    assert (payout.amount, payout.in_suspense) == (paid, 5 - paid)


LONGEST = MerchantAccount(id="S" * 15, name="Shop", iban="GB82WEST12345698765432")


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("2026-11-23", "20261123-SSSSSSSSSSSSSSS-EUR"),
        ("2026-11-23-9999", "20261123.9999-SSSSSSSSSSSSSSS-EUR"),
    ],
)
def test_references_fit_into_the_file_of_a_bank(label, name):
    [payout] = payouts(label, [batch_of(LONGEST.id, 5)], [LONGEST], ACQUIRER, {})
    assert payout.end_to_end_id == name
    assert len(name) + len("99") <= 35  # The last of its transfers, if SEPA needs many.
    assert SEPA_CHARACTERS.issuperset(name)


def test_no_merchant_of_a_second_day_has_the_reference_of_another_on_the_first():
    [first] = payouts("2026-11-23", [batch_of("2-SHOP", 5)], [], ACQUIRER, {})
    [second] = payouts("2026-11-23-2", [batch_of("SHOP", 5)], [], ACQUIRER, {})
    assert first.end_to_end_id != second.end_to_end_id


def test_a_merchant_with_two_accounts_is_refused():
    with pytest.raises(ConfigError, match="merchant SHOP has two"):
        payouts(DAY, [], [*MERCHANTS, MERCHANTS[0]], ACQUIRER, {})


def test_a_settled_balance_makes_no_payout():
    assert payouts(DAY, [], MERCHANTS, ACQUIRER, {("merchant_payable:GONE", "978"): 0}) == ()
