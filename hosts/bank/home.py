"""The bank's page for its customers: a link asks them to pay somebody, and they approve or not.

What is approved is a credit transfer. The payee hears of it by a camt.054 in a folder, and by
nothing else: whoever comes back from here has proved nothing.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from cardswitch.specs.errors import FormatError
from cardswitch.wire.operator.files import write_files
from cardswitch.wire.ports import Seconds
from cardswitch.wire.web.body import BodyRefused, read_body
from cardswitch.wire.web.files import Files, files_of, templates_of
from cardswitch.wire.web.guard import Guard, Note, Page
from cardswitch.wire.web.safety import headers_for, origin_of

from .config import BankConfig
from .credits import Wish, notice, wish_of

BODY_MAX: Final = 8 * 1024
PARAM_MAX: Final = 500
COOKIE: Final = "__Host-bank"
_SEE_OTHER: Final = 303
_HERE: Final = Path(__file__).parent
_ASKED: Final = ("to", "amount", "currency", "reference", "back")
_BAD_LINK: Final = "This link cannot be paid"
_OLD: Final = "Open the link of the shop again. Nothing was paid here."
_UNPAID: Final = "Nothing was paid. Try again in a moment."


class HomeApp:
    """The pages; *note* is told of what failed, and of nothing secret."""

    def __init__(self, config: BankConfig, now: Callable[[], Seconds], note: Note) -> None:
        assert config.pages is not None
        self._config = config
        self._place = config.pages
        self._now = now
        self._key = secrets.token_bytes(32)
        self._templates = templates_of(_HERE)
        handlers: dict[Any, Any] = {HTTPException: self._nothing_here}
        guard = Guard(self._place.names, self._said, note, "bank_failed", way=_OLD, sorry=_UNPAID)
        routes = [
            Route("/pay", guard(_readable(self._show, self._message))),
            Route("/pay", guard(_readable(self._hear, self._message)), methods=["POST"]),
            Route("/static/{name}", Files(files_of(_HERE)).page),
        ]
        self.app = Starlette(routes=routes, exception_handlers=handlers)

    async def _show(self, request: Request) -> Response:
        """GET /pay: who is to be paid, as the bank knows him, and how much."""
        asked = {name: request.query_params.get(name, "")[:PARAM_MAX] for name in _ASKED}
        wish, back = self._wish(asked), asked["back"]
        cookie = request.cookies.get(COOKIE, "") or secrets.token_urlsafe(32)
        name = secrets.token_hex(12)
        text = self._templates.get_template("approve.html").render(
            wish=wish,
            payee=self._config.payees[wish.iban],
            asked=asked,
            name=name,
            token=self._token(cookie, name, asked),
        )
        answer = Response(text, 200, headers_for(back), "text/html")
        keep = f"{COOKIE}={cookie}; Path=/; Secure; HttpOnly; SameSite=lax"
        answer.headers.append("Set-Cookie", keep)
        return answer

    async def _hear(self, request: Request) -> Response:
        """POST /pay: the customer says yes or no; a form that comes twice pays once."""
        body = await read_body(request, BODY_MAX, self._place.request_s)
        said = {name: found[0] for name, found in parse_qs(body.decode("ascii", "replace")).items()}
        asked = {name: said.get(name, "")[:PARAM_MAX] for name in _ASKED}
        name, token = said.get("name", ""), said.get("token", "")
        wanted = self._token(request.cookies.get(COOKIE, ""), name, asked)
        if not hmac.compare_digest(token.encode(), wanted.encode()):
            return self._message(403, "This page is too old", _OLD)
        wish = self._wish(asked)
        if said.get("deed") == "approve":
            content = notice(wish, name, self._now(), self._config.cut_off.zone)
            folder = Path(self._place.credits)
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_files(folder, {f"credit-{name}.xml": content})
        return RedirectResponse(asked["back"], _SEE_OTHER, headers_for(asked["back"]))

    def _wish(self, asked: dict[str, str]) -> Wish:
        """What is asked for, of somebody who is known here. Raises FormatError."""
        wish = wish_of(asked["to"], asked["amount"], asked["currency"], asked["reference"])
        if wish.iban not in self._config.payees:
            raise FormatError("the account of somebody whom this bank knows", seen=wish.iban)
        if origin_of(asked["back"]) not in self._place.shops:
            raise FormatError("a shop that this bank sends its customers back to")
        return wish

    def _token(self, cookie: str, name: str, asked: dict[str, str]) -> str:
        """What the form brings back: for this browser, this transfer, and what was shown of it."""
        said = json.dumps([cookie, name, *(asked[each] for each in _ASKED)])
        return hmac.new(self._key, said.encode(), sha256).hexdigest()

    def _message(self, status: int, title: str, text: str) -> Response:
        page = self._templates.get_template("message.html").render(title=title, text=text)
        return Response(page, status, headers_for(), "text/html")

    def _said(self, request: Request, status: int, title: str, text: str) -> Response:
        return self._message(status, title, text)

    async def _nothing_here(self, request: Request, error: Exception) -> Response:
        return self._message(404, "Nothing here", "Open the link of the shop.")


def _readable(page: Page, message: Callable[[int, str, str], Response]) -> Page:
    """*page*, which says what is wrong with a link or form."""

    async def shown(request: Request) -> Response:
        try:
            return await page(request)
        except (FormatError, BodyRefused) as error:
            return message(400, _BAD_LINK, str(error))

    return shown
