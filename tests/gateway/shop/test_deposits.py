"""How far an order's money is: a line a case."""

import asyncio
from types import SimpleNamespace

import pytest

from cardswitch.gateway.shop.deposits import Deposits


class Books:
    """Payouts by their state, each with what it has of charges; pages of two."""

    def __init__(self, *payouts):
        self.payouts = payouts
        self.asked = []

    async def get(self, path, **params):
        self.asked.append(path)
        if path == "/v1/payouts":
            listed = [
                {"id": f"po_{n}", "status": state} for n, (state, _) in enumerate(self.payouts)
            ]
            return {"data": listed, "has_more": False}
        _, parts = self.payouts[int(params["payout"][3:])]
        rows = [
            {"id": f"txn_{n}", "source": source, "amount": amount}
            for n, (source, amount) in enumerate(parts)
        ]
        after = params.get("starting_after")
        first = 0 if after is None else int(after[4:]) + 1
        return {"data": rows[first : first + 2], "has_more": first + 2 < len(rows)}


def order(charge="ch_1", received=1290, number=1):
    intent = {"amount_received": received, "latest_charge": {"id": charge} if charge else None}
    return SimpleNamespace(id=number, intent=intent if charge is not None else {})


@pytest.mark.parametrize(
    ("payouts", "asked", "word"),
    [
        ([], order(), None),
        ([("paid", [("ch_1", 1290)])], order(), "paid out"),
        ([("in_transit", [("ch_1", 1290)])], order(), "deposit on its way"),
        ([("failed", [("ch_1", 1290)])], order(), None),
        ([("paid", [("ch_1", 500)])], order(), "deposited in part"),
        ([("paid", [("ch_1", 500)]), ("paid", [("ch_1", 790)])], order(), "paid out"),
        (
            [("paid", [("ch_1", 500)]), ("in_transit", [("ch_1", 790)])],
            order(),
            "deposit on its way",
        ),
        ([("paid", [("ch_1", 500), ("ch_1", 790)])], order(), "paid out"),
        ([("paid", [("ch_2", 1), (None, 2), ("ch_1", 1290)])], order(), "paid out"),
        ([("paid", [*[("ch_2", 1)] * 120, ("ch_1", 1290)])], order(), "paid out"),
        ([("paid", [("ch_2", 1290)])], order(), None),
        ([("paid", [(None, 1290)])], order(charge=""), None),
        ([("paid", [("ch_1", 1290)])], order(charge=None), None),
        ([("paid", [("ch_1", 1290)])], order(received=0), None),
    ],
)
def test_how_far_the_money_is(payouts, asked, word):
    assert asyncio.run(Deposits(Books(*payouts)).of([asked])).get(1) == word


def test_the_parts_of_a_payout_are_asked_for_once():
    books = Books(("in_transit", [("ch_1", 1290)]))
    deposits = Deposits(books)
    assert asyncio.run(deposits.of([order()])) == {1: "deposit on its way"}
    books.payouts = (("paid", [("ch_1", 1290)]),)
    assert asyncio.run(deposits.of([order()])) == {1: "paid out"}
    assert books.asked == ["/v1/payouts", "/v1/balance_transactions", "/v1/payouts"]
