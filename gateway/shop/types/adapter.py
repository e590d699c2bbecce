"""The five verbs that every type of gateway is driven by, and where each leads the browser."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol

from msgspec import Struct

from ..notices import SignedEvent
from ..orders import Order

WHOLE: Final = ("payment_intent.latest_charge",)
ATTEMPT_DIGITS_MAX: Final = 3
# What a shopper reads beside a field of a card; the gateway says only which one is wrong.
WRONG: Final[Mapping[str, str]] = {
    "number": "Check the card number: one of its digits is mistyped, or missing.",
    "expiry": "Check month and year, such as 12 / 30. A card that has expired cannot pay.",
    "cvc": "Enter the security code: three digits, or four on the front of some cards.",
}
UNSENT: Final = "Paying is not possible now, and no money was taken. Try again in a moment."

Told = dict[str, Any]
"""How a payment stands: `status` is open, complete or expired, `payment_intent` is a whole one."""


class Go(Struct, frozen=True):
    """The browser is to go to *url*; *payment* is what pays the order from now on, if it says."""

    url: str
    payment: str = ""


class Show(Struct, frozen=True, kw_only=True):
    """The shop is to show a page of its own."""

    template: str
    values: dict[str, Any] = {}
    alert: str = ""
    errors: dict[str, str] = {}
    embeds: bool = False  # scripts and frames of the gateway are in it
    is_sent_away: bool = False  # its form goes to the gateway, which must see whence it comes


Step = Go | Show


class Started(Struct, frozen=True):
    """*payment* is what the gateway calls it; the first *step* of the browser."""

    payment: str
    step: Step


class Adapter(Protocol):
    """One type of gateway. Each verb may be said again, and is done once. Raises GatewayError."""

    async def start(self, order: Order) -> Started:
        """Have *order* be payable, and lead the browser there; again, to where it now is."""
        ...

    async def resume(self, order: Order, form: Mapping[str, Any]) -> Step:
        """Go on with what the browser brings back to the shop, which proves nothing."""
        ...

    async def status(self, order: Order) -> Told:
        """How the payment stands, asked of whoever knows."""
        ...

    async def cancel(self, order: Order) -> None:
        """Have *order* be payable no more."""
        ...

    def notify(self, event: SignedEvent) -> str:
        """Which payment *event* is about, to be asked for; empty if about none."""
        ...


class Gateway(Protocol):
    """What is asked of the gateway's API."""

    async def get(self, path: str, **params: Any) -> dict[str, Any]:
        """The object at *path*. Raises GatewayError."""
        ...

    async def post(self, path: str, deed: str, **params: Any) -> dict[str, Any]:
        """Have something done once. Raises GatewayError."""
        ...


def page_of(order: Order) -> str:
    """The shop's page where *order* is paid."""
    return f"/pay/{order.ticket}"


def attempts_of(order: Order) -> int:
    """How many cards were tried: a form is good for one."""
    return tries_of(order.intent)


def tries_of(intent: Mapping[str, Any]) -> int:
    """How many cards were tried for *intent*."""
    return int(intent.get("x_attempts", 0))


def attempt_in(form: Mapping[str, Any]) -> str:
    """Which try a *form* was for, as far as it says.

    >>> attempt_in({"attempt": "2"}), attempt_in({"attempt": "-1"})
    ('2', '')
    """
    text = form.get("attempt")
    if isinstance(text, str) and text.isascii() and text.isdigit():
        return text if len(text) <= ATTEMPT_DIGITS_MAX else ""
    return ""


def why_not(order: Order) -> str:
    """What a shopper reads of the last card; empty if none was tried."""
    text = order.intent.get("x_customer_message")
    if not text:
        return ""
    return f"{text.rstrip('.')}. Use another card, or ask your bank. No money was taken."


def wrong_fields(form: Mapping[str, Any]) -> dict[str, str]:
    """The fields that the browser was told are wrong, with what to do.

    >>> list(wrong_fields({"wrong": "cvc,number,<b>"}))
    ['cvc', 'number']
    """
    return {name: WRONG[name] for name in str(form.get("wrong", "")).split(",") if name in WRONG}
