"""What the merchant sees, who has the shop's secret: orders, and what can be done with each."""

from __future__ import annotations

import binascii
from base64 import b64decode
from hmac import compare_digest

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from cardswitch.specs.amounts import parse_amount
from cardswitch.specs.errors import FormatError

from ..api.forms import Value
from .client import GatewayError
from .orders import Order, OrderStore
from .paying import Paying
from .web import Page, Secrets, Web


class Counter:
    """Their pages. The secret is the password of HTTP's Basic, with any name."""

    def __init__(self, web: Web, orders: OrderStore, paying: Paying, keys: Secrets) -> None:
        self._web = web
        self._orders = orders
        self._paying = paying
        self._keys = keys

    def opened(self, page: Page) -> Page:
        """*page* for the merchant alone."""

        async def shown(request: Request) -> Response:
            if compare_digest(_password(request).encode(), self._keys.merchant.encode()):
                return await page(request)
            text = "Give the shop's secret as the password; any name will do."
            answer = self._web.message(request, 401, "For the merchant", text)
            answer.headers["WWW-Authenticate"] = 'Basic realm="shop"'
            return answer

        return shown

    async def orders(self, request: Request) -> Response:
        """GET /merchant: the latest orders."""
        return self._web.render("orders.html", request, orders=await self._orders.recent())

    async def order(self, request: Request) -> Response:
        """GET /merchant/{number}."""
        return await self._shown(request, await self._looked(request))

    async def change(self, request: Request) -> Response:
        """POST /merchant/{number}: capture, cancel or refund."""
        form = await self._web.form(request)
        if not compare_digest(str(form.get("token", "")).encode(), self._keys.form.encode()):
            return self._web.message(request, 403, "Not sent from our page", "Begin again.")
        order = await self._looked(request)
        try:
            await self._done(order, form)
        except (GatewayError, FormatError) as error:
            return await self._shown(request, order, 400, f"Not done: {error}")
        return self._web.to(f"/merchant/{order.id}")

    async def _done(self, order: Order, form: Value) -> None:
        text = str(form.get("amount", ""))
        amount = parse_amount(text, order.currency) if text else None
        match form.get("deed"):
            case "capture":
                await self._paying.capture(order, amount, is_last=not form.get("more"))
            case "cancel":
                await self._paying.cancel(order)
            case "refund":
                await self._paying.refund(order, amount)
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
            token=self._keys.form,
            alert=alert,
        )

    async def _looked(self, request: Request) -> Order:
        """The order that the address names, as it now stands. Raises HTTPException."""
        order = await self._orders.order(request.path_params["number"])
        if order is None:
            raise HTTPException(404)
        try:
            return await self._paying.look(order)
        except GatewayError:
            return order


def _password(request: Request) -> str:
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return b64decode(rest.strip(), validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""
