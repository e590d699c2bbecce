"""Double entry: what goes where, and that nothing crooked is booked."""

import pytest

from cardswitch.specs.errors import Error
from cardswitch.switch.settlement.ledger import (
    Posting,
    movement_postings,
    require_balance,
    unbalanced,
)
from cardswitch.switch.settlement.movements import Movement, MovementKind


def movement(kind):
    return Movement(kind, 7, "2026-11-23", "SHOP", "TERM0001", "978", 1250, "632712000007")


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        (MovementKind.CAPTURE, {"scheme_settlement": 1250, "merchant_payable:SHOP": -1250}),
        (MovementKind.REVERSAL, {"merchant_payable:SHOP": 1250, "scheme_settlement": -1250}),
    ],
)
def test_what_a_movement_books(kind, lines):
    postings = movement_postings(movement(kind))
    assert {posting.account: posting.amount for posting in postings} == lines
    assert {(p.journal_id, p.business_date, p.currency) for p in postings} == {
        (f"{kind}:7", "2026-11-23", "978")
    }
    require_balance(postings)


def test_a_journal_that_does_not_sum_to_zero_is_named():
    good = movement_postings(movement(MovementKind.CAPTURE))
    bad = Posting("capture:8", "2026-11-23", "scheme_settlement", "978", 1)
    assert unbalanced([*good, bad]) == ("capture:8",)
    with pytest.raises(Error, match="capture:8"):
        require_balance([*good, bad])


def test_currencies_do_not_make_up_for_each_other():
    lines = [
        Posting("x", "2026-11-23", "a", code, sign) for code, sign in (("978", 1), ("392", -1))
    ]
    assert unbalanced(lines) == ("x",)
