"""Where there are no books: that is said, and clients do not ask again."""

import asyncio
import json
import ssl
from http.client import HTTPSConnection
from pathlib import Path

import pytest

from cardswitch.gateway.api.keys import KeyFile
from cardswitch.gateway.money import CAME_BACK, DEPOSITED, MOVED, Between
from cardswitch.gateway.serve import serve_gateway
from cardswitch.hosts.vault import open_vault
from cardswitch.lab.house.topology import free_ports, make_lab, read_lab


def ask(port, ca, path, key):
    connection = HTTPSConnection("127.0.0.1", port, context=ssl.create_default_context(cafile=ca))
    try:
        connection.request("GET", path, headers={"Authorization": f"Bearer {key}"})
        answer = connection.getresponse()
        return answer.status, answer.headers, json.loads(answer.read())
    finally:
        connection.close()


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """Asks a gateway that has no books, for each of some paths."""
    lab = read_lab(make_lab(tmp_path_factory.mktemp("alone") / "lab", free_ports())[0])
    (_, secret), _ = KeyFile(Path(lab.gateway.keys)).add("SHOP0001", 1)
    ca = lab.folder / "tls" / "ca.pem"

    async def main(path):
        served = await serve_gateway(lab.gateway, open_vault(lab.gateway.vault))
        try:
            return await asyncio.to_thread(ask, served.port, ca, path, secret)
        finally:
            await served.stop()

    return lambda path: asyncio.run(main(path))


@pytest.mark.parametrize("path", ["/v1/balance", "/v1/payouts", "/v1/balance_transactions/txn_x"])
def test_without_books_nothing_is_said_of_money(alone, path):
    status, headers, body = alone(path)
    assert (status, body["error"]["code"]) == (501, "no_books")
    assert "[settlement]" in body["error"]["message"]
    assert headers["Stripe-Should-Retry"] == "false"


@pytest.mark.parametrize(
    ("about", "are_meant"),
    [
        ({}, "abc"),
        ({"below": (7, CAME_BACK, 0)}, "ab"),
        ({"below": (7, DEPOSITED, 0)}, "a"),
        ({"above": (7, DEPOSITED, 0)}, "c"),
        ({"above": (6, CAME_BACK, 9), "below": (8, MOVED, 0)}, "abc"),
        ({"since": 2.0}, "bc"),
        ({"before": 2.0}, "a"),
        ({"since": 2.0, "before": 3.0}, "b"),
    ],
)
def test_places_are_in_one_order_and_times_have_bounds(about, are_meant):
    places = {"a": (7, MOVED, 0), "b": (7, DEPOSITED, 0), "c": (7, CAME_BACK, 0)}
    between = Between(size=1, **about)
    found = [name for at, name in enumerate("abc", 1) if between.has(places[name], float(at))]
    assert "".join(found) == are_meant
