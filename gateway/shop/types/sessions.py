"""Types where the gateway asks for the card: a checkout session, on its page or in the shop's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..notices import SignedEvent
from ..orders import Order
from .adapter import (
    UNSENT,
    WHOLE,
    Gateway,
    Go,
    Show,
    Started,
    Step,
    Told,
    attempts_of,
    page_of,
    why_not,
    wrong_fields,
)

SESSIONS: Final = "/v1/checkout/sessions"
LINKS: Final = "/v1/payment_links"


class Hosted:
    """The browser goes to the gateway's page, and comes back: the shop sees nothing of a card."""

    ui = "hosted_page"

    def __init__(self, gateway: Gateway, url: str, pages: str) -> None:
        self._gateway = gateway
        self._url = url
        self._pages = pages

    async def start(self, order: Order) -> Started:
        """See :class:`~.adapter.Adapter`."""
        details = {"capture_method": order.capture, "description": f"Order {order.id}"}
        session = await self._gateway.post(
            SESSIONS,
            f"order-{order.ticket}",
            mode="payment",
            ui_mode=self.ui,
            line_items=[_line(*each, order.currency) for each in order.lines],
            client_reference_id=f"order-{order.id}",
            payment_intent_data=details,
            success_url=self._success(order),
            cancel_url=self._cancel(order),
        )
        return Started(session["id"], self._step(order, session))

    async def resume(self, order: Order, form: Mapping[str, Any]) -> Step:
        """See :class:`~.adapter.Adapter`."""
        return (await self.start(order)).step

    async def status(self, order: Order) -> Told:
        """See :class:`~.adapter.Adapter`."""
        return await self._gateway.get(f"{SESSIONS}/{order.payment}", expand=WHOLE)

    async def cancel(self, order: Order) -> None:
        """See :class:`~.adapter.Adapter`."""
        await self._gateway.post(f"{SESSIONS}/{order.payment}/expire", f"expire-{order.ticket}")

    def notify(self, event: SignedEvent) -> str:
        """See :class:`~.adapter.Adapter`."""
        return event.session or event.intent

    def _success(self, order: Order) -> str:
        return f"{self._url}/thanks/{order.ticket}"

    def _cancel(self, order: Order) -> str:
        return f"{self._url}/basket"

    def _step(self, order: Order, session: Mapping[str, Any]) -> Step:
        return Go(session["url"])


class Framed(Hosted):
    """The same page, in a frame of the shop's: the browser stays."""

    ui = "embedded_page"

    def _step(self, order: Order, session: Mapping[str, Any]) -> Step:
        return Show(template="framed.html", values={"frame": session["url"]}, embeds=True)


class DirectPost(Hosted):
    """The shop's page has the form, which the browser posts to the gateway."""

    ui = "x_direct_post"

    async def resume(self, order: Order, form: Mapping[str, Any]) -> Step:
        """See :class:`~.adapter.Adapter`: the gateway says in the address which field is wrong."""
        session, wrong = order.payment or "", wrong_fields(form)
        alert = UNSENT if form.get("wrong") == "unsent" else ""
        return self._card(order, session, alert=alert or ("" if wrong else why_not(order)), **wrong)

    def _cancel(self, order: Order) -> str:
        return self._url + page_of(order)

    def _step(self, order: Order, session: Mapping[str, Any]) -> Step:
        return self._card(order, session["id"], alert=why_not(order))

    def _card(self, order: Order, session: str, *, alert: str, **errors: str) -> Show:
        return Show(
            template="card.html",
            values={"action": f"{self._pages}/d/{session}", "attempt": attempts_of(order)},
            alert=alert,
            errors=errors,
            is_sent_away=True,
        )


class PaymentLink(Hosted):
    """The order waits at an address of the gateway's, which the merchant sends to whoever pays."""

    async def start(self, order: Order) -> Started:
        """See :class:`~.adapter.Adapter`."""
        link = await self._gateway.post(
            LINKS,
            f"order-{order.ticket}",
            line_items=[_line(*each, order.currency) for each in order.lines],
            payment_intent_data={
                "capture_method": order.capture,
                "description": f"Order {order.id}",
            },
            restrictions={"completed_sessions": {"limit": 1}},
            after_completion={"type": "redirect", "redirect": {"url": self._success(order)}},
        )
        return Started(link["id"], Show(template="link.html", values={"link": link["url"]}))

    async def status(self, order: Order) -> Told:
        """See :class:`~.adapter.Adapter`."""
        link = await self._gateway.get(f"{LINKS}/{order.payment}")
        if link["x_session"] is not None:
            told = await self._gateway.get(f"{SESSIONS}/{link['x_session']}", expand=WHOLE)
            if told["status"] == "complete" or link["active"]:
                return told
        status = "open" if link["active"] else "expired"
        return {"id": link["id"], "status": status, "payment_intent": None}

    async def cancel(self, order: Order) -> None:
        """See :class:`~.adapter.Adapter`: no new session, and not the one that is open."""
        path = f"{LINKS}/{order.payment}"
        link = await self._gateway.post(path, f"inactive-{order.ticket}", active=False)
        if link["x_session"] is not None:
            session = f"{SESSIONS}/{link['x_session']}"
            await self._gateway.post(f"{session}/expire", f"expire-{order.ticket}")

    def notify(self, event: SignedEvent) -> str:
        """See :class:`~.adapter.Adapter`."""
        return str(event.object.get("payment_link") or event.intent)


def _line(name: str, quantity: int, amount: int, currency: str) -> dict[str, Any]:
    data = {
        "currency": currency.lower(),
        "unit_amount": amount // quantity,
        "product_data": {"name": name},
    }
    return {"price_data": data, "quantity": quantity}
