"""What all pages of the shop share: who may ask, how a page is made, what a form says."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from cardswitch.wire.ports import Seconds
from cardswitch.wire.web.body import read_body
from cardswitch.wire.web.files import templates_of
from cardswitch.wire.web.guard import Guard, Note
from cardswitch.wire.web.safety import headers_for

from ..api.forms import Value, readable_form
from ..pages.words import money
from .catalogue import Basket

BODY_MAX: Final = 256 * 1024
BASKET: Final = "__Host-basket"
CURRENCY: Final = "__Host-currency"
EVENTS: Final = "/events"
_SEE_OTHER: Final = 303


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
        self._request_s = request_s
        self._templates = templates_of(Path(__file__).parent, money=money)
        way, sorry = "Begin again on the first page.", "Try again soon."
        self.guard = Guard(names, self.message, note, "shop_failed", way=way, sorry=sorry)

    async def body(self, request: Request) -> bytes:
        """The body of *request*, within its bounds. Raises BodyRefused."""
        return await read_body(request, BODY_MAX, self._request_s)

    async def form(self, request: Request) -> Value:
        """What a form says. Raises BodyRefused."""
        return readable_form(await self.body(request))

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
