"""What the merchant sees, who has the shop's secret: orders, and what can be done with each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hmac import compare_digest
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from cardswitch.specs.amounts import parse_amount
from cardswitch.specs.errors import FormatError
from cardswitch.wire.ports import Seconds
from cardswitch.wire.web.login import Form, Login, Sessions

from .catalogue import ITEMS, Basket, quantity_in
from .client import GatewayError
from .deposits import Deposits
from .orders import Order, OrderStore, draft_of
from .paying import Paying
from .types.adapter import Show
from .types.chooser import BY_MERCHANT
from .web import Secrets, Web

BY_BANK: Final = "bank"
MERCHANT: Final = "merchant"  # who is logged in


class Counter:
    """Their pages; *login* is the way in, by the secret."""

    def __init__(
        self,
        web: Web,
        orders: OrderStore,
        paying: Paying,
        keys: Secrets,
        currencies: Sequence[str],
        deposits: Deposits,
        now: Callable[[], Seconds],
    ) -> None:
        self._currencies = currencies
        self._deposits = deposits
        self._now = now
        self._web = web
        self._orders = orders
        self._paying = paying
        self._keys = keys
        self.login = Login(
            Sessions("merchant", now), self._whose, self._ask, web.form, "/merchant", now
        )

    def _whose(self, secret: str) -> str:
        is_ours = compare_digest(secret.encode(), self._keys.merchant.encode())
        return MERCHANT if is_ours else ""

    def _ask(self, request: Request, status: int, alert: str, to: str) -> Response:
        return self._web.render("login.html", request, status=status, alert=alert, to=to)

    async def orders(self, request: Request) -> Response:
        """GET /merchant: the latest orders."""
        orders = await self._orders.recent()
        waiting = [order for order in orders if order.type == BY_BANK and order.standing == "new"]
        for order in waiting:  # Of those nobody tells us: what has come is looked at.
            await self._paying.look(order)
        if waiting:
            orders = await self._orders.recent()
        token, deposits = self.login.sessions.token(request), await self._paid_out(orders)
        return self._web.render(
            "orders.html", request, orders=orders, token=token, deposits=deposits
        )

    async def _paid_out(self, orders: Sequence[Order]) -> dict[int, str]:
        """How far the money of *orders* is; of nobody, if the gateway cannot say."""
        try:
            return await self._deposits.of(orders)
        except GatewayError:
            return {}

    async def new(self, request: Request) -> Response:
        """GET /merchant/new: an order that came by telephone, or in person."""
        return self._new(request)

    async def make(self, request: Request, form: Form) -> Response:
        """POST /merchant/new."""
        basket = Basket()
        for id_ in ITEMS:
            basket = basket.with_item(id_, quantity_in(form.get(id_)))
        currency = self._of_form(form.get("currency"))
        wanted = basket.wanted(currency)
        types = [choice.name for choice in BY_MERCHANT]
        if not wanted or form.get("type") not in types:
            text = "Say how many of what, and how it is paid."
            return self._new(request, 400, text, currency)
        order = await self._orders.begin(
            draft_of(wanted, currency, str(form["type"]), at=self._now())
        )
        await self._paying.start(order)
        is_typed = order.type == "moto"
        return self._web.to(f"/pay/{order.ticket}" if is_typed else f"/merchant/{order.id}")

    def _of_form(self, asked: object) -> str:
        return str(asked) if asked in self._currencies else self._currencies[0]

    def _new(
        self, request: Request, status: int = 200, alert: str = "", currency: str = ""
    ) -> Response:
        return self._web.render(
            "new.html",
            request,
            status=status,
            items=ITEMS.values(),
            currency=self._of_form(currency or request.query_params.get("currency")),
            currencies=self._currencies,
            choices=BY_MERCHANT,
            token=self.login.sessions.token(request),
            alert=alert,
        )

    async def order(self, request: Request) -> Response:
        """GET /merchant/{number}."""
        return await self._shown(request, await self._looked(request))

    async def change(self, request: Request, form: Form) -> Response:
        """POST /merchant/{number}: capture, cancel or refund."""
        order = await self._looked(request)
        try:
            await self._done(order, form)
        except (GatewayError, FormatError) as error:
            return await self._shown(request, order, 400, f"Not done: {error}")
        return self._web.to(f"/merchant/{order.id}")

    async def _done(self, order: Order, form: Form) -> None:
        text = str(form.get("amount", ""))
        amount = parse_amount(text, order.currency) if text else None
        match form.get("deed"):
            case "capture":
                await self._paying.capture(order, amount, is_last=not form.get("more"))
            case "cancel":
                await self._paying.cancel(order)
            case "refund":
                await self._paying.refund(order, amount)
            case "reference":
                step = await self._paying.resume(order, form)
                for problem in step.errors.values() if isinstance(step, Show) else ():
                    raise FormatError(problem)
            case _:
                raise HTTPException(400)

    async def _shown(
        self, request: Request, order: Order, status: int = 200, alert: str = ""
    ) -> Response:
        return self._web.render(
            "order.html",
            request,
            status=status,
            order=order,
            notices=await self._orders.notices(order.payment or "-"),
            token=self.login.sessions.token(request),
            alert=alert,
        )

    async def _looked(self, request: Request) -> Order:
        """The order that the address names, as it now stands. Raises HTTPException."""
        order = await self._orders.order(request.path_params["number"])
        if order is None:
            raise HTTPException(404)
        return await self._paying.last_seen(order)
