"""Sums of a close: fees beside batches, reserves, months, and splits to the last unit."""

from hypothesis import given
from hypothesis import strategies as st

from cardswitch.switch.settlement.fees.charges import (
    NOTHING_BEFORE,
    BatchFees,
    Before,
    charge_postings,
    charges,
    split,
)
from cardswitch.switch.settlement.fees.schedules import Monthly, Reserve, Schedule
from cardswitch.switch.settlement.ledger import unbalanced
from cardswitch.switch.settlement.totals import BatchTotals

DAY, EUR = "2026-11-23", "978"
NET = Schedule(
    version="net", merchants=("A", "B", "C"), funding="net", reserve=Reserve("10", 180),
    monthly=Monthly(amount="100.00", currency="EUR", shared=True),
)  # fmt: skip


def batch(number, merchant, amount):
    return BatchTotals(
        number=number, business_date=DAY, moved_on=DAY, merchant=merchant, channel="pos",
        terminal="T", currency=EUR, kind="sale", count=1, amount=amount,
    )  # fmt: skip


def of(batches, before=NOTHING_BEFORE, fees=(), schedules=(NET,)):
    found = charges(DAY, batches, fees, schedules, ["A", "B", "C"], before)
    assert unbalanced(line for charge in found for line in charge_postings(charge)) == ()
    return {charge.journal_id: charge.amount for charge in found}


def test_a_month_is_shared_by_what_was_sold_to_the_last_cent():
    found = of([batch(1, "A", 100), batch(2, "B", 200)])
    assert found["monthly:2026-11-A-EUR"] == 3333
    assert found["monthly:2026-11-B-EUR"] == 6667
    assert "monthly:2026-11-C-EUR" not in found
    assert [of([])[f"monthly:2026-11-{m}-EUR"] for m in "ABC"] == [3334, 3333, 3333]


def test_nobody_pays_twice_for_a_month():
    found = of([], Before({}, {("A", EUR)}))
    assert [*found] == ["monthly:2026-11-B-EUR", "monthly:2026-11-C-EUR"]


def test_a_reserve_is_kept_of_what_was_sold_and_given_back_once_it_is_due():
    found = of([batch(1, "A", 1005), batch(2, "A", -1000)], Before({("A", EUR): 77}, ()))
    assert found["reserve:20261123-A-EUR"] == 1  # 0.5 of a cent, half up
    assert found["release:20261123-A-EUR"] == -77
    assert "reserve:20261123-A-EUR" not in of([batch(1, "A", -5)])


def test_where_no_schedule_is_left_fees_are_invoiced():
    [charge] = charges(DAY, [batch(1, "A", 9)], [BatchFees(1, 1, 2, 3)], (), ["A"], NOTHING_BEFORE)
    assert (charge.is_net, charge.version) == (False, "")
    booked = {p.account: p.amount for p in charge_postings(charge)}
    assert booked == {
        "fee_receivable:A": 3, "mdr_income": -3, "interchange_expense": 1,
        "scheme_settlement": -1, "scheme_fee_expense": 2, "scheme_fee_payable": -2,
    }  # fmt: skip


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=9))
def test_parts_come_to_the_whole_and_none_is_a_unit_off(amount, weights):
    parts = split(amount, weights)
    assert sum(parts) == amount
    total = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        exact = amount * weight / total if total else amount / len(weights)
        assert abs(part - exact) < 1.0001
