"""Shoppers of a gateway that dies: each call is repeated with its key until it has an answer."""

from __future__ import annotations

import http.client
import json
import ssl
import threading
import time
from collections.abc import Callable
from http.client import HTTPSConnection
from typing import Any
from urllib.parse import urlencode

PAUSE_S = 0.2
ANSWER_S = 20.0
RETRIED = (409, 503)
DECLINED_CENTS = 51  # The issuer declines amounts that end so, above a thousand.


class Shopper:
    """Orders without a pause until told to stop; then finishes what was begun."""

    def __init__(
        self, name: str, port: int, context: ssl.SSLContext, secret: str, patience_s: float
    ) -> None:
        self.refs: list[str] = []  # ids of intents
        self.refunds: list[str] = []  # their ids
        self.broken = ""
        self._name = name
        self._port = port
        self._context = context
        self._secret = secret
        self._patience_s = patience_s
        self._calls = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def begin(self) -> None:
        """Order on a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Have it begin nothing more."""
        self._stop.set()

    def finish(self) -> None:
        """Return when the orders in work are done; an AssertionError if anything was wrong."""
        self._thread.join()
        assert not self.broken, self.broken

    def listen(self, url: str) -> None:
        """Have *url* be told of every event."""
        self._post("/v1/webhook_endpoints", url=url, **{"enabled_events[]": "*"})

    def received(self) -> int:
        """What its orders have brought in, less what was given back, as the API says."""
        intents = [self._shown("payment_intents", id_) for id_ in self.refs]
        refunds = [self._shown("refunds", id_) for id_ in self.refunds]
        back = sum(each["amount"] for each in refunds if each["status"] == "succeeded")
        return sum(each["amount_received"] for each in intents) - back

    def _shown(self, kind: str, id_: str) -> dict[str, Any]:
        return self._told("GET", f"/v1/{kind}/{id_}", {}, "")

    # Orders ---------------------------------------------------------------------------------------

    def _run(self) -> None:
        stories: tuple[Callable[[], None], ...] = (
            self._sale, self._two_steps, self._captured, self._declined,
        )  # fmt: skip
        try:
            while not self._stop.is_set():
                for story in stories:
                    story()
        except AssertionError as error:
            self.broken = f"{self._name}: {error}"

    def _sale(self) -> None:
        self._create(amount=1250, confirm="true")

    def _two_steps(self) -> None:
        intent = self._create(amount=800)
        intent = self._ended(self._post(f"/v1/payment_intents/{intent['id']}/confirm"))
        if intent["status"] == "succeeded":
            refund = self._post("/v1/refunds", payment_intent=intent["id"], amount=100)
            self.refunds.append(refund["id"])

    def _captured(self) -> None:
        intent = self._create(amount=5000, capture_method="manual", confirm="true")
        if intent["status"] == "requires_capture":
            self._post(f"/v1/payment_intents/{intent['id']}/capture", amount_to_capture=4100)

    def _declined(self) -> None:
        self._create(amount=100_000 + DECLINED_CENTS, confirm="true")

    def _create(self, **params: Any) -> dict[str, Any]:
        asked = {"currency": "eur", "payment_method": "pm_card_visa", **params}
        intent = self._ended(self._post("/v1/payment_intents", **asked))
        self.refs.append(intent["id"])
        return intent

    def _ended(self, intent: dict[str, Any]) -> dict[str, Any]:
        """The intent, once its outcome is known."""
        end = time.monotonic() + self._patience_s
        while intent["status"] == "processing":
            assert time.monotonic() < end, f"{intent['id']} hangs in processing"
            time.sleep(PAUSE_S)
            intent = self._told("GET", f"/v1/payment_intents/{intent['id']}", {}, "")
        return intent

    # Calls ----------------------------------------------------------------------------------------

    def _post(self, path: str, **params: Any) -> dict[str, Any]:
        self._calls += 1
        return self._told("POST", path, params, f"{self._name}-{self._calls}")

    def _told(self, method: str, path: str, params: dict[str, Any], key: str) -> dict[str, Any]:
        """What was answered in the end: the object, also where an error tells of it."""
        end = time.monotonic() + self._patience_s
        while time.monotonic() < end:
            try:
                status, body = self._once(method, path, params, key)
            except (OSError, http.client.HTTPException):
                time.sleep(PAUSE_S)  # It died, or is not up again yet.
                continue
            if status in RETRIED:
                time.sleep(PAUSE_S)
                continue
            found: dict[str, Any] = body.get("error", {}).get("payment_intent") or body
            assert "id" in found, f"{method} {path}: {status} {body}"
            return found
        raise AssertionError(f"{method} {path}: no answer in {self._patience_s:g} s")

    def _once(
        self, method: str, path: str, params: dict[str, Any], key: str
    ) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {self._secret}"}
        if method == "POST":
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Idempotency-Key": key}
        connection = HTTPSConnection(
            "127.0.0.1", self._port, context=self._context, timeout=ANSWER_S
        )
        try:
            connection.request(method, path, urlencode(params) or None, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()
