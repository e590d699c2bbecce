"""A shop whose gateway is a few lines: it remembers what was asked of it."""

import asyncio
import hmac
import json
from hashlib import sha256

from cardswitch.gateway.shop.app import Shop
from cardswitch.gateway.shop.client import GatewayError
from cardswitch.gateway.shop.deposits import Deposits
from cardswitch.gateway.shop.orders import OrderStore
from cardswitch.gateway.shop.paying import Paying
from cardswitch.gateway.shop.types.chooser import NAMES, Places, adapters
from cardswitch.gateway.shop.web import Secrets
from tests.kit.asgi import Browser

NOW = 1_796_000_000.0
URL = "https://shop.localhost:7111"
REQUEST_S = 5.0
KEY = "pk_test_1"
PAY = "https://pay.localhost:7109"
PLACES = Places(url=URL, pages=PAY, key=KEY, bank="https://bank.localhost:7113", iban="DE02")


class FakeGateway:
    """Sessions in memory. *is_away*: it does not answer."""

    def __init__(self):
        self.sessions = {}
        self.intents = {}
        self.done = {}
        self.asked = []
        paths = ("/v1/payouts", "/v1/balance_transactions", "/v1/refunds")
        self.lists = {path: [] for path in paths}
        self.is_away = False
        self.spent = {}  # by the key: what a copy is told of a confirmation that tried no card

    async def post(self, path, deed, **params):
        self._hear(path, deed, params)
        if path in ("/v1/checkout/sessions", "/v1/payment_intents") and deed in self.done:
            return self.done[deed]
        if path == "/v1/checkout/sessions":
            number = len(self.sessions) + 1
            self.done[deed] = self._session(number, params)
            return self.done[deed]
        if path == "/v1/payment_intents":
            self.intents["pi_1"] = {"id": "pi_1", "status": "requires_payment_method"}
            self.done[deed] = self.intents["pi_1"]
            return self.done[deed]
        if path.endswith("/confirm") and deed in self.spent:
            if self.spent[deed] is not None:
                raise self.spent[deed]
            return self.intents["pi_1"]
        if path.endswith("/confirm"):
            return self._confirm(params["payment_method_data"]["card"])
        return {}

    async def get(self, path, **params):
        self._hear(path, "", params)
        if path in self.lists:
            return {"data": self.lists[path], "has_more": False}
        id_ = path.rpartition("/")[2]
        return self.sessions[id_] if id_ in self.sessions else self.intents[id_]

    def _hear(self, path, deed, params):
        if self.is_away:
            raise GatewayError("the gateway does not answer: ConnectError")
        self.asked.append((path, deed, params))

    def _confirm(self, card):
        """...4241 is no number, ...9987 is declined, others are approved."""
        number = card.get("number", "")
        if number.endswith("4241"):
            raise GatewayError("mistyped", "incorrect_number", 402)
        intent = self.intents["pi_1"]
        intent["x_attempts"] = intent.get("x_attempts", 0) + 1
        if number.endswith("9987"):
            intent["x_customer_message"] = "Declined."
            raise GatewayError("lost", "card_declined", 402, "ch_1")
        charge = {"amount_refunded": 0}
        intent |= {"status": "succeeded", "amount_received": 1290, "latest_charge": charge}
        return intent

    def _session(self, number, params):
        session = {
            "object": "checkout.session",
            "id": f"cs_{number}",
            "status": "open",
            "payment_intent": None,
            "url": f"{PAY}/c/cs_{number}",
        }
        self.sessions[session["id"]] = session
        return session

    def pay(self, id_, status="succeeded", received=1290, refunded=0):
        """The session *id_* as it is once it was paid."""
        charge = {"id": "ch_1", "amount_refunded": refunded}
        intent = {"id": "pi_1", "status": status, "amount_received": received}
        intent["latest_charge"] = charge
        self.sessions[id_] |= {"status": "complete", "payment_intent": intent}


class FakeShop:
    """A shop, and a browser at it."""

    def __init__(self, folder):
        self.gateway = FakeGateway()
        self.orders = OrderStore(folder / "shop.db")
        self.notes = []
        self.keys = Secrets(merchant="open sesame", events="whsec_test")
        shop = Shop(
            self.orders,
            Paying(self.gateway, self.orders, adapters(self.gateway, PLACES)),
            self.keys,
            Deposits(self.gateway),
            PAY,
            PLACES.bank,
            ("shop.localhost",),
            ("EUR", "JPY"),
            NAMES,
            REQUEST_S,
            lambda: NOW,
            lambda *said: self.notes.append(said),
        )
        self.browser = Browser(shop.app, "shop.localhost:7111")

    def order(self, **form):
        """An order of one bag of beans and one packet of filters."""
        self.browser.post("/basket", {"item": "beans", "add": "yes"})
        self.browser.post("/basket", {"item": "filters", "add": "yes"})
        return self.browser.post("/orders", form)

    def made(self, number=1):
        """The order of that number."""
        return asyncio.run(self.orders.order(number))

    def thanks(self, number=1):
        """The page that tells what became of it."""
        return self.browser.get(f"/thanks/{self.made(number).ticket}")

    def tell(self, type_, about, id_="evt_1", at=NOW, secret=None):
        """An event that is posted to the shop, signed."""
        event = {"id": id_, "type": type_, "data": {"object": about}}
        body = json.dumps(event).encode()
        key = (secret or self.keys.events).encode()
        mark = hmac.new(key, f"{int(at)}.".encode() + body, sha256).hexdigest()
        headers = {"stripe_signature": f"t={int(at)},v1={mark}"}
        return self.browser.ask("POST", "/events", body, headers)
