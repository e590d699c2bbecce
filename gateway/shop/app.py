"""The shop as an application: its routes, and the port of the gateway's events."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cardswitch.wire.ports import Seconds
from cardswitch.wire.web.safety import headers_for

from .client import GatewayError
from .merchant import Counter
from .notices import read_event
from .orders import Notice, OrderStore
from .paying import Paying
from .visitors import Visitors
from .web import EVENTS, Note, Secrets, Web

_HERE: Final = Path(__file__).parent
_SHEETS: Final = (_HERE.parent / "pages" / "static" / "pay.css", _HERE / "static" / "shop.css")
SIGNATURE: Final = "stripe-signature"  # A header that clients of payment APIs know.


class Shop:
    """Its application, as `app`."""

    def __init__(
        self,
        orders: OrderStore,
        paying: Paying,
        keys: Secrets,
        pay_url: str,
        bank_url: str,
        names: Collection[str],
        currencies: Sequence[str],
        types: Sequence[str],
        request_s: Seconds,
        now: Callable[[], Seconds],
        note: Note,
    ) -> None:
        self._orders = orders
        self._paying = paying
        self._keys = keys
        self._now = now
        self._note = note
        self._files = {path.name: path.read_bytes() for path in (_HERE / "static").glob("*.js")}
        self._files["shop.css"] = b"".join(sheet.read_bytes() for sheet in _SHEETS)
        self._web = web = Web(pay_url, names, request_s, note, bank_url)
        visitors = Visitors(web, orders, paying, currencies, types, now)
        counter = Counter(web, orders, paying, keys, currencies[0], now)
        guarded, opened = web.guarded, counter.opened
        post = ["POST"]
        routes = [
            Route("/", guarded(visitors.catalogue)),
            Route("/basket", guarded(visitors.basket)),
            Route("/basket", guarded(visitors.fill), methods=post),
            Route("/orders", guarded(visitors.order), methods=post),
            Route("/pay/{ticket}", guarded(visitors.pay)),
            Route("/pay/{ticket}", guarded(visitors.resume), methods=post),
            Route("/pay/{ticket}/cancel", guarded(visitors.give_up), methods=post),
            Route("/thanks/{ticket}", guarded(visitors.thanks)),
            Route(EVENTS, guarded(self._event), methods=post),
            Route("/merchant", guarded(opened(counter.orders))),
            Route("/merchant/new", guarded(opened(counter.new))),
            Route("/merchant/new", guarded(opened(counter.make)), methods=post),
            Route("/merchant/{number:int}", guarded(opened(counter.order))),
            Route("/merchant/{number:int}", guarded(opened(counter.change)), methods=post),
            Route("/static/{name}", self._static),
        ]
        handlers: dict[Any, Any] = {HTTPException: web.nothing_here}
        self.app = Starlette(routes=routes, exception_handlers=handlers)

    async def _event(self, request: Request) -> Response:
        """POST /events: kept once, and a reason to ask how the order stands."""
        body, signature = await self._web.body(request), request.headers.get(SIGNATURE, "")
        secret = self._keys.events
        event = read_event(body, signature, secret, self._now()) if secret else None
        if event is None:
            self._note("shop_event_refused", "an event without a good signature")
            return Response("", 400)
        order = await self._paying.heard(event)
        about = (order.payment or "") if order is not None else ""
        await self._orders.notice(Notice(event.id, self._now(), event.type, about))
        try:
            if order is not None:
                await self._paying.look(order)
        except GatewayError:
            return Response("", 503)  # It will be sent again.
        return Response("", 204)

    async def _static(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in self._files:
            raise HTTPException(404)
        kind = "text/css" if name.endswith(".css") else "text/javascript"
        return Response(self._files[name], 200, headers_for(), kind)
