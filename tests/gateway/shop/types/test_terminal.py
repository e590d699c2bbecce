"""Sales at terminals, found among the entries of the merchant's balance."""

import asyncio

import pytest

from cardswitch.gateway.shop.types.terminal import TRANSACTIONS, Terminal

RRN = "123456789012"


def entry(amount=1290, **more):
    said = {
        "id": f"txn_{amount}",
        "amount": amount,
        "currency": "eur",
        "source": None,
        "type": "charge",
        "x_reference": RRN,
    }
    return said | more


class Entries:
    """Those of the gateway, of which it tells those of one reference, two at the most."""

    def __init__(self, *entries):
        self.entries = entries
        self.asked = []

    async def get(self, path, **params):
        assert path == TRANSACTIONS
        self.asked.append(params)
        found = [each for each in self.entries if each["x_reference"] == params["x_reference"]]
        return {"data": found[:2], "has_more": len(found) > 2}


@pytest.fixture
def order(sample):
    sample.order()
    return sample.made()


def resume(order, *entries, reference=RRN):
    step = asyncio.run(Terminal(Entries(*entries)).resume(order, {"reference": reference}))
    return getattr(step, "payment", "")


@pytest.mark.parametrize(
    ("entries", "is_paid"),
    [
        ([entry()], True),
        ([entry(5, id="txn_0", x_reference="0"), entry()], True),
        ([], False),
        ([entry(1289)], False),
        ([entry(currency="jpy")], False),
        ([entry(source="ch_1")], False),  # over the web: it has paid another order
        ([entry(), entry(-1290, type="payment_reversal")], False),
        ([entry(), entry(-90, type="payment_reversal")], False),
        ([entry(), entry(1), entry(-1)], False),  # more than is told at once
    ],
)
def test_a_sale_of_the_whole_amount_that_stands_pays(order, entries, is_paid):
    assert resume(order, *entries) == (RRN if is_paid else "")


def test_without_a_reference_nobody_is_asked(order):
    gateway = Entries(entry())
    asyncio.run(Terminal(gateway).resume(order, {"reference": " "}))
    assert gateway.asked == []


def test_sales_of_before_the_order_are_not_looked_at(order):
    gateway = Entries(entry())
    asyncio.run(Terminal(gateway).resume(order, {"reference": RRN}))
    assert order.at - 100 < gateway.asked[0]["created"]["gte"] <= order.at
