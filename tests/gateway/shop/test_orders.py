"""How an order stands, by what the gateway says of it; and files of older shops."""

import asyncio
import sqlite3

import pytest

from cardswitch.gateway.shop.orders import OrderStore, standing_of
from tests.kit.files import is_owners_alone


def intent(status, received=1000, refunded=0):
    return {
        "status": status,
        "amount_received": received,
        "latest_charge": {"amount_refunded": refunded},
    }


@pytest.mark.parametrize(
    ("session", "standing"),
    [
        ({"status": "open"}, "new"),
        ({"status": "expired", "payment_intent": None}, "expired"),
        ({"status": "complete", "payment_intent": "pi_1"}, "new"),
        ({"status": "complete", "payment_intent": intent("requires_capture", 0)}, "reserved"),
        ({"status": "complete", "payment_intent": intent("succeeded")}, "paid"),
        (
            {"status": "complete", "payment_intent": intent("succeeded", refunded=1)},
            "refunded in part",
        ),
        ({"status": "complete", "payment_intent": intent("succeeded", refunded=1000)}, "refunded"),
        ({"status": "complete", "payment_intent": intent("canceled")}, "canceled"),
        ({"status": "complete", "payment_intent": intent("processing")}, "new"),
    ],
)
def test_how_an_order_stands(session, standing):
    assert standing_of(session) == standing


OLD = """
CREATE TABLE orders (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, lines TEXT NOT NULL,
    total INTEGER NOT NULL, currency TEXT NOT NULL, session TEXT UNIQUE,
    standing TEXT NOT NULL DEFAULT 'new', told TEXT NOT NULL DEFAULT '{}');
CREATE TABLE events (
    id TEXT PRIMARY KEY, at REAL NOT NULL, type TEXT NOT NULL, session TEXT NOT NULL);
INSERT INTO orders (at, lines, total, currency, session) VALUES (1, '[]', 5, 'EUR', 'cs_old');
"""


def test_its_file_is_its_owners_alone_from_the_first_moment_on(tmp_path, monkeypatch):
    path, seen = tmp_path / "shop.db", []
    connect = sqlite3.connect

    def connected(place, *arguments):
        made = connect(place, *arguments)
        made.execute("PRAGMA user_version")
        seen.append(is_owners_alone(place))
        return made

    monkeypatch.setattr(sqlite3, "connect", connected)
    OrderStore(path)
    assert seen == [True]


def test_a_file_of_a_shop_that_knew_one_type_is_read_on(tmp_path):
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as database:
        database.executescript(OLD)
    for _ in range(2):
        store = OrderStore(path)
        order = asyncio.run(store.of_payment("cs_old"))
        assert (order.total, order.type, order.capture) == (5, "hosted", "automatic")
        assert asyncio.run(store.notices("cs_old")) == []
