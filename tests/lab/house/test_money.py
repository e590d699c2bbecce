"""Orders paid are what is pending, then what is deposited; and how the deposit stands."""

import time
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from cardswitch.lab.cli.main import cli
from cardswitch.lab.house.money import money_of
from cardswitch.lab.house.programs import Programs
from cardswitch.lab.house.threaded import ThreadedLab
from tests.kit.shop import PATIENCE_S, Shop
from tests.kit.statements import camt053, entry, part

CLOSED = ("x.batch.closed", "balance.available", "payout.created")
OF_MONEY = (*CLOSED, "payout.paid", "payout.failed")
BACK = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>"


@pytest.fixture
def shop(tmp_path):
    with Shop(tmp_path / "lab") as shop:
        yield shop


def run(shop, *words, exits=0):
    said = CliRunner().invoke(cli, [*words, "--config", str(shop.lab.config)])
    assert said.exit_code == exits, said.output


def match(shop, name, *entries, exits=0):
    """The bank tells of *entries*."""
    file = shop.lab.lab.folder / f"{name}.xml"
    file.write_bytes(camt053(entries, name=name))
    run(shop, "settle", "match", str(file), exits=exits)


def balance(shop, key=None):
    """What is available and pending, in cents."""
    told = shop.ask("GET", "/v1/balance", key=key).body
    sums = {
        (kind, one["currency"]): one["amount"]
        for kind in ("available", "pending")
        for one in told[kind]
    }
    assert not any(amount for (_, currency), amount in sums.items() if currency != "eur")
    return sums["available", "eur"], sums["pending", "eur"]


def newest(shop):
    return shop.ask("GET", "/v1/payouts", {"limit": 1}).body["data"][0]


def told(shop, *wanted, key=None):
    """Waits until the money's events are those that are *wanted*, the oldest first; them."""
    until = time.monotonic() + PATIENCE_S
    while True:
        types = dict.fromkeys(f"types[{n}]" for n in range(len(OF_MONEY)))
        given = {"limit": 100, **dict(zip(types, OF_MONEY, strict=True))}
        events = shop.ask("GET", "/v1/events", given, key).body["data"][::-1]
        if [each["type"] for each in events] == list(wanted) or time.monotonic() > until:
            assert [each["type"] for each in events] == list(wanted)
            return events
        time.sleep(0.05)


def test_orders_paid_are_pending_and_then_deposited(shop):
    assert balance(shop) == (0, 0)
    assert shop.ask("GET", "/v1/payouts").body["data"] == []
    paid = shop.create(amount=1250).body
    shop.create(amount=500)
    shop.create(amount=100051)  # declined
    shop.create(amount=9999, capture_method="manual")  # set aside, and no money yet
    shop.ask("POST", "/v1/refunds", {"payment_intent": paid["id"], "amount": 250})
    shop.create(key=shop.other, amount=700)
    assert (balance(shop), balance(shop, shop.other)) == ((0, 1500), (0, 700))

    run(shop, "settle", "close", "--now")
    *_, created = told(shop, *CLOSED)
    told(shop, *CLOSED, key=shop.other)
    payout = newest(shop)
    assert created["data"]["object"] == payout
    assert (payout["amount"], payout["status"], balance(shop)) == (1500, "in_transit", (0, 0))
    path = f"/v1/payouts/{payout['id']}"
    assert shop.ask("GET", path).body == payout
    assert shop.ask("GET", path, key=shop.other).status == 404
    executed = datetime.fromtimestamp(payout["arrival_date"], UTC).date().isoformat()
    order = next((shop.lab.lab.folder / "deposits").glob("*.xml")).read_text("utf-8")
    assert f"<Dt>{executed}</Dt>" in order

    name = payout["trace_id"]["value"]
    match(shop, "M1", entry("15.00", "DBIT", part("15.00", "DBIT", name)))
    assert shop.ask("GET", path).body == {**payout, "status": "paid"}
    told(shop, *CLOSED, "payout.paid")
    match(shop, "M2", entry("15.00", "CRDT", part("15.00", "CRDT", name, BACK)), exits=6)
    failed = shop.ask("GET", path).body
    assert (failed["status"], failed["failure_code"]) == ("failed", "account_closed")
    assert balance(shop) == (1500, 0)  # owed again
    *_, lost = told(shop, *CLOSED, "payout.paid", "payout.failed")
    assert lost["data"]["object"] == failed

    shop.create(amount=100)
    run(shop, "settle", "payout", "retry", name, "--because", "the account is open again")
    run(shop, "settle", "close", "--now")
    assert (newest(shop)["amount"], balance(shop)) == (1600, (0, 0))
    [replaced] = shop.ask("GET", "/v1/payouts", {"status": "failed"}).body["data"]
    assert replaced == failed


def test_what_was_closed_while_the_gateway_was_down_is_told_at_its_start(tmp_path):
    with Shop(tmp_path / "lab") as shop:
        shop.create(amount=1250)
    run(shop, "settle", "close", "--now")
    with ThreadedLab(tmp_path / "lab"):
        *_, created = told(shop, *CLOSED)
        name = created["data"]["object"]["trace_id"]["value"]
        match(shop, "M1", entry("12.50", "DBIT", part("12.50", "DBIT", name)))
        told(shop, *CLOSED, "payout.paid")
    with ThreadedLab(tmp_path / "lab"):
        *_, paid = told(shop, *CLOSED, "payout.paid")
        run(shop, "gateway", "events", "resend", paid["id"])


def test_a_house_without_books_has_none_to_show(tmp_path):
    assert money_of(Programs(folder=tmp_path)) is None


def test_before_anything_has_happened_nothing_is_owed(shop):
    money = money_of(shop.lab.lab)
    assert (money.balance("NOBODY"), money.payouts("NOBODY")) == ([], [])
