"""The pages of the panel: what a tester sees of a merchant, and what the forms have done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, Final, get_args

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from cardswitch.specs.codes import APPROVALS, REASONS
from cardswitch.specs.errors import Error
from cardswitch.wire.ports import Seconds
from cardswitch.wire.web.body import read_body
from cardswitch.wire.web.files import Files, files_of, templates_of
from cardswitch.wire.web.guard import Guard, Note
from cardswitch.wire.web.login import Form, Login, Sessions
from cardswitch.wire.web.safety import headers_for

from ..api.forms import readable_form
from ..api.keys import ApiKey, KeyFile
from ..pages.words import money
from .emulation import Emulation, What, Wish
from .payments import Payments

FORM_MAX: Final = 8 * 1024
ID_MAX: Final = 100
_HERE: Final = Path(__file__).parent
_PAY: Final = _HERE.parent / "pages"  # whose style ours begins with
_SEE_OTHER: Final = 303
_APART: Final = ("at", "where", "step", "message", "hex")  # of a step, what has its own place
_WHATS: Final[tuple[What, ...]] = get_args(What)
DECLINES: Final = tuple(each for each in REASONS.values() if each.code not in APPROVALS)
_DECLINED_WITH: Final = frozenset(each.code for each in DECLINES)
_DONE: Final = {
    "arm": "The issuer knows. Pay something now.",
    "disarm": "The next payment goes as ever.",
    "expire": "It is over.",
    "close": "The bank day is closed, and the merchants are paid.",
}
WORDS: Final[Mapping[What, tuple[str, str]]] = {
    "approve": ("Approve", "Whatever a rule, the card or the amount would say."),
    "decline": ("Decline", "At once, with the reason that is chosen."),
    "late": ("Answer late", "Approve, and say so when nobody waits any more."),
    "hang": ("Hang", "Set the money aside, and never answer."),
    "drop": ("Drop the line", "Hang up instead of an answer."),
}


class Panel:
    """Its application, as `app`. *names*: the hosts that a browser may ask for, without ports."""

    def __init__(
        self,
        keys: KeyFile,
        payments: Payments,
        emulation: Emulation,
        names: Collection[str],
        request_s: Seconds,
        now: Callable[[], Seconds],
        note: Note,
    ) -> None:
        self._keys = keys
        self._payments = payments
        self._emulation = emulation
        self._request_s = request_s
        self._now = now
        self._templates = templates_of(_HERE, money=money, told=_told)
        self._login = login = Login(
            Sessions("panel", now), self._whose, self._ask, self._form, "/", now, self._is_known
        )
        way, sorry = "Begin again on the first page.", "Whether it was done, the first page says."
        guard = Guard(names, self._say, note, "panel_failed", way=way, sorry=sorry)
        routes = [
            Route("/", guard(login.opened(self._home))),
            Route("/", guard(login.deed(self._do)), methods=["POST"]),
            Route("/story/{id}", guard(login.opened(self._story))),
            *login.routes(guard),
            Route("/static/{name}", Files(_files()).page),
        ]
        handlers: dict[Any, Any] = {HTTPException: self._nothing_here}
        self.app = Starlette(routes=routes, exception_handlers=handlers)

    # Pages ----------------------------------------------------------------------------------------

    async def _home(self, request: Request) -> Response:
        """GET /."""
        return await self._shown(request, done=_DONE.get(request.query_params.get("done", ""), ""))

    async def _do(self, request: Request, form: Form) -> Response:
        """POST /: what is wanted is done, or why not is said."""
        try:
            deed = await self._done(self._merchant(request), form)
        except Error as error:  # A Fault is one too.
            return await self._shown(request, 400, alert=f"Not done: {error}")
        return RedirectResponse(f"/?done={deed}", _SEE_OTHER, headers_for())

    async def _done(self, merchant: str, form: Form) -> str:
        """Do what *form* says; its name. Raises Error."""
        deed = str(form.get("deed", ""))
        match deed:
            case "arm":
                await asyncio.to_thread(self._emulation.arm, merchant, _wish(form))
            case "disarm":
                await asyncio.to_thread(self._emulation.disarm, merchant)
            case "expire":
                await self._payments.expire(merchant, str(form.get("id", ""))[:ID_MAX])
            case "close":
                await asyncio.to_thread(self._emulation.close_day)
            case _:
                raise Error("choose one of the deeds of this page")
        return deed

    async def _story(self, request: Request) -> Response:
        """GET /story/{id}."""
        id_ = request.path_params["id"][:ID_MAX]
        try:
            steps = await self._payments.story(self._merchant(request), id_)
        except Error:
            raise HTTPException(404) from None
        return self._render(request, "story.html", 200, id=id_, steps=steps)

    # Who ------------------------------------------------------------------------------------------

    def _whose(self, secret: str) -> str:
        key = self._keys.find(secret, self._now())
        return key.id if key is not None and key.kind == "secret" else ""

    def _key(self, id_: str) -> ApiKey | None:
        """The key *id_*, unless it was revoked since."""
        now = self._now()
        found = (key for key in self._keys.all() if key.id == id_ and not key.is_refused(now))
        return next(found, None)

    def _is_known(self, id_: str) -> bool:
        return self._key(id_) is not None

    def _merchant(self, request: Request) -> str:
        key = self._key(self._login.who(request))
        assert key is not None, "it was looked at before the page"
        return key.merchant

    # Answers --------------------------------------------------------------------------------------

    async def _shown(
        self, request: Request, status: int = 200, alert: str = "", done: str = ""
    ) -> Response:
        merchant, payments = self._merchant(request), self._payments
        armed = await asyncio.to_thread(self._emulation.armed, merchant)
        return self._render(
            request,
            "home.html",
            status,
            alert=alert,
            done=done,
            merchant=merchant,
            words=WORDS,
            declines=DECLINES,
            armed=armed,
            reason=REASONS.get(armed.code) if armed is not None else None,
            latest=await payments.latest(merchant),
            sessions=await payments.sessions(merchant),
            deposits=await payments.deposits(merchant),
        )

    def _ask(self, request: Request, status: int, alert: str, to: str) -> Response:
        return self._render(request, "login.html", status, alert=alert, to=to)

    def _say(self, request: Request, status: int, title: str, text: str) -> Response:
        return self._render(request, "message.html", status, title=title, text=text)

    def _render(self, request: Request, name: str, status: int, **more: Any) -> Response:
        token = self._login.sessions.token(request)
        text = self._templates.get_template(name).render(token=token, **more)
        return Response(text, status, headers_for(), "text/html")

    async def _nothing_here(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 404
        return self._say(request, status, "Nothing here", "The panel is on the first page.")

    async def _form(self, request: Request) -> Form:
        return readable_form(await read_body(request, FORM_MAX, self._request_s))


def _wish(form: Form) -> Wish:
    """What the issuer shall do. Raises Error."""
    what, code = form.get("what"), str(form.get("code", ""))
    if what not in _WHATS:
        raise Error("choose what the issuer does")
    if what != "decline":
        return Wish(what)
    if code not in _DECLINED_WITH:
        raise Error("choose the reason of the decline")
    return Wish(what, code)


def _told(step: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a step says besides, in words."""
    texts = (
        (name.replace("_", " "), ", ".join(map(str, value)) if isinstance(value, list) else value)
        for name, value in step.items()
        if name not in _APART and value not in ("", None, [])
    )
    return [(name, str(text)) for name, text in texts]


def _files() -> dict[str, bytes]:
    """Our style is that of the gateway's pages, and more."""
    return {"panel.css": files_of(_PAY)["pay.css"] + files_of(_HERE)["panel.css"]}
