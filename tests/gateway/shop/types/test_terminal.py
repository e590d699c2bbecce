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
    """The gateway's, in pages of one."""

    def __init__(self, *entries):
        self.entries = entries
        self.asked = []

    async def get(self, path, **params):
        assert path == TRANSACTIONS
        self.asked.append(params)
        start = params.get("starting_after")
        at = [each["id"] for each in self.entries].index(start) + 1 if start else 0
        return {"data": list(self.entries[at : at + 1]), "has_more": at + 1 < len(self.entries)}


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
