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
from cardswitch.wire.web.files import Files, files_of
from cardswitch.wire.web.guard import Note

from .client import GatewayError
from .deposits import Deposits
from .merchant import Counter
from .notices import read_event
from .orders import Notice, OrderStore
from .paying import Paying
from .visitors import Visitors
from .web import EVENTS, Secrets, Web

_HERE: Final = Path(__file__).parent
_SHEETS: Final = _HERE.parent / "pages"  # whose style ours begins with
SIGNATURE: Final = "stripe-signature"  # A header that clients of payment APIs know.


class Shop:
    """Its application, as `app`."""

    def __init__(
        self,
        orders: OrderStore,
        paying: Paying,
        keys: Secrets,
        deposits: Deposits,
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
        self._web = web = Web(pay_url, names, request_s, note, bank_url)
        visitors = Visitors(web, orders, paying, currencies, types, now)
        counter = Counter(web, orders, paying, keys, currencies, deposits, now)
        guard, opened, deed = web.guard, counter.login.opened, counter.login.deed
        post = ["POST"]
        routes = [
            Route("/", guard(visitors.catalogue)),
            Route("/basket", guard(visitors.basket)),
            Route("/basket", guard(visitors.fill), methods=post),
            Route("/orders", guard(visitors.order), methods=post),
            Route("/pay/{ticket}", guard(visitors.pay)),
            Route("/pay/{ticket}", guard(visitors.resume), methods=post),
            Route("/pay/{ticket}/cancel", guard(visitors.give_up), methods=post),
            Route("/thanks/{ticket}", guard(visitors.thanks)),
            Route(EVENTS, guard(self._event, from_elsewhere=True), methods=post),
            Route("/merchant", guard(opened(counter.orders))),
            Route("/merchant/new", guard(opened(counter.new))),
            Route("/merchant/new", guard(deed(counter.make)), methods=post),
            Route("/merchant/{number:int}", guard(opened(counter.order))),
            Route("/merchant/{number:int}", guard(deed(counter.change)), methods=post),
            *counter.login.routes(guard),
            Route("/static/{name}", Files(_files()).page),
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


def _files() -> dict[str, bytes]:
    """Our own; our style is that of the gateway's pages, and more."""
    ours = files_of(_HERE)
    return {**ours, "shop.css": files_of(_SHEETS)["pay.css"] + ours["shop.css"]}
