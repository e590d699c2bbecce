"""What visitors see: the catalogue, their basket, and what became of an order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from cardswitch.wire.ports import Seconds

from .catalogue import ITEMS, QUANTITY_MAX
from .client import GatewayError
from .orders import OrderStore, Standing
from .paying import CAPTURES, Paying
from .web import BASKET, CURRENCY, Web, basket_of, remember

SESSION_MAX: Final = 100


class Visitors:
    """Their pages."""

    def __init__(
        self,
        web: Web,
        orders: OrderStore,
        paying: Paying,
        currencies: Sequence[str],
        now: Callable[[], Seconds],
    ) -> None:
        self._web = web
        self._orders = orders
        self._paying = paying
        self._currencies = currencies
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
        id_, quantity = str(form.get("item", "")), _quantity(form.get("quantity", "1"))
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
        lines = [(each.item.name, each.quantity, each.amount) for each in wanted]
        total = sum(each.amount for each in wanted)
        number = await self._orders.begin(self._now(), lines, total, currency)
        capture = CAPTURES.get(str(form.get("capture")), "automatic")
        try:
            url = await self._paying.begin(number, wanted, currency, capture)
        except GatewayError as error:
            self._web.note("shop_unpaid", f"order {number}: {error}")
            return self._basket(request, 503, "Paying is not possible now. Try again soon.")
        return self._web.to(url)

    async def thanks(self, request: Request) -> Response:
        """GET /thanks: proves nothing by itself, so the gateway is asked how the order stands."""
        session = request.query_params.get("session", "")[:SESSION_MAX]
        try:
            order = await self._paying.look(session)
        except GatewayError:
            order = await self._orders.of_session(session)
        if order is None:
            return self._web.message(request, 404, "No such order", "The link may be incomplete.")
        if order.standing not in (Standing.PAID, Standing.RESERVED):
            return self._web.render("thanks.html", request, order=order)
        answer = self._web.render("thanks.html", request, order=order, count=0)
        remember(answer, BASKET, "")
        return answer

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
            alert=alert,
        )


def _quantity(text: object) -> int:
    """
    >>> _quantity("2"), _quantity("x"), _quantity("9999999999")
    (2, 0, 0)
    """
    if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) <= 3:
        return min(int(text), QUANTITY_MAX)
    return 0
