"""The commands of exceptions: none is listed, and what is none is said."""

import json

import pytest
from click.testing import CliRunner

from cardswitch.gateway.cli import exceptions as module
from cardswitch.lab.cli.main import cli
from cardswitch.specs.errors import Error

ONE = {
    "id": "ch_1", "merchant": "SHOP0001", "amount": 1250, "currency": "eur",
    "payment_intent": "pi_1", "status": "exception",
}  # fmt: skip


def run(shop, *words):
    said = CliRunner().invoke(
        cli, ["gateway", "exceptions", *words, "--config", str(shop.lab.config)]
    )
    if said.exception and not isinstance(said.exception, SystemExit):
        raise said.exception
    return said


def test_a_gateway_that_runs_is_asked(shop):
    assert json.loads(run(shop, "list", "--json").stdout) == []
    assert "none" in run(shop, "list").stderr
    charge = shop.create().body["latest_charge"]
    words = ["resolve", charge, "--outcome", "paid", "--because"]
    with pytest.raises(Error, match="no exception"):
        run(shop, *words, "the bank says so")
    with pytest.raises(Error, match="card number"):
        run(shop, *words, "4242424242424242")


def test_what_is_there_is_a_line_each(shop, monkeypatch):
    listed = {"exceptions": [ONE], "has_more": False}

    def asked(_, verb, told):
        return listed if verb == "exceptions" else {**ONE, "status": told["outcome"]}

    monkeypatch.setattr(module, "ask_gateway", asked)
    told = run(shop, "list")
    assert told.stdout.split() == ["ch_1", "SHOP0001", "1250", "eur", "of", "pi_1"]
    assert told.stderr == ""
    listed["has_more"] = True
    assert run(shop, "list").stderr.startswith("more than these 1 wait")
    words = ["resolve", "ch_1", "--outcome", "reversed", "--because", "b"]
    assert run(shop, *words).stdout == "ch_1 is reversed\n"
