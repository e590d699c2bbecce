"""Events that the gateway posts: signed, or not read."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable
from hashlib import sha256
from typing import Any, Final

from msgspec import Struct

AGE_MAX_S: Final = 300.0
SIGNATURE_MAX: Final = 2_000


class SignedEvent(Struct, frozen=True):
    """What an event is about: *id* of it, *object* as it was then."""

    id: str
    type: str
    object: dict[str, Any]

    @property
    def session(self) -> str:
        """The checkout session that it is about, where it is about one."""
        return str(self.object["id"]) if self.object.get("object") == "checkout.session" else ""

    @property
    def intent(self) -> str:
        """The payment intent that it is about, where it is about one."""
        if self.object.get("object") == "payment_intent":
            return str(self.object["id"])
        return str(self.object.get("payment_intent") or "")


def read_event(body: bytes, signature: str, secret: str, now: float) -> SignedEvent | None:
    """The event in *body*, if whoever has *secret* signed it within AGE_MAX_S; else None."""
    pairs = [part.partition("=")[::2] for part in signature[:SIGNATURE_MAX].split(",")]
    times = [value for name, value in pairs if name.strip() == "t"]
    if len(times) != 1 or not times[0].isdecimal() or len(times[0]) > 15:
        return None
    if abs(now - int(times[0])) > AGE_MAX_S:
        return None
    wanted = hmac.new(secret.encode(), f"{times[0]}.".encode() + body, sha256).hexdigest()
    if not _any_is(wanted, (value for name, value in pairs if name.strip() == "v1")):
        return None
    try:
        said = json.loads(body)
        return SignedEvent(str(said["id"]), str(said["type"]), dict(said["data"]["object"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _any_is(wanted: str, given: Iterable[str]) -> bool:
    return any(hmac.compare_digest(wanted.encode(), each.encode()) for each in given)
