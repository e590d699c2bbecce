"""Balance transactions over HTTPS: what each is of, page by page, and to whom it is shown."""

import asyncio
from math import inf
from types import SimpleNamespace

import msgspec
import pytest
from msgspec.structs import replace

from cardswitch.gateway.api.described import shapes
from cardswitch.gateway.api.families import transactions
from cardswitch.gateway.api.families.transactions import (
    _found,
    _sent,
    transaction_object,
    with_transactions,
)
from cardswitch.gateway.money import Between, Entry, Fee
from cardswitch.specs.errors import Error
from tests.kit.shapes import shaped

URL = "/v1/balance_transactions"
SALE = Entry(
    place=(7, 0, 0), kind="sale", currency="978", amount=1250, at=5.0, available_on=9.0,
    is_booked=False, reference="608801000001", channel="shop",
)  # fmt: skip


def ids(shop, **asked):
    told = shop.ask("GET", URL, asked).body
    return [each["id"] for each in told["data"]], told["has_more"]


@pytest.fixture(scope="module")
def made(shop):
    """The newest four, and the payment, its refund, and the capture that they are of."""
    paid = shop.create(amount=1250).body
    refund = shop.ask("POST", "/v1/refunds", {"payment_intent": paid["id"], "amount": 250}).body
    held = shop.create(amount=900, capture_method="manual").body
    captured = shop.ask("POST", f"/v1/payment_intents/{held['id']}/capture").body
    assert captured["status"] == "succeeded"
    shop.create(amount=3, key=shop.other)
    shop.create(amount=100051)  # declined
    shop.create(amount=700)
    return paid["latest_charge"], refund["id"], held["latest_charge"]


def test_each_is_of_a_charge_or_refund_and_no_other_merchants(shop, made):
    charge, refund, held = made
    _, captured, back, paid = shop.ask("GET", URL, {"limit": 4}).body["data"]
    about = [(each["source"], each["type"], each["net"]) for each in (captured, back, paid)]
    assert about == [(held, "charge", 900), (refund, "refund", -250), (charge, "charge", 1250)]
    assert {each["status"] for each in (captured, back, paid)} == {"pending"}
    assert shop.ask("GET", f"{URL}/{back['id']}").body == back
    assert shop.ask("GET", f"{URL}/{back['id']}", key=shop.other).status == 404


@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_what_they_are_of_is_found_however_much_lies_between(shop, made, monkeypatch, at_once):
    whole = shop.ask("GET", URL, {"limit": 4}).body
    monkeypatch.setattr(transactions, "SENT_AT_ONCE", at_once)
    assert shop.ask("GET", URL, {"limit": 4}).body == whole
    [back] = shop.ask("GET", URL, {"limit": 1, "type": "refund"}).body["data"]
    assert back["source"] == made[1]


def sent(at, gap=1.0):
    """A reader of payments each *gap* seconds up to the instant *at*, and which were read of it."""
    rows = [SimpleNamespace(sequence=n, leg=n, at=n * gap) for n in range(int(at / gap) + 1)]
    read = []

    def page(wanted):
        below = wanted.below or inf
        found = [
            row
            for row in reversed(rows)
            if row.sequence < below and wanted.since <= row.at < wanted.until
        ]
        read.extend(row.leg for row in found[: wanted.size])
        return found[: wanted.size]

    def legs(legs):
        return SimpleNamespace(intents={leg: paid(leg) for leg in legs})

    return SimpleNamespace(page=page, legs=legs), read


def paid(leg):
    """An intent that was paid under the number of its leg."""
    exchange = SimpleNamespace(asked="sale", answer={37: f"{leg}"}, number=1)
    return SimpleNamespace(exchanges=[exchange], paid=exchange, ref=f"{leg:022d}")


def entries(*instants, known=True):
    return [
        replace(SALE, at=float(at), place=(at, 0, 0), reference=f"{at}" if known else f"{-at}")
        for at in instants
    ]


def test_far_entries_are_looked_for_where_they_are(monkeypatch):
    monkeypatch.setattr(transactions, "SENT_AT_ONCE", 10)
    reader, read = sent(10_000.0)
    ids = _sent(reader, "SHOP", entries(100, 9_000, 4_000, 9_003))
    assert {"100", "9000", "4000", "9003"} <= ids.keys()
    assert len(read) == len({*read}) == 30


