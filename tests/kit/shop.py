"""A shop: a lab in a thread, keys for its gateway, and HTTPS by the standard library."""

import json
import ssl
import tomllib
from base64 import b64encode
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from cardswitch.gateway.api.keys import KeyFile
from cardswitch.lab.house.threaded import ThreadedLab

PATIENCE_S = 20.0
CARD = "payment_method_data[card]"


class Said(NamedTuple):
    """An answer."""

    status: int
    body: Any
    headers: dict[str, str]


class Shop:
    """Two keys of SHOP0001; `ask` asks with the secret one."""

    def __init__(self, folder: Path):
        self.lab = ThreadedLab(folder)
        gateway = self.lab.lab.gateway
        assert gateway is not None
        self.config = gateway
        self.keys = KeyFile(Path(gateway.keys))
        (_, self.secret), (_, self.public) = self.keys.add("SHOP0001", 1)
        (_, self.other), _ = self.keys.add("SHOP0002", 1)
        self.ca = self.lab.lab.folder / "tls" / "ca.pem"
        self.context = ssl.create_default_context(cafile=self.ca)
        self.port = gateway.api.port

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.lab.close()

    def ask(self, method, path, params=None, key=None, **headers) -> Said:
        """*params* as a form, or bytes or text as they are; a header's underscores are hyphens."""
        body = params if isinstance(params, bytes | str) else _form(params or {})
        if method == "GET" and body:
            path, body = f"{path}?{body}", ""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        kind = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        auth = {"Authorization": f"Bearer {key or self.secret}"}
        connection = HTTPSConnection(
            "127.0.0.1", self.port, context=self.context, timeout=PATIENCE_S
        )
        try:
            connection.request(method, path, body or None, {**kind, **auth, **named})
            answer = connection.getresponse()
            headers = {name.lower(): value for name, value in answer.headers.items()}
            return Said(answer.status, json.loads(answer.read()), headers)
        finally:
            connection.close()

    def card(self, alias) -> dict[str, Any]:
        """A card of the lab, with all that its holder knows."""
        cards = tomllib.loads((self.lab.lab.folder / "cards.toml").read_text("utf-8"))["card"]
        found: dict[str, Any] = next(each for each in cards if each["alias"] == alias)
        return found

    def create(self, key=None, idempotency=None, **params) -> Said:
        """A new intent; by default 12.50 EUR with a test card, paid at once."""
        asked = {"amount": 1250, "currency": "eur", "payment_method": "pm_card_visa"}
        headers = {"Idempotency_Key": idempotency} if idempotency else {}
        wanted = {**asked, "confirm": "true", **params}
        return self.ask("POST", "/v1/payment_intents", wanted, key, **headers)


def _form(params):
    return urlencode({name: value for name, value in params.items() if value is not None})


def card(number="4242424242424242", month=12, year=2030, cvc=None):
    """The parameters of a card that is typed in."""
    given = {
        "payment_method": None,
        "payment_method_data[type]": "card",
        f"{CARD}[number]": number,
        f"{CARD}[exp_month]": month,
        f"{CARD}[exp_year]": year,
    }
    return given if cvc is None else {**given, f"{CARD}[cvc]": cvc}


def basic(key):
    """The header of a key as the user of Basic."""
    return "Basic " + b64encode(f"{key}:".encode()).decode()
