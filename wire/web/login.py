"""Pages for whoever has a secret: a form asks for it, a signed cookie stands for it afterwards.

What such a page changes is asked for by a form that brings a token of that cookie back, so that no
page of another origin can ask for it.
"""

from __future__ import annotations

import hmac
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256
from typing import Any, Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ..ports import Seconds
from .guard import Guard, Page
from .rates import Rate
from .safety import address_of, headers_for

LIVES_S: Final[Seconds] = 8 * 3_600.0  # a working day; the program's end is its end too
COOKIE_MAX: Final = 400
SECRET_MAX: Final = 200
ENDED_MAX: Final = 10_000  # cookies that are known to be of nobody any more
TRIES_PER_S: Final = 5  # of one address: nobody makes us look for keys all day
WRONG: Final = "This is not the key. It begins with sk_test_ and is shown once, when it is made."
TOO_OFTEN: Final = "Too many tries at once. Wait a moment, then try again."
ENDED: Final = "You are not logged in any more. Nothing was done: log in, then do it again."
STALE: Final = "This form is too old, or not of ours. Nothing was done: try again."
_INSIDE: Final = re.compile(r"(?:/[A-Za-z0-9_-]+)+|/")  # an address of ours, and of nobody else
_SEE_OTHER: Final = 303
_KEPT: Final[dict[str, Any]] = {"secure": True, "httponly": True, "samesite": "strict", "path": "/"}

Form = Mapping[str, Any]
Deed = Callable[[Request, Form], Awaitable[Response]]
Show = Callable[[Request, int, str, str], Response]  # the form: a status, an alert, where to then


class Sessions:
    """Who is logged in: the cookie *name* says it, signed with a key that lives as we do."""

    def __init__(self, name: str, now: Callable[[], Seconds]) -> None:
        self._name = f"__Host-{name}"
        self._now = now
        self._key = secrets.token_bytes(32)
        self._ended: dict[str, None] = {}  # cookies of who left, the oldest first

    def begin(self, answer: Response, who: str) -> None:
        """From now on the browser that gets *answer* is *who*'s."""
        told = urlsafe_b64encode(who.encode()).decode().rstrip("=")
        said = f"{told}.{int(self._now() + LIVES_S)}.{secrets.token_urlsafe(16)}"
        answer.set_cookie(self._name, f"{said}.{self._mark('cookie', said)}", **_KEPT)

    def end(self, request: Request, answer: Response) -> None:
        """It is nobody's any more, and whoever has a copy of *request*'s cookie is nobody."""
        self._ended[self._cookie(request)] = None
        if len(self._ended) > ENDED_MAX:
            del self._ended[next(iter(self._ended))]
        answer.delete_cookie(self._name, **_KEPT)

    def who(self, request: Request) -> str:
        """Whose *request* is; empty if nobody's who is logged in."""
        cookie = self._cookie(request)
        said, _, mark = cookie.rpartition(".")
        told, _, rest = said.partition(".")
        until = rest.partition(".")[0]
        if not hmac.compare_digest(mark.encode(), self._mark("cookie", said).encode()):
            return ""
        if int(until) <= self._now() or cookie in self._ended:
            return ""
        return urlsafe_b64decode(told + "=" * (-len(told) % 4)).decode()

    def token(self, request: Request) -> str:
        """What a form of a page for *request* brings back."""
        return self._mark("form", self._cookie(request))

    def holds(self, request: Request, token: object) -> bool:
        """Whether *token* is that of *request*'s pages."""
        return hmac.compare_digest(str(token).encode(), self.token(request).encode())

    def _cookie(self, request: Request) -> str:
        return request.cookies.get(self._name, "")[:COOKIE_MAX]

    def _mark(self, purpose: str, text: str) -> str:
        """The mark of *text*; no text has the same one for another *purpose*."""
        return hmac.new(self._key, f"{purpose}|{text}".encode(), sha256).hexdigest()


class Login:
    """The way in: *check* says whose a secret is, if it is one; *home* is the first page behind.

    *show* makes the form, *form* reads what one brings; *is_known* says whether somebody who came
    in is still one.
    """

    def __init__(
        self,
        sessions: Sessions,
        check: Callable[[str], str],
        show: Show,
        form: Callable[[Request], Awaitable[Form]],
        home: str,
        now: Callable[[], Seconds],
        is_known: Callable[[str], bool] = bool,
    ) -> None:
        self.sessions = sessions
        self._check = check
        self._show = show
        self._form = form
        self._home = home
        self._rate = Rate(TRIES_PER_S, now)
        self._is_known = is_known

    def routes(self, guard: Guard) -> list[Route]:
        """In and out."""
        return [
            Route("/login", guard(self._ask)),
            Route("/login", guard(self._enter), methods=["POST"]),
            Route("/logout", guard(self.deed(self._leave)), methods=["POST"]),
        ]

    def opened(self, page: Page) -> Page:
        """*page* for whoever is logged in; others are asked for the secret first."""

        async def shown(request: Request) -> Response:
            if self.who(request):
                return await page(request)
            return _to(f"/login?to={quote(request.url.path)}")

        return shown

    def deed(self, deed: Deed) -> Page:
        """*deed*, which gets the form, for whoever is logged in and was shown a page of ours."""

        async def done(request: Request) -> Response:
            if not self.who(request):
                return self._show(request, 403, ENDED, self._home)
            form = await self._form(request)
            if not self.sessions.holds(request, form.get("token", "")):
                return self._show(request, 403, STALE, self._home)
            return await deed(request, form)

        return done

    def who(self, request: Request) -> str:
        """Whose *request* is; empty if nobody's who may come in."""
        who = self.sessions.who(request)
        return who if who and self._is_known(who) else ""

    async def _ask(self, request: Request) -> Response:
        to = self._inside(request.query_params.get("to", ""))
        return _to(to) if self.who(request) else self._show(request, 200, "", to)

    async def _enter(self, request: Request) -> Response:
        form = await self._form(request)
        to = self._inside(str(form.get("to", "")))
        if self._rate.take(address_of(request)):
            return self._show(request, 429, TOO_OFTEN, to)
        who = self._check(str(form.get("key", "")).strip()[:SECRET_MAX])
        if not who:
            return self._show(request, 403, WRONG, to)
        answer = _to(to)
        self.sessions.begin(answer, who)
        return answer

    async def _leave(self, request: Request, form: Form) -> Response:
        answer = _to("/login")
        self.sessions.end(request, answer)
        return answer

    def _inside(self, to: str) -> str:
        return to if _INSIDE.fullmatch(to) and to != "/login" else self._home


def _to(url: str) -> Response:
    return RedirectResponse(url, _SEE_OTHER, headers_for())
