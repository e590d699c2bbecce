"""What all pages of the shop share: who may ask, how a page is made, what a form says."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Collection
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from cardswitch.wire.ports import Seconds
from cardswitch.wire.web.safety import headers_for, host_of, is_from_us

from ..api.faults import Fault
from ..api.forms import Value, read_body, read_form
from ..pages.words import money
from .catalogue import Basket

BODY_MAX: Final = 256 * 1024
BASKET: Final = "__Host-basket"
CURRENCY: Final = "__Host-currency"
EVENTS: Final = "/events"
_SEE_OTHER: Final = 303

Note = Callable[[str, str], None]
Page = Callable[[Request], Awaitable[Response]]


class Web:
    """Makes pages. Forms may lead to *pay_url*, the gateway's pages, and *bank_url*, the bank's.

    *names*: the hosts that a browser may ask for, without ports; others are refused. *note* is told
    of what failed, and of nothing secret.
    """

    def __init__(
        self,
        pay_url: str,
        names: Collection[str],
        request_s: Seconds,
        note: Note,
        bank_url: str = "",
    ) -> None:
        self.note = note
        self._pay_url = pay_url
        self._leaving = (pay_url, bank_url)
        self._names = frozenset(names)
        self._request_s = request_s
        loader = FileSystemLoader(Path(__file__).parent / "templates")
        self._templates = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
        self._templates.filters["money"] = money

    def guarded(self, page: Page) -> Page:
        """*page* for browsers that ask for us, and for forms of ours."""

        async def shown(request: Request) -> Response:
            if host_of(request) not in self._names:
                return self.message(request, 421, "This address is not ours", "")
            is_event = request.url.path == EVENTS
            if request.method == "POST" and not is_event and not is_from_us(request):
                return self.message(request, 403, "Not sent from our page", "Begin again.")
            try:
                return await page(request)
            except HTTPException:
                raise
            except Fault as fault:
                status = fault.problem.status
                return self.message(request, status, "This form could not be read", "Try again.")
            except Exception as error:
                self.note("shop_failed", f"{request.url.path[:60]}: {type(error).__name__}")
                return self.message(request, 500, "Something went wrong", "Try again soon.")

        return shown

    async def body(self, request: Request) -> bytes:
        """The body of *request*, within its bounds. Raises Fault."""
        return await read_body(request, BODY_MAX, self._request_s)

    async def form(self, request: Request) -> Value:
        """What a form says. Raises Fault."""
        return read_form((await self.body(request)).decode("ascii", "replace"))

    def render(
        self,
        name: str,
        request: Request,
        *,
        status: int = 200,
        embeds: bool = False,
        is_sent_away: bool = False,
        **more: Any,
    ) -> Response:
        """The template *name*; *embeds*: scripts and frames of the gateway.

        *is_sent_away*: its form goes to the gateway, which is told our origin, and no more.
        """
        more.setdefault("count", basket_of(request).count)
        text = self._templates.get_template(name).render(pay_url=self._pay_url, **more)
        headers = headers_for(*self._leaving, embeds=self._pay_url if embeds else "")
        if is_sent_away:
            headers["Referrer-Policy"] = "strict-origin"
        return Response(text, status, headers, "text/html")

    def message(self, request: Request, status: int, title: str, text: str) -> Response:
        """A page of one sentence."""
        return self.render("message.html", request, status=status, title=title, text=text)

    def to(self, url: str) -> Response:
        """Go on there."""
        return RedirectResponse(url, _SEE_OTHER, headers_for(*self._leaving))

    async def nothing_here(self, request: Request, error: Exception) -> Response:
        """What is no page of ours."""
        status = error.status_code if isinstance(error, HTTPException) else 404
        return self.message(request, status, "Nothing here", "The catalogue is on the first page.")


def basket_of(request: Request) -> Basket:
    """What the visitor wants."""
    return Basket.read(request.cookies.get(BASKET, ""))


def remember(answer: Response, cookie: str, text: str) -> None:
    """Let the browser keep *text*; nothing, if it is empty."""
    keep = {"secure": True, "httponly": True, "samesite": "lax", "path": "/"}
    if text:
        answer.set_cookie(cookie, text, **keep)  # type: ignore[arg-type]
    else:
        answer.delete_cookie(cookie, **keep)  # type: ignore[arg-type]


class Secrets:
    """What the shop must not show: *merchant* opens the orders, *events* signs what is posted.

    Until *events* is known no event is believed.
    """

    def __init__(self, merchant: str, events: str = "") -> None:
        self.merchant = merchant
        self.events = events
        self.form = secrets.token_urlsafe(32)  # which forms of the merchant's pages bring back
