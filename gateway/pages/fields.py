"""Fields for a card in a frame of ours, within a form of the shop's; and the script that mounts it.

The shop's page gets a token, and never a card: frame and page say things to each other by messages,
each to the one origin that the shop's merchant has registered.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cardswitch.wire.ports import Seconds
from cardswitch.wire.web.guard import Guard
from cardswitch.wire.web.safety import headers_for, is_from_us

from ..api.faults import Fault
from ..api.forms import Value
from ..api.given.cards import Sealing
from .challenges import browser_of
from .entry import Entry, read_entry
from .till import CardDesk
from .words import why_not

KEY_MAX: Final = 200
ORIGIN_MAX: Final = 300
TEXT_MAX: Final = 2_000  # of a secret, or of the address where a browser comes back
_encode: Final = msgspec.json.encode
_NOT_FOR: Final = "This page has no card fields"
_REGISTER: Final = "Its key is not known, or its origin is not registered for the merchant."
_AGAIN: Final = "Nothing was sent. Try again in a moment."


class Fields:
    """Their routes. *render* makes a page of a template, *form* reads what one brings."""

    def __init__(
        self,
        desk: CardDesk,
        vault: Sealing,
        now: Callable[[], Seconds],
        render: Callable[..., str],
        form: Callable[[Request], Awaitable[Value | None]],
    ) -> None:
        self._desk = desk
        self._vault = vault
        self._now = now
        self._render = render
        self._form = form

    def routes(self, guard: Guard) -> list[Route]:
        """What they answer; *guard* guards them, and scripts are told in JSON what is refused."""
        return [
            Route("/fields/card", guard(self._show)),
            Route("/fields/token", guard(self._token, from_elsewhere=True), methods=["POST"]),
            Route("/fields/confirm", guard(self._confirm, from_elsewhere=True), methods=["POST"]),
        ]

    async def _show(self, request: Request) -> Response:
        """GET /fields/card: for the origin that may have it in a frame, and for no other."""
        key = request.query_params.get("key", "")[:KEY_MAX]
        origin = request.query_params.get("origin", "")[:ORIGIN_MAX]
        if not self._desk.may_frame(key, origin):
            text = self._render("message.html", title=_NOT_FOR, text=_REGISTER, offer=None, shop="")
            return Response(text, 403, headers_for(), "text/html")
        text = self._render("fields.html", key=key, shop=origin, **_wants(request))
        return Response(text, 200, headers_for(framed_by=origin), "text/html")

    async def _token(self, request: Request) -> Response:
        """POST /fields/token: a card becomes a token, good once for some minutes."""

        async def made(value: Value, entry: Entry) -> dict[str, Any]:
            assert entry.card is not None
            return {"token": await self._desk.token(_text(value, "key"), entry.card, entry.cvc)}

        return await self._with_card(request, made)

    async def _confirm(self, request: Request) -> Response:
        """POST /fields/confirm: a card pays the intent whose secret the page has."""

        async def paid(value: Value, entry: Entry) -> dict[str, Any]:
            assert entry.card is not None
            key, secret, back = (_text(value, name) for name in ("key", "secret", "back"))
            browser, card = browser_of(request), entry.card
            said = await self._desk.confirm(key, secret, card, entry.cvc, browser, back)
            return {"intent": said}

        return await self._with_card(request, paid)

    async def _with_card(
        self, request: Request, deed: Callable[[Value, Entry], Awaitable[dict[str, Any]]]
    ) -> Response:
        if not is_from_us(request):
            return _said(403, {"alert": "Not sent from our fields."})
        value = await self._form(request)
        if value is None:
            return _said(400, {"alert": "The card could not be read."})
        wants_code = value.get("moto") != "yes"
        entry = read_entry(value, self._vault, self._now(), wants_code=wants_code)
        if entry.card is None:
            return _said(200, {"errors": entry.errors})
        try:
            return _said(200, await deed(value, entry))
        except Fault as fault:
            status = fault.problem.status
            return _said(status, {"alert": why_not(fault.problem) if status == 402 else _AGAIN})


def _wants(request: Request) -> dict[str, bool]:
    """Whether it is an operator who types: by mail or telephone there is often no code."""
    return {"moto": request.query_params.get("moto") == "yes"}


def _text(value: Value, name: str) -> str:
    text = value.get(name, "")
    return text[:TEXT_MAX] if isinstance(text, str) else ""


def _said(status: int, told: dict[str, Any]) -> Response:
    return Response(_encode(told), status, headers_for(), "application/json")