def test_what_others_have_sent_is_looked_for_once(monkeypatch):
    monkeypatch.setattr(transactions, "SENT_AT_ONCE", 10)
    reader, read = sent(10_000.0)
    _sent(reader, "SHOP", entries(9_000, 9_010, 9_020, known=False))
    assert len(read) == len({*read})
    assert (min(read), max(read)) == (8_700, 9_020)


def test_pages_go_both_ways(shop, made):
    whole, _ = ids(shop, limit=4)
    assert ids(shop, limit=2) == (whole[:2], True)
    assert ids(shop, limit=2, starting_after=whole[1]) == (whole[2:], ids(shop, limit=5)[1])
    assert ids(shop, limit=2, ending_before=whole[3]) == (whole[1:3], True)
    assert ids(shop, limit=2, ending_before=whole[2]) == (whole[:2], False)
    newest = shop.ask("GET", f"{URL}/{whole[0]}").body["created"]
    assert whole[0] in ids(shop, **{"created[gte]": newest})[0]
    assert ids(shop, **{"created[gt]": newest + 1}) == ([], False)


@pytest.mark.parametrize(
    ("asked", "param"),
    [
        ({"starting_after": "txn_x"}, "starting_after"),
        ({"ending_before": "txn_000000000000000000000000"}, "ending_before"),
        ({"starting_after": "txn_x", "ending_before": "txn_y"}, "ending_before"),
        ({"limit": 101}, "limit"),
        ({"source": "ch_x"}, "source"),
    ],
)
def test_what_is_wrong_is_named(shop, asked, param):
    said = shop.ask("GET", URL, asked)
    assert (said.status, said.body["error"]["param"]) == (400, param)


@pytest.mark.parametrize("id_", ["txn_x", "po_1", "txn_" + "9" * 24, "txn_" + "%D9%A1" * 24])
def test_what_is_no_transaction_is_not_there(shop, id_):
    assert shop.ask("GET", f"{URL}/{id_}").status == 404


@pytest.mark.parametrize(
    ("about", "type_", "category", "status"),
    [
        ({}, "charge", "charge", "pending"),
        ({"is_booked": True, "kind": "completion"}, "charge", "charge", "available"),
        ({"kind": "refund"}, "refund", "refund", "pending"),
        ({"kind": "sale-reversal"}, "adjustment", "other_adjustment", "pending"),
        ({"place": (7, 1, 0), "kind": "payout"}, "payout", "payout", "pending"),
        ({"place": (7, 2, 0), "kind": "payout"}, "adjustment", "payout_reversal", "pending"),
        ({"place": (7, 3, 0), "kind": "monthly"}, "adjustment", "fee", "pending"),
        ({"place": (7, 3, 0), "kind": "reserve"}, "adjustment", "risk_reserved_funds", "pending"),
    ],
)
def test_what_it_is_called(about, type_, category, status):
    shown = transaction_object(msgspec.structs.replace(SALE, **about), None)
    assert (shown["type"], shown["reporting_category"], shown["status"]) == (
        type_, category, status,
    )  # fmt: skip
    assert shown["amount"] - shown["fee"] == shown["net"]
    assert shaped(shown, shapes.BalanceTransaction)


def test_a_list_is_of_a_type_a_source_or_a_currency(shop, made):
    charge, refund, held = made

    def sources(**asked):
        told = shop.ask("GET", URL, {"limit": 100, **asked}).body
        return [(each["type"], each["source"], each["amount"]) for each in told["data"]]

    assert {type_ for type_, *_ in sources(type="refund")} == {"refund"}
    assert ("refund", refund, -250) in sources(type="refund")
    assert sources(source=charge) == [("charge", charge, 1250)]
    assert sources(source=refund) == [("refund", refund, -250)]
    assert sources(source=held, type="refund") == []
    assert sources(currency="jpy") == []
    paid = {each["id"] for each in shop.ask("GET", "/v1/payouts", {"limit": 100}).body["data"]}
    assert {source for _, source, _ in sources(type="payout")} == paid
    assert {type_ for type_, *_ in sources(type="payout")} <= {"payout"}
    whole, _ = ids(shop, limit=100, type="charge")
    assert ids(shop, limit=2, type="charge", starting_after=whole[0])[0] == whole[1:3]
    assert ids(shop, limit=1, type="charge", ending_before=whole[2])[0] == whole[1:2]


