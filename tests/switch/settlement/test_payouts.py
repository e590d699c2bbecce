"""Who gets how much: the total of the approved funds, or what is carried forward."""

import pytest

from cardswitch.specs.errors import ConfigError, Error
from cardswitch.switch.settlement.payouts import payout_postings, payouts
from cardswitch.switch.settlement.totals import BatchTotals
from tests.kit.histories import MERCHANTS

DAY = "2026-11-23"
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
    batch = BatchTotals(DAY, "SHOP", "T", "978", 1, captured, 1, reversed_)
    opening = {("merchant_payable:SHOP", "978"): balance, ("acquirer_cash", "978"): 99}
    (payout,) = payouts(DAY, [batch], MERCHANTS, opening)
    assert (payout.amount, payout.carried_forward) == (deposit, carried)
    lines = {p.account: p.amount for p in payout_postings(payout)}
    expected = {"merchant_payable:SHOP": deposit, "acquirer_cash": -deposit} if deposit else {}
    assert lines == expected


def test_terminals_are_summed_and_currencies_are_not():
    rows = [("A", "978", 100), ("B", "978", 200), ("A", "392", 50)]
    batches = [BatchTotals(DAY, "SHOP", t, code, 1, amount, 0, 0) for t, code, amount in rows]
    found = payouts(DAY, batches, MERCHANTS, {})
    assert [(p.end_to_end_id, p.amount) for p in found] == [
        ("20261123-SHOP-JPY", 50),
        ("20261123-SHOP-EUR", 300),
    ]
    assert (found[0].iban, found[0].account_currency) == ("GB82WEST12345698765432", "GBP")


def test_a_merchant_without_account_stops_the_close():
    with pytest.raises(Error, match="merchant NOBODY has no nominated account"):
        payouts(DAY, [BatchTotals(DAY, "NOBODY", "T", "978", 1, 5, 0, 0)], MERCHANTS, {})


def test_a_merchant_with_two_accounts_is_refused():
    with pytest.raises(ConfigError, match="merchant SHOP has two"):
        payouts(DAY, [], [*MERCHANTS, MERCHANTS[0]], {})


def test_a_settled_balance_makes_no_payout():
    assert payouts(DAY, [], MERCHANTS, {("merchant_payable:GONE", "978"): 0}) == ()
