"""Double entry: what goes where, and that nothing crooked is booked."""

import pytest

from cardswitch.specs.errors import Error
from cardswitch.switch.settlement.ledger import (
    Posting,
    balances_sha256,
    batch_postings,
    require_balance,
    unbalanced,
)
from cardswitch.switch.settlement.totals import BatchTotals


def batch(kind, amount=1250):
    return BatchTotals(
        number=7,
        business_date="2026-11-24",
        moved_on="2026-11-23",
        merchant="SHOP",
        channel="pos",
        terminal="TERM0001",
        currency="978",
        kind=kind,
        count=2,
        amount=amount,
    )


@pytest.mark.parametrize(
    ("kind", "amount", "lines"),
    [
        ("sale", 1250, {"scheme_settlement": 1250, "merchant_payable:SHOP": -1250}),
        ("refund", -1250, {"merchant_payable:SHOP": 1250, "scheme_settlement": -1250}),
    ],
)
def test_what_a_batch_books(kind, amount, lines):
    postings = batch_postings(batch(kind, amount))
    assert {posting.account: posting.amount for posting in postings} == lines
    assert {(p.journal_id, p.business_date, p.currency) for p in postings} == {
        ("batch:7", "2026-11-24", "978")
    }
    require_balance(postings)


def test_a_journal_that_does_not_sum_to_zero_is_named():
    good = batch_postings(batch("sale"))
    bad = Posting("batch:8", "2026-11-23", "scheme_settlement", "978", 1)
    assert unbalanced([*good, bad]) == ("batch:8",)
    with pytest.raises(Error, match="batch:8"):
        require_balance([*good, bad])


def test_currencies_do_not_make_up_for_each_other():
    lines = [
        Posting("x", "2026-11-23", "a", code, sign) for code, sign in (("978", 1), ("392", -1))
    ]
    assert unbalanced(lines) == ("x",)


def test_balances_are_one_hash_of_what_accounts_hold():
    opening = {("merchant_payable:SHOP", "978"): -5, ("acquirer_cash", "978"): 0}
    postings = [Posting("x", "2026-11-23", "merchant_payable:SHOP", "978", 5)]
    assert balances_sha256({}) == balances_sha256(opening, postings)
    assert balances_sha256(opening) != balances_sha256({("merchant_payable:SHOP", "978"): -6})
    assert balances_sha256(opening) != balances_sha256({("merchant_payable:SHOP", "840"): -5})
