"""How the shop is paid: a session at the gateway for each order, and the truth asked for there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

from .catalogue import Wanted
from .client import GatewayClient
from .orders import Order, OrderStore

Capture = Literal["automatic", "manual"]
CAPTURES: Final[dict[str, Capture]] = {"automatic": "automatic", "manual": "manual"}
_WHOLE: Final = ("payment_intent.latest_charge",)


class Paying:
    """*url* is where visitors find the shop."""

    def __init__(self, gateway: GatewayClient, orders: OrderStore, url: str) -> None:
        self._gateway = gateway
        self._orders = orders
        self._url = url

    async def begin(
        self, number: int, lines: Sequence[Wanted], currency: str, capture: Capture
    ) -> str:
        """A session for order *number*; the address of its page. Raises GatewayError."""
        session = await self._gateway.post(
            "/v1/checkout/sessions",
            f"order-{number}",
            mode="payment",
            line_items=[_line(each, currency) for each in lines],
            client_reference_id=f"order-{number}",
            payment_intent_data={"capture_method": capture, "description": f"Order {number}"},
            success_url=f"{self._url}/thanks?session={{CHECKOUT_SESSION_ID}}",
            cancel_url=f"{self._url}/basket",
        )
        await self._orders.meet(number, session["id"])
        return str(session["url"])

    async def ask_for_events(self, url: str, types: Sequence[str]) -> str:
        """Have events of *types* posted to *url*; the secret that signs them. Raises GatewayError.

        However often it is asked, that is one endpoint.
        """
        path = "/v1/webhook_endpoints"
        made = await self._gateway.post(path, f"shop-{url}", url=url, enabled_events=types)
        return str(made["secret"])

    async def look(self, session: str) -> Order | None:
        """The order of *session*, as the gateway now says that it stands. Raises GatewayError."""
        if await self._orders.of_session(session) is None:
            return None
        said = await self._gateway.get(f"/v1/checkout/sessions/{session}", expand=_WHOLE)
        await self._orders.tell(said)
        return await self._orders.of_session(session)

    async def capture(self, order: Order, amount: int | None, *, is_last: bool) -> None:
        """Take what is set aside, or *amount* of it. Raises GatewayError."""
        more: dict[str, Any] = {"final_capture": is_last}
        if amount is not None:
            more["amount_to_capture"] = amount
        taken = order.intent.get("amount_received", 0)
        path = f"/v1/payment_intents/{order.intent['id']}/capture"
        await self._gateway.post(path, f"capture-{order.id}-{taken}", **more)

    async def cancel(self, order: Order) -> None:
        """Give up what is set aside. Raises GatewayError."""
        path = f"/v1/payment_intents/{order.intent['id']}/cancel"
        await self._gateway.post(path, f"cancel-{order.id}")

    async def refund(self, order: Order, amount: int | None) -> None:
        """Give back all that is left, or *amount* of it. Raises GatewayError."""
        more = {} if amount is None else {"amount": amount}
        charge = order.intent.get("latest_charge") or {}
        before = charge.get("amount_refunded", 0)
        await self._gateway.post(
            "/v1/refunds",
            f"refund-{order.id}-{before}",
            payment_intent=order.intent["id"],
            **more,
        )


def _line(wanted: Wanted, currency: str) -> dict[str, Any]:
    price = wanted.item.prices[currency]
    product = {"name": wanted.item.name}
    data = {"currency": currency.lower(), "unit_amount": price, "product_data": product}
    return {"price_data": data, "quantity": wanted.quantity}
