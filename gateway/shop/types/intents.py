"""Types where the shop confirms a payment intent of its own, with a card that came somehow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..client import GatewayError
from ..notices import SignedEvent
from ..orders import Order
from .adapter import (
    WRONG,
    Gateway,
    Go,
    Show,
    Started,
    Step,
    Told,
    attempt_in,
    attempts_of,
    page_of,
    tries_of,
    why_not,
)

INTENTS: Final = "/v1/payment_intents"
WITH_CHARGE: Final = "latest_charge"
_OVER: Final = ("succeeded", "requires_capture", "canceled")
# Which field of the form an error is about, that the gateway finds before anybody is asked.
_FIELDS: Final[Mapping[str, str]] = {
    "invalid_number": "number",
    "incorrect_number": "number",
    "invalid_expiry_month": "expiry",
    "invalid_expiry_year": "expiry",
    "invalid_cvc": "cvc",
    "expired_card": "expiry",
    "parameter_missing": "number",
    "parameter_invalid_integer": "expiry",
}
_SAID: Final = (400, 402, 409)  # declined, or done by the same form before
_TEXT_MAX: Final = 40
_UNTRIED: Final = ("requires_payment_method", "requires_confirmation")
SPENT_MAX: Final = 10  # keys of one attempt that came to nothing


class Server:
    """The card is typed in at the shop, whose server sends it on: all of it is in PCI's scope."""

    def __init__(self, gateway: Gateway, url: str) -> None:
        self._gateway = gateway
        self._url = url

    async def start(self, order: Order) -> Started:
        """See :class:`~.adapter.Adapter`."""
        intent = await self._gateway.post(
            INTENTS,
            f"order-{order.ticket}",
            amount=order.total,
            currency=order.currency.lower(),
            capture_method=order.capture,
            description=f"Order {order.id}",
        )
        return Started(intent["id"], self._form(order, why_not(order)))

    async def resume(self, order: Order, form: Mapping[str, Any]) -> Step:
        """See :class:`~.adapter.Adapter`: one try for each form, however often it comes."""
        attempt = attempt_in(form)
        if not order.payment or attempt != str(attempts_of(order)):
            return Go(page_of(order))
        deed = f"order-{order.ticket}-try-{attempt}"
        for spent in range(SPENT_MAX):
            try:
                intent = await self._confirmed(order, form, f"{deed}-{spent}" if spent else deed)
            except GatewayError as error:
                field = _FIELDS.get(error.code)
                if field is not None and not error.charge:  # Nobody was asked with it.
                    return self._form(order, "", {field: WRONG[field]})
                if not error.is_of_before:
                    if error.status not in _SAID:
                        raise
                    break
                intent = await self._gateway.get(f"{INTENTS}/{order.payment}")
            # A gateway that died while it asked about the cardholder has tried no card with that
            # key, and never will: then the attempt has another.
            if intent["status"] not in _UNTRIED or str(tries_of(intent)) != attempt:
                break
        return Go(page_of(order))  # What came of it is asked for there.

    async def _confirmed(self, order: Order, form: Mapping[str, Any], deed: str) -> dict[str, Any]:
        return await self._gateway.post(
            f"{INTENTS}/{order.payment}/confirm",
            deed,
            payment_method_data={"type": "card", "card": self._card(form)},
            return_url=self._url + page_of(order),
            **self._options(),
        )

    async def status(self, order: Order) -> Told:
        """See :class:`~.adapter.Adapter`."""
        intent = await self._gateway.get(f"{INTENTS}/{order.payment}", expand=(WITH_CHARGE,))
        is_over = intent["status"] in _OVER
        status = "complete" if is_over else "open"
        return {"id": intent["id"], "status": status, "payment_intent": intent}

    async def cancel(self, order: Order) -> None:
        """See :class:`~.adapter.Adapter`."""
        await self._gateway.post(f"{INTENTS}/{order.payment}/cancel", f"cancel-{order.ticket}")

    def notify(self, event: SignedEvent) -> str:
        """See :class:`~.adapter.Adapter`."""
        return event.intent

    def _form(self, order: Order, alert: str, errors: Mapping[str, str] | None = None) -> Show:
        values = {"action": page_of(order), "attempt": attempts_of(order)}
        return Show(template="card.html", values=values, alert=alert, errors=dict(errors or {}))

    def _card(self, form: Mapping[str, Any]) -> dict[str, Any]:
        month, _, year = _text(form, "expiry").replace(" ", "").partition("/")
        if not year:
            month, year = month[:2], month[2:]
        return {
            "number": _text(form, "number"),
            "exp_month": month,
            "exp_year": year,
            "cvc": _text(form, "cvc"),
        }

    def _options(self) -> dict[str, Any]:
        return {}


def _text(form: Mapping[str, Any], name: str) -> str:
    text = form.get(name, "")
    return text.strip()[:_TEXT_MAX] if isinstance(text, str) else ""


class Fields(Server):
    """The card is typed into fields of the gateway's in our page; our server gets a token of it."""

    def __init__(self, gateway: Gateway, url: str, key: str, *, is_moto: bool = False) -> None:
        super().__init__(gateway, url)
        self._key = key
        self._is_moto = is_moto

    def _form(self, order: Order, alert: str, errors: Mapping[str, str] | None = None) -> Show:
        values = {
            "action": page_of(order),
            "attempt": attempts_of(order),
            "key": self._key,
            "moto": self._is_moto,
        }
        return Show(template="fields.html", values=values, alert=alert, embeds=True)

    def _card(self, form: Mapping[str, Any]) -> dict[str, Any]:
        return {"token": _text(form, "token")}

    def _options(self) -> dict[str, Any]:
        return {"payment_method_options": {"card": {"moto": True}}} if self._is_moto else {}
