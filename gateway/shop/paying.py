"""How the shop is paid: by the adapter of an order's type, and the truth asked for there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from .client import GatewayClient, GatewayError
from .notices import SignedEvent
from .orders import Order, OrderStore
from .types.adapter import Adapter, Go, Show, Step, page_of

Capture = Literal["automatic", "manual"]
CAPTURES: Final[dict[str, Capture]] = {"automatic": "automatic", "manual": "manual"}
LISTED: Final = 100  # refunds: an order has fewer
_TAKEN: Final = "This sale has paid another order."


class Paying:
    """*adapters* by the type of gateway."""

    def __init__(
        self, gateway: GatewayClient, orders: OrderStore, adapters: Mapping[str, Adapter]
    ) -> None:
        self._gateway = gateway
        self._orders = orders
        self._adapters = adapters

    async def start(self, order: Order) -> Step:
        """Where the browser is led that is to pay *order*. Raises GatewayError."""
        started = await self._adapters[order.type].start(order)
        if started.payment != order.payment:
            await self._orders.meet(order.id, started.payment)
        return started.step

    async def resume(self, order: Order, form: Mapping[str, Any]) -> Step:
        """Where the browser is led that brings back *form*. Raises GatewayError."""
        if not order.payment:
            return Go(page_of(order))
        step = await self._adapters[order.type].resume(order, form)
        if isinstance(step, Go) and step.payment and step.payment != order.payment:
            if await self._orders.of_payment(step.payment) is not None:
                return Show(template="till.html", errors={"reference": _TAKEN})
            await self._orders.meet(order.id, step.payment)
        return step

    async def look(self, order: Order) -> Order:
        """*order* as the gateway now says that it stands. Raises GatewayError."""
        if not order.payment:
            return order
        await self._orders.tell(order.id, await self._adapters[order.type].status(order))
        return await self._orders.order(order.id) or order

    async def last_seen(self, order: Order) -> Order:
        """*order* as the gateway now says that it stands, or said last, if it cannot be asked."""
        try:
            return await self.look(order)
        except GatewayError:
            return order

    async def give_up(self, order: Order) -> None:
        """Have *order* be payable no more; one that is paid stays so. Raises GatewayError."""
        if not order.payment:
            return
        try:
            await self._adapters[order.type].cancel(order)
        except GatewayError as error:
            if not error.status:
                raise

    async def heard(self, event: SignedEvent) -> Order | None:
        """The order that *event* is about, if it is about one."""
        for payment in {adapter.notify(event) for adapter in self._adapters.values()} - {""}:
            order = await self._orders.of_payment(payment)
            if order is not None:
                return order
        return None

    async def ask_for_events(self, url: str, types: Sequence[str]) -> str:
        """Have events of *types* posted to *url*; the secret that signs them. Raises GatewayError.

        However often it is asked, that is one endpoint.
        """
        path = "/v1/webhook_endpoints"
        deed = f"shop-{url}-{len(types)}"
        made = await self._gateway.post(path, deed, url=url, enabled_events=types)
        return str(made["secret"])

    async def capture(self, order: Order, amount: int | None, *, is_last: bool) -> None:
        """Take what is set aside, or *amount* of it. Raises GatewayError.

        Another amount is another deed: the one before may have been refused.
        """
        more: dict[str, Any] = {"final_capture": is_last}
        if amount is not None:
            more["amount_to_capture"] = amount
        taken = order.intent.get("amount_received", 0)
        path = f"/v1/payment_intents/{order.intent['id']}/capture"
        asked = f"{'all' if amount is None else amount}-{'last' if is_last else 'part'}"
        await self._gateway.post(path, f"{_deed('capture', order, taken)}-{asked}", **more)

    async def cancel(self, order: Order) -> None:
        """Give up what is set aside. Raises GatewayError."""
        path = f"/v1/payment_intents/{order.intent['id']}/cancel"
        await self._gateway.post(path, _deed("cancel", order))

    async def refund(self, order: Order, amount: int | None) -> None:
        """Give back all that is left, or *amount* of it. Raises GatewayError.

        One that failed can be asked for again: those before it are counted, however they ended.
        """
        more = {} if amount is None else {"amount": amount}
        path, intent = "/v1/refunds", order.intent["id"]
        before = await self._gateway.get(path, payment_intent=intent, limit=LISTED)
        deed = _deed("refund", order, len(before["data"]))
        await self._gateway.post(path, deed, payment_intent=intent, **more)


def _deed(what: str, order: Order, before: int = 0) -> str:
    """Its name, of no other order: a shop whose file is new counts from 1 again."""
    return f"{what}-{order.id}-{order.ticket}-{before}"
