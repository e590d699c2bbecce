"""The commands of events: seen, handed on to this machine, made and sent again."""

import json
import sqlite3
from contextlib import closing

import pytest
import stripe
from click.testing import CliRunner

from cardswitch.gateway.triggers import _STORIES
from cardswitch.lab.cli.main import cli
from cardswitch.specs.errors import Error
from tests.kit.programs import until
from tests.kit.receiver import Receiver


def run(shop, *words):
    said = CliRunner().invoke(cli, ["gateway", "events", *words, "--config", str(shop.lab.config)])
    if said.exception and not isinstance(said.exception, SystemExit):
        raise said.exception
    return said


def types(shop, id_="pi_"):
    """The types of all events, or of those of the intent *id_*."""
    query = "SELECT DISTINCT type FROM gateway_events WHERE ref LIKE ?"
    with closing(sqlite3.connect(shop.lab.lab.folder / "gateway-events.db")) as database:
        return {row[0] for row in database.execute(query, [f"{id_[3:25]}%"])}


def test_an_event_is_triggered_seen_and_handed_on_signed(shop):
    done = json.loads(run(shop, "trigger", "charge.refunded", "--json").stdout)
    assert done["status"] == "succeeded"
    until(lambda: "charge.refunded" in types(shop, done["id"]), "it was read out of the journal")
    tail = ["--last", "1", "--count", "1", "--type", "charge.refunded"]
    seen = json.loads(run(shop, "tail", *tail, "--json").stdout)
    assert seen["data"]["object"]["payment_intent"] == done["id"]
    assert done["id"] in run(shop, "tail", *tail).stdout
    with Receiver() as receiver:
        said = run(shop, "listen", "--forward", receiver.url, *tail)
        assert said.stdout.rstrip().endswith("  200")
        secret = said.stderr.split()[-1]
        told = receiver.told[0]
        signed = told.headers["Stripe-Signature"]
        assert stripe.Webhook.construct_event(told.body, signed, secret).id == seen["id"]
        receiver.status = 500
        assert run(shop, "listen", "--forward", receiver.url, *tail).stdout.rstrip().endswith("500")
    said = run(shop, "listen", "--forward", receiver.url, *tail).stdout
    assert "not sent" in said


@pytest.mark.parametrize("url", ["http://192.0.2.7/", "https://shop.example/", "ftp://localhost/"])
def test_events_are_handed_on_to_this_machine_alone(shop, url):
    with pytest.raises(Error):
        run(shop, "listen", "--forward", url, "--count", "1")


def test_an_event_is_sent_again_by_its_id(shop):
    with Receiver(shop.lab.lab.folder / "tls" / "gateway") as receiver:
        asked = {"url": receiver.url, "enabled_events[]": "charge.succeeded"}
        endpoint = shop.ask("POST", "/v1/webhook_endpoints", asked).body["id"]
        run(shop, "trigger", "charge.succeeded")
        [told] = receiver.wait_for(lambda told: len(told) == 1)
        event = json.loads(told.body)["id"]
        assert endpoint in run(shop, "resend", event).stdout
        assert json.loads(run(shop, "resend", event, "--endpoint", endpoint, "--json").stdout) == {
            "endpoints": [endpoint]
        }
        receiver.wait_for(lambda told: len(told) >= 2)
        with pytest.raises(Error, match="no such endpoint"):
            run(shop, "resend", event, "--endpoint", "we_x")
        shop.ask("DELETE", f"/v1/webhook_endpoints/{endpoint}")
    with pytest.raises(Error, match="no such event"):
        run(shop, "resend", "evt_x")
    for left in shop.ask("GET", "/v1/webhook_endpoints").body["data"]:  # of other tests
        shop.ask("DELETE", f"/v1/webhook_endpoints/{left['id']}")
    assert "nobody" in run(shop, "resend", event).stdout


def test_every_type_that_can_be_triggered_happens(shop):
    quick = {type_ for type_ in _STORIES if type_ != "payment_intent.processing"}
    for type_ in sorted(quick):
        run(shop, "trigger", type_)
    until(lambda: quick <= types(shop), "all of them happened")
    with pytest.raises(Error, match="expected one of"):
        run(shop, "trigger", "charge.exploded")
    with pytest.raises(Error, match="expected one of SHOP0001"):
        run(shop, "trigger", "charge.failed", "--merchant", "NOBODY")
