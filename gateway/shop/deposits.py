"""Which orders' money has come to the merchant's account, as the gateway knows from the books."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from .orders import Order

PAYOUTS: Final = "/v1/payouts"
TRANSACTIONS: Final = "/v1/balance_transactions"
PAGE: Final = 100  # the most that one call lists; of payouts the newest are looked at
PAID_OUT: Final = "paid out"
ON_ITS_WAY: Final = "deposit on its way"
IN_PART: Final = "deposited in part"
_UNDER_WAY: Final = ("paid", "in_transit")


class Lists(Protocol):
    """The part of the gateway's API that is asked here."""

    async def get(self, path: str, **params: Any) -> dict[str, Any]:
        """What is there. Raises GatewayError."""
        ...


class Deposits:
    """Asks for payouts, and once for the parts of each: those do not change."""

    def __init__(self, gateway: Lists) -> None:
        self._gateway = gateway
        self._parts: dict[str, Mapping[str, int]] = {}

    async def of(self, orders: Sequence[Order]) -> dict[int, str]:
        """By the number of an order, how far its money is; not of one that waits for a close.

        Raises GatewayError.
        """
        listed = (await self._gateway.get(PAYOUTS, limit=PAGE))["data"]
        states = {each["id"]: each["status"] for each in listed if each["status"] in _UNDER_WAY}
        self._parts = {id_: self._parts.get(id_) or await self._charges(id_) for id_ in states}
        paid, ordered = Counter[str](), Counter[str]()
        for id_, parts in self._parts.items():
            ordered.update(parts)
            paid.update(parts if states[id_] == "paid" else {})
        found = ((order.id, _word(order, paid, ordered)) for order in orders)
        return {number: word for number, word in found if word}

    async def _charges(self, payout: str) -> Mapping[str, int]:
        """What *payout* has of each charge, in minor units, before what it cost."""
        found, more = Counter[str](), {"payout": payout, "type": "charge", "limit": PAGE}
        while True:
            page = await self._gateway.get(TRANSACTIONS, **more)
            for each in page["data"]:
                found[each["source"] or ""] += each["amount"]
            if not page["has_more"]:
                return found
            more["starting_after"] = page["data"][-1]["id"]


def _word(order: Order, paid: Counter[str], ordered: Counter[str]) -> str:
    charge = order.intent.get("latest_charge") or {}
    id_, received = charge.get("id", ""), order.intent.get("amount_received", 0)
    if not id_ or not received or not ordered[id_]:
        return ""
    if paid[id_] >= received:
        return PAID_OUT
    return ON_ITS_WAY if ordered[id_] >= received else IN_PART
