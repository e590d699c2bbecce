"""What visitors see: the catalogue, their basket, and what became of an order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from cardswitch.wire.ports import Seconds

from .catalogue import ITEMS, quantity_in
from .client import GatewayError
from .orders import Order, OrderStore, Standing, draft_of
from .paying import CAPTURES, Paying
from .types.adapter import UNSENT, Go, Show, Step, page_of
from .types.chooser import CHOICES
from .web import BASKET, CURRENCY, Web, basket_of, remember

REFRESH_S: Final = 2  # how often a page that waits looks again
AT_TILL: Final = "till"
_DONE: Final = (Standing.PAID, Standing.RESERVED)


class Visitors:
    """Their pages."""

    def __init__(
        self,
        web: Web,
        orders: OrderStore,
        paying: Paying,
        currencies: Sequence[str],
        types: Sequence[str],
        now: Callable[[], Seconds],
    ) -> None:
        self._web = web
        self._orders = orders
        self._paying = paying
        self._currencies = currencies
        self._choices = [choice for choice in CHOICES if choice.name in types]
        self._now = now

    async def catalogue(self, request: Request) -> Response:
        """GET /: what there is to buy."""
        asked = request.query_params.get("currency", "")
        currency = asked if asked in self._currencies else self._currency(request)
        answer = self._web.render(
            "catalogue.html",
            request,
            items=ITEMS.values(),
            currency=currency,
            currencies=self._currencies,
        )
        remember(answer, CURRENCY, currency)
        return answer

    async def basket(self, request: Request) -> Response:
        """GET /basket."""
        return self._basket(request)

    async def fill(self, request: Request) -> Response:
        """POST /basket: *add* more of an item, or have a *quantity* of it."""
        form, basket = await self._web.form(request), basket_of(request)
        id_, quantity = str(form.get("item", "")), quantity_in(form.get("quantity", "1"))
        is_added = bool(form.get("add"))
        if is_added:
            quantity += basket.quantities.get(id_, 0)
        answer = self._web.to("/" if is_added else "/basket")
        remember(answer, BASKET, basket.with_item(id_, quantity).text())
        return answer

    async def order(self, request: Request) -> Response:
        """POST /orders: what is in the basket, to be paid at the gateway."""
        form, currency = await self._web.form(request), self._currency(request)
        wanted = basket_of(request).wanted(currency)
        if not wanted:
            return self._basket(request, 400, "The basket is empty.")
        draft = draft_of(
            wanted,
            currency,
            self._type(form.get("type")),
            at=self._now(),
            capture=CAPTURES.get(str(form.get("capture")), "automatic"),
        )
        order = await self._orders.begin(draft)
        try:
            step = await self._paying.start(order)
        except GatewayError as error:
            self._web.note("shop_unpaid", f"order {order.id}: {error}")
            return self._basket(request, 503, "Paying is not possible now. Try again soon.")
        return self._web.to(step.url if isinstance(step, Go) else page_of(order))

    async def pay(self, request: Request) -> Response:
        """GET /pay/{ticket}: where an order is paid, or what became of it."""
        order = await self._order(request)
        if order.standing != Standing.NEW:
            return self._web.to(f"/thanks/{order.ticket}")
        action = order.intent.get("next_action")
        if action:  # The bank asks who pays, and sends the browser back here.
            return self._web.to(str(action["redirect_to_url"]["url"]))
        if order.intent.get("status") == "processing":
            return self._web.render("waiting.html", request, order=order, refresh=REFRESH_S)
        query = dict(request.query_params)
        return await self._led(request, order, query if "wrong" in query else None)

    async def resume(self, request: Request) -> Response:
        """POST /pay/{ticket}: what a form of ours brings back."""
        form, order = await self._web.form(request), await self._order(request)
        if order.type == AT_TILL:  # The merchant has seen the receipt, and no visitor has.
            raise HTTPException(404)
        return await self._led(request, order, form)

    async def give_up(self, request: Request) -> Response:
        """POST /pay/{ticket}/cancel: it is not to be paid, and the basket is still there."""
        try:
            await self._paying.give_up(await self._order(request))
        except GatewayError:
            return self._web.message(request, 503, "Not now", "Try again in a moment.")
        return self._web.to("/basket")

    async def thanks(self, request: Request) -> Response:
        """GET /thanks/{ticket}: proves nothing by itself; the gateway was asked."""
        order = await self._order(request)
        if order.standing not in _DONE:
            return self._web.render("thanks.html", request, order=order)
        answer = self._web.render("thanks.html", request, order=order, count=0)
        remember(answer, BASKET, "")
        return answer

    async def _led(
        self, request: Request, order: Order, form: Mapping[str, Any] | None
    ) -> Response:
        try:
            step: Step
            if form is None:
                step = await self._paying.start(order)
            else:
                step = await self._paying.resume(order, form)
        except GatewayError as error:
            self._web.note("shop_unpaid", f"order {order.id}: {error}")
            return self._web.message(request, 503, "Not now", UNSENT)
        if isinstance(step, Go):
            return self._web.to(step.url)
        return self._shown(request, order, step, 422 if form and step.errors else 200)

    def _shown(self, request: Request, order: Order, step: Show, status: int) -> Response:
        return self._web.render(
            step.template,
            request,
            status=status,
            embeds=step.embeds,
            is_sent_away=step.is_sent_away,
            order=order,
            alert=step.alert,
            errors=step.errors,
            **step.values,
        )

    async def _order(self, request: Request) -> Order:
        """The order of the address, as the gateway says now, or said last. Raises HTTPException."""
        order = await self._orders.of_ticket(request.path_params["ticket"])
        if order is None:
            raise HTTPException(404)
        return await self._paying.last_seen(order)

    def _type(self, asked: object) -> str:
        names = [choice.name for choice in self._choices]
        return str(asked) if asked in names else names[0]

    def _currency(self, request: Request) -> str:
        """In which the visitor sees prices."""
        text = request.cookies.get(CURRENCY, "")
        return text if text in self._currencies else self._currencies[0]

    def _basket(self, request: Request, status: int = 200, alert: str = "") -> Response:
        currency = self._currency(request)
        wanted = basket_of(request).wanted(currency)
        return self._web.render(
            "basket.html",
            request,
            status=status,
            lines=wanted,
            total=sum(line.amount for line in wanted),
            currency=currency,
            choices=self._choices,
            alert=alert,
        )
