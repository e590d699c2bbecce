"""`gateway vault`: a new key while the gateway takes payments, and with the old one's cards."""

import json
import time

from click.testing import CliRunner

from cardswitch.lab.cli.main import cli
from tests.kit.shop import card

PATIENCE_S = 30.0


def run(shop, *words):
    said = CliRunner().invoke(cli, ["gateway", "vault", *words, "--config", str(shop.lab.config)])
    if said.exception and not isinstance(said.exception, SystemExit):
        raise said.exception
    return said


def status(shop):
    return json.loads(run(shop, "status", "--json").stdout)


def test_a_new_key_takes_over_while_payments_go_on(shop):
    paid = shop.create(**card("5555555555554444")).body
    before = status(shop)
    assert before["is_done"]
    told = json.loads(run(shop, "rotate", "--json").stdout)
    assert told["keys"][-1]["id"] == before["keys"][0]["id"] + 1
    assert shop.create(**card("6011111111111117")).body["status"] == "succeeded"
    end = time.monotonic() + PATIENCE_S
    while not status(shop)["is_done"] and time.monotonic() < end:
        time.sleep(0.05)
    refund = shop.ask("POST", "/v1/refunds", {"payment_intent": paid["id"]}).body
    assert refund["status"] == "succeeded"
    [key] = status(shop)["keys"]
    lines = run(shop, "status").stdout.splitlines()
    assert [line.split()[:2] for line in lines] == [["key", str(key["id"])]]
    assert lines[0].endswith("seals")


def test_keys_are_in_their_file_alone(shop):
    folder = shop.lab.lab.folder
    [key] = json.loads((folder / "gateway.seals").read_text("ascii"))["keys"]
    holders = [
        p.name for p in folder.rglob("*") if p.is_file() and key["key"].encode() in p.read_bytes()
    ]
    assert holders == ["gateway.seals"]
