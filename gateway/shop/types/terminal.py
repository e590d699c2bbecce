"""An order that is paid in person: at a POS terminal, and found by the receipt's reference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..notices import SignedEvent
from ..orders import Order
from .adapter import Gateway, Go, Show, Started, Step, Told, page_of

TRANSACTIONS: Final = "/v1/balance_transactions"
PAGE: Final = 100
CLOCKS_S: Final = 60  # by so much the clocks of shop and bank may differ
REFERENCE_MAX: Final = 12  # field 37
_UNPAID: Final = "till-"
_NO_SALE: Final = (
    "There is no sale of this amount with that reference, made after the order. The receipt has it "
    "(RRN); a sale that was reversed does not count."
)


class Terminal:
    """The merchant types in the reference of the receipt; the gateway's entries prove the sale."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def start(self, order: Order) -> Started:
        """See :class:`~.adapter.Adapter`."""
        payment = order.payment or _UNPAID + order.ticket
        return Started(payment, Show(template="till.html"))

    async def resume(self, order: Order, form: Mapping[str, Any]) -> Step:
        """See :class:`~.adapter.Adapter`: the reference is believed if there is such a sale."""
        reference = str(form.get("reference", "")).strip()[:REFERENCE_MAX]
        sale = await self._sale(order, reference) if reference else None
        if sale is None or sale["amount"] != order.total:
            return Show(template="till.html", errors={"reference": _NO_SALE})
        return Go(page_of(order), payment=reference)

    async def status(self, order: Order) -> Told:
        """See :class:`~.adapter.Adapter`."""
        payment = order.payment or ""
        sale = None
        if not payment.startswith(_UNPAID):
            sale = await self._sale(order, payment)
        if sale is None:
            return {"id": payment, "status": "open", "payment_intent": None}
        intent = {"id": payment, "status": "succeeded", "amount_received": sale["amount"]}
        return {"id": payment, "status": "complete", "payment_intent": intent}

    async def cancel(self, order: Order) -> None:
        """See :class:`~.adapter.Adapter`: nobody else waits for it."""

    def notify(self, event: SignedEvent) -> str:
        """See :class:`~.adapter.Adapter`: the gateway has no events of terminals."""
        return ""

    async def _sale(self, order: Order, reference: str) -> dict[str, Any] | None:
        """The sale with that *reference*, less what was reversed of it; none if nothing is left.

        It was made after the order: a clock that is a bit behind is no reason not to believe it.
        """
        since = {"gte": int(order.at) - CLOCKS_S}
        page = await self._gateway.get(
            TRANSACTIONS, x_reference=reference, created=since, limit=PAGE
        )
        entries = page["data"]
        is_there = any(each["type"] == "charge" and not each["source"] for each in entries)
        amount = sum(each["amount"] for each in entries)
        same = all(each["currency"] == order.currency.lower() for each in entries)
        is_whole = is_there and same and not page["has_more"]
        return {"amount": amount} if is_whole and amount > 0 else None