def test_a_list_is_of_a_reference(shop, made):
    charge, _, _ = made
    [of_charge] = shop.ask("GET", URL, {"source": charge}).body["data"]
    reference = of_charge["x_reference"]
    assert ids(shop, x_reference=reference) == ([of_charge["id"]], False)
    assert ids(shop, source=charge, x_reference=reference) == ([of_charge["id"]], False)
    assert ids(shop, source=charge, x_reference="0") == ([], False)
    assert ids(shop, x_reference=reference, type="refund") == ([], False)
    assert ids(shop, x_reference="0") == ([], False)
    assert ids(shop, x_reference=reference, **{"created[gt]": of_charge["created"] + 1})[0] == []
    own = shop.ask("GET", URL, {"x_reference": reference}, key=shop.other).body
    assert own["data"] == []
    assert shop.ask("GET", URL, {"x_reference": "1" * 13}).status == 400


def test_charges_and_refunds_tell_what_they_have_moved(shop, made):
    charge, refund, held = made
    for id_, path in ((charge, "charges"), (refund, "refunds"), (held, "charges")):
        shown = shop.ask("GET", f"/v1/{path}/{id_}", {"expand[]": "balance_transaction"}).body
        assert shown["balance_transaction"]["source"] == id_
        [same] = [
            each
            for each in shop.ask("GET", f"/v1/{path}", {"limit": 100}).body["data"]
            if each["id"] == id_
        ]
        assert same["balance_transaction"] == shown["balance_transaction"]["id"]
    declined = shop.create(amount=100051).body["error"]["charge"]
    assert shop.ask("GET", f"/v1/charges/{declined}").body["balance_transaction"] is None


@pytest.mark.parametrize(("name", "value"), [("payout", "po_x"), ("source", "po_x")])
def test_what_is_no_payout_is_named(shop, name, value):
    said = shop.ask("GET", URL, {name: value})
    assert (said.status, said.body["error"]["param"]) == (400, name)


class Books:
    """Entries by number, each of which is a place."""

    def __init__(self, count):
        kinds = ("sale", "refund", "sale")
        self.all = [
            replace(SALE, place=(number, 0, 0), kind=kinds[number % 3]) for number in range(count)
        ][::-1]

    def entries(self, _, between):
        found = [each for each in self.all if between.has(each.place, each.at)]
        return found[-between.size :] if between.above else found[: between.size]


@pytest.mark.parametrize("about", [{}, {"below": (300, 0, 0)}, {"above": (40, 0, 0)}])
def test_what_is_wanted_is_found_piece_by_piece(about):
    books = Books(500)
    between = Between(size=150, **about)
    found = _found(books, "SHOP", between, lambda entry: entry.kind == "refund")
    meant = [e for e in books.all if e.kind == "refund" and between.has(e.place, e.at)]
    assert found == (meant[-150:] if between.above else meant[:150])


class Unreadable:
    """Books that cannot be read."""

    def named(self, *_):
        raise Error("the disk is gone")


@pytest.mark.parametrize("money", [None, Unreadable()])
def test_what_was_done_is_told_though_the_books_cannot_be_read(money):
    asked = SimpleNamespace(
        services=SimpleNamespace(money=money), key=SimpleNamespace(merchant="SHOP0001")
    )
    refund = {"object": "refund", "x_reference": "608801000001", "balance_transaction": None}
    assert asyncio.run(with_transactions(asked, [dict(refund)])) == [refund]


def test_what_is_left_is_the_amount_less_the_fee_and_its_parts_are_told():
    parts = (
        Fee(kind="interchange", amount=20, rate="plus-1, rate 1"),
        Fee(kind="own", amount=50, rate="plus-1, rate 1"),
    )
    shown = transaction_object(replace(SALE, is_booked=True, fees=parts), "ch_1")
    assert (shown["amount"], shown["fee"], shown["net"]) == (1250, 70, 1180)
    assert [(each["type"], each["amount"]) for each in shown["fee_details"]] == [
        ("payment_method_passthrough_fee", 20), ("stripe_fee", 50),
    ]  # fmt: skip
    assert shown["fee_details"][0]["description"] == "Interchange: plus-1, rate 1"
    assert msgspec.convert(shown, shapes.BalanceTransaction, strict=True)
