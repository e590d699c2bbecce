"""Two gateways on one store: the same objects at both, and what one leaves the other settles."""

import http.client
import json
import ssl
import time
from http.client import HTTPSConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest
import tomli_w
from click.testing import CliRunner

from cardswitch.gateway.api.keys import KeyFile
from cardswitch.lab.cli.main import cli
from cardswitch.lab.house.topology import free_ports, read_lab
from cardswitch.switch.core.states import State
from cardswitch.switch.store.reader import JournalReader
from cardswitch.wire.operator.config import read_config
from tests.kit.killing import OURS, READY, Lives
from tests.kit.programs import PATIENCE_S, until

TERMINALS = ("GATE0001", "GATE0002")
CARD = {"currency": "eur", "payment_method": "pm_card_visa"}
INTENTS = "/v1/payment_intents"
SESSION = {
    "mode": "payment",
    "success_url": "https://shop.localhost/thanks",
    "line_items[0][quantity]": 1,
    "line_items[0][price_data][currency]": "eur",
    "line_items[0][price_data][unit_amount]": 700,
    "line_items[0][price_data][product_data][name]": "Tea",
}
PAUSE_S = 0.2


class Pair:
    """A lab whose gateway is two: their configurations, and the rest."""

    def __init__(self, house, store=""):
        self.house = house
        self.rest, self.second = house.folder / "rest.toml", house.folder / "second.toml"
        (house.folder / "second").mkdir()
        told, ports = read_config(house.config), free_ports()
        told["switch"]["listeners"]["shop"]["speaks_for"]["gateway"]["terminals"] = TERMINALS
        gateway = told["gateway"]
        self.ports = (gateway["api"]["port"], ports.gateway)
        if store:
            gateway |= {"database": store, "events": store}
        pages = gateway["pages"]["port"]
        gateway["other"] = {
            "port": self.ports[1],
            "pages_port": ports.pages,
            "tls_ca": "tls/ca.pem",
        }
        self._write(house.config, told)
        self._write(self.rest, {name: told[name] for name in told if name not in OURS})
        gateway |= {"terminal": TERMINALS[1], "control": "second"}
        gateway["api"]["port"], gateway["pages"]["port"] = ports.gateway, ports.pages
        gateway["other"] |= {"port": self.ports[0], "pages_port": pages}
        self.pages = (pages, ports.pages)
        self._write(self.second, told)
        house.lab = read_lab(house.config)
        keys = KeyFile(Path(house.lab.gateway.keys))
        (_, self.secret), _ = keys.add("SHOP0001", 1)
        self.context = ssl.create_default_context(cafile=house.folder / "tls" / "ca.pem")

    def start(self, config):
        """One of the gateways."""
        return self.house.start("gateway", "serve", ready=READY, config=config)

    def ask(self, node, method, path, params=None, key=""):
        """What *node* answers in the end, asked with the same key until it does."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            try:
                status, body = self._once(self.ports[node], method, path, params or {}, key)
            except (OSError, http.client.HTTPException):
                status, body = 0, {}
            if status not in (0, 409, 503):
                return body
            time.sleep(PAUSE_S)
        raise AssertionError(f"{method} {path}: no answer of {TERMINALS[node]}: {body}")

    def page(self, node, path):
        """The status and text of a page that *node* shows a browser."""
        port = self.pages[node]
        connection = HTTPSConnection("127.0.0.1", port, context=self.context, timeout=20.0)
        try:
            connection.request("GET", path, headers={"Host": f"pay.localhost:{port}"})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def operate(self, *words):
        """What a command says with the configuration of the second."""
        told = CliRunner().invoke(cli, ["gateway", *words, "--config", str(self.second)])
        return told.exit_code, told.output + str(told.exception or "")

    def sold_by(self, terminal):
        """What a gateway asked the switch for as *terminal*, and how that stands."""
        legs = JournalReader(self.house.lab.switch.database).newest(1_000)
        ours = [leg for leg in legs if leg.source == "shop" and leg.terminal.strip() == terminal]
        return [(leg.mti, leg.state) for leg in ours if leg.mti.startswith("02")]

    def _once(self, port, method, path, params, key):
        headers = {"Authorization": f"Bearer {self.secret}"}
        if method == "POST":
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Idempotency-Key": key}
        connection = HTTPSConnection("127.0.0.1", port, context=self.context, timeout=20.0)
        try:
            connection.request(method, path, urlencode(params) or None, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    @staticmethod
    def _write(path, told):
        path.write_text(tomli_w.dumps(told), "utf-8")


@pytest.fixture(params=["sqlite", "postgresql"])
def pair(patient_house, request):
    is_server = request.param == "postgresql"
    return Pair(
        patient_house, request.getfixturevalue("postgres").schema_url() if is_server else ""
    )


def test_both_serve_the_same_and_one_settles_what_the_other_leaves(pair):
    pair.house.start("up", ready="ready; stop with", config=pair.rest)
    lives = Lives(pair.house, PATIENCE_S)
    pair.house.programs.append(lives)
    lives.begin("sent")
    pair.start(pair.second)

    # An object that one makes the other shows, and a key counts at both.
    made = pair.ask(1, "POST", INTENTS, {"amount": 900, **CARD}, "made")
    assert pair.ask(0, "POST", INTENTS, {"amount": 900, **CARD}, "made") == made
    session = pair.ask(1, "POST", "/v1/checkout/sessions", SESSION, "session")
    pages = [pair.page(node, f"/c/{session['id']}") for node in (0, 1)]
    assert [(status, "Tea" in text) for status, text in pages] == [(200, True)] * 2

    # So do commands, but for what the one that leads alone can do: then that is said.
    assert pair.operate("show", made["id"])[0] == 0
    assert pair.operate("events", "tail", "--last", "9", "--count", "1")[0] == 0
    added, said = pair.operate("keys", "add", "SHOP0001")
    assert (added, "sk_test_" in said) == (0, True)
    for words in (["exceptions", "list"], ["vault", "status"]):
        refused, said = pair.operate(*words)
        assert (refused, f"https://127.0.0.1:{pair.ports[0]}" in said) == (1, True), said

    path = f"{INTENTS}/{made['id']}"
    assert pair.ask(0, "GET", path) == pair.ask(1, "GET", path)

    # The first dies with a confirm that it has sent; whoever repeats it asks the second.
    pair.ask(1, "POST", f"{path}/confirm", {}, "left")
    lives.ended("sent")
    until(lambda: pair.ask(1, "GET", path)["status"] != "processing", "what the first has left")
    left = pair.ask(1, "GET", path)
    assert left["status"] == "requires_payment_method"
    assert left["last_payment_error"]["code"] == "processing_error"
    pair.house.settled()
    assert pair.sold_by(TERMINALS[0]) == [("0200", State.REVERSED)]

    # It sells as itself; the first comes back, and hands on to it.
    again = {"payment_method": CARD["payment_method"]}
    assert pair.ask(1, "POST", f"{path}/confirm", again, "again")["status"] == "succeeded"
    sold = [("0200", State.APPROVED)]
    assert pair.sold_by(TERMINALS[1]) == sold
    pair.start(pair.house.config)
    assert pair.ask(0, "GET", path)["status"] == "succeeded"
    assert pair.ask(0, "POST", f"{path}/confirm", again, "again")["status"] == "succeeded"
    assert pair.sold_by(TERMINALS[1]) == sold
