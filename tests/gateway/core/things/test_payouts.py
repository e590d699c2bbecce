"""What a payout becomes is told step by step, and nothing of the account but its end."""

import pytest
from msgspec.structs import replace

from cardswitch.gateway.core.things.payouts import Payout, steps_to

WENT = Payout(
    reference="R1", business_date="2026-11-28", currency="978", amount=1250, at=5.0,
    execution="2026-11-30", account="DE02120300000000202051", place=(7, 1, 0), status="in_transit",
)  # fmt: skip
PAID = replace(WENT, status="paid")
FAILED = replace(WENT, status="failed", back=(8, 2, 0), code="AC04", because="AC04 closed")


@pytest.mark.parametrize(
    ("known", "payout", "statuses"),
    [
        (None, WENT, ["in_transit"]),
        (None, PAID, ["in_transit", "paid"]),
        (None, FAILED, ["in_transit", "failed"]),
        (WENT, WENT, []),
        (WENT, PAID, ["paid"]),
        (WENT, FAILED, ["failed"]),
        (PAID, FAILED, ["failed"]),
        (FAILED, FAILED, []),
    ],
)
def test_each_step_is_told_once(known, payout, statuses):
    steps = list(steps_to(known, payout))
    assert [each.status for each in steps] == statuses
    assert {each.account for each in steps} <= {"2051"}
    assert all(bool(each.back or each.code) == (each.status == "failed") for each in steps)


@pytest.mark.parametrize(("known", "payout"), [(FAILED, PAID), (PAID, WENT), (FAILED, WENT)])
def test_no_payout_goes_back(known, payout):
    with pytest.raises(AssertionError):
        list(steps_to(known, payout))
