"""Steps in words come to what is booked; where they do not, that is said."""

import pytest
from msgspec.structs import replace

from cardswitch.switch.operate.fees.explain import explain
from cardswitch.switch.settlement.fees.schedules import BatchRate, Price, Rate, Schedule, batch_rate
from cardswitch.switch.store.fees.reading import MovementFee

RATES = (
    Rate(currency="EUR", fee=Price(percent="1.49", fixed="0.10", least="0.30", most="2.00")),
    Rate(kinds=("refund",), fee=Price(percent="1.49"), gives_back=True),
)
SCHEDULE = Schedule(version="v", rates=RATES)


def movement(amount: int, fee: int, rate: BatchRate, rest: int = 0, kind: str = "sale"):
    return MovementFee(
        sequence=3, leg=1, rrn="1", batch=1, amount=amount, rest=rest or abs(amount),
        interchange=0, scheme=0, fee=fee, business_date="2026-11-23", merchant="SHOP",
        channel="pos", currency="978", kind=kind, rate=rate,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("amount", "fee", "words"),
    [
        (10_000, 159, "fee: 1.49 % of 100.00 EUR, half up: 1.49, and 0.10: 1.59"),
        (100, 30, "fee: 1.49 % of 1.00 EUR, half up: 0.01, and 0.10, at least 0.30: 0.30"),
        (20_000, 200, "fee: 1.49 % of 200.00 EUR, half up: 2.98, and 0.10, at most 2.00: 2.00"),
    ],
)
def test_bounds_are_told_where_they_count(amount, fee, words):
    told = explain(movement(amount, fee, batch_rate(1, SCHEDULE, 1)))
    assert told.steps == (words,)
    assert told.agrees
    assert not explain(movement(amount, fee + 1, batch_rate(1, SCHEDULE, 1))).agrees


def test_what_is_given_back():
    told = explain(movement(-10_000, -149, batch_rate(1, SCHEDULE, 2), kind="refund"))
    assert told.agrees
    assert told.steps[-1] == "this kind gives its fee back"


def test_what_undoes_all_says_so():
    undone = movement(-100, -30, batch_rate(1, SCHEDULE, 1), kind="sale-reversal")
    told = explain(replace(undone, rest=0))
    assert told.agrees
    assert told.steps[0] == "fee: nothing is captured any more: 0"
