"""What the access control server hears and shows: AReqs at one port, browsers at the other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final, get_args
from urllib.parse import parse_qs
from uuid import uuid4

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cardswitch.specs.amounts import currency, format_amount
from cardswitch.specs.errors import FormatError
from cardswitch.specs.masking import mask_pan
from cardswitch.specs.three_ds.messages import (
    UNREADABLE,
    AReq,
    CReq,
    Erro,
    RReq,
    read,
    read_form,
    write,
    write_form,
)
from cardswitch.wire.ports import Seconds
from cardswitch.wire.web.body import BodyRefused, read_body
from cardswitch.wire.web.files import Files, files_of, templates_of
from cardswitch.wire.web.guard import Guard, Note
from cardswitch.wire.web.safety import headers_for

from .access import AccessControl, Challenge, Deed
from .config import AcsConfig

BODY_MAX: Final = 64 * 1024
CREQ_MAX: Final = 8 * 1024
_JSON: Final = "application/json; charset=utf-8"
_HERE: Final = Path(__file__).parent
_DEEDS: Final = get_args(Deed)
_WRONG: Final = "That is not the code. Tries left: {}."
_PAYS: Final = "Is it you who pays?"
_KEEPS: Final = "Is it you who has the card kept?"
_GONE: Final = "Go back to the shop and begin again. Nothing was confirmed here."

# Tells the 3DS server at a URL of a result; whether it took it.
Tell = Callable[[str, RReq], Awaitable[bool]]


class AcsApp:
    """Two applications about one *access*: `asked` for 3DS servers, `pages` for browsers."""

    def __init__(
        self,
        access: AccessControl,
        config: AcsConfig,
        now: Callable[[], Seconds],
        tell: Tell,
        note: Note,
    ) -> None:
        self._access = access
        self._config = config
        self._now = now
        self._tell = tell
        self._templates = templates_of(_HERE)
        self.asked = Starlette(routes=[Route("/areq", self._ask, methods=["POST"])])
        handlers: dict[Any, Any] = {HTTPException: self._nothing_here}
        names = config.pages.names
        guard = Guard(names, self._said, note, "acs_failed", way=_GONE, sorry=_GONE)
        routes = [
            Route("/challenge", guard(self._open, from_elsewhere=True), methods=["POST"]),
            Route("/challenge/{id}", guard(self._hear), methods=["POST"]),
            Route("/static/{name}", Files(files_of(_HERE)).page),
        ]
        self.pages = Starlette(routes=routes, exception_handlers=handlers)

    # 3DS servers ----------------------------------------------------------------------------------

    async def _ask(self, request: Request) -> Response:
        try:
            body = await read_body(request, BODY_MAX, self._config.request_s)
            asked = read(AReq, body)
        except (BodyRefused, FormatError) as error:
            erro = Erro(code=UNREADABLE, component="A", text=str(error), of="AReq")
            return Response(write(erro), 400, media_type=_JSON)
        answer = self._access.ask(asked, self._now(), lambda: str(uuid4()))
        return Response(write(answer), media_type=_JSON)

    # Browsers -------------------------------------------------------------------------------------

    async def _open(self, request: Request) -> Response:
        """A browser comes from the 3DS server's page: no cookie, and from elsewhere by design."""
        try:
            came = read_form(CReq, (await self._form(request, CREQ_MAX)).get("creq", ""))
        except FormatError:
            came = None
        challenge = self._access.opened(came, self._now()) if came is not None else None
        if challenge is None:
            return self._message(400, "There is nothing to confirm")
        return self._shown(challenge)

    async def _hear(self, request: Request) -> Response:
        form = await self._form(request, CREQ_MAX)
        now = self._now()
        challenge = self._access.find(request.path_params["id"], now)
        deed = form.get("deed", "")
        if challenge is None or deed not in _DEEDS:
            return self._message(400, "There is nothing to confirm")
        was_open = challenge.result is None
        code = form.get("code", "").strip()
        result = self._access.hear(challenge, deed, code, now)  # type: ignore[arg-type]
        if result is None:
            return self._shown(challenge, _WRONG.format(self._access.tries_left(challenge)))
        if was_open:
            await self._tell(challenge.asked.results_url, result)
        return self._shown(challenge)

    def _shown(self, challenge: Challenge, alert: str = "") -> Response:
        asked = challenge.asked
        back = asked.notification_url
        if challenge.result is not None:
            cres = write_form(challenge.answer)
            return self._render("back.html", 200, back, url=back, cres=cres)
        return self._render(
            "challenge.html",
            200 if not alert else 422,
            back,
            alert=alert,
            question=_PAYS if asked.amount else _KEEPS,
            amount=_amount(asked),
            merchant=asked.merchant,
            card=mask_pan(asked.number)[-4:],
            id=challenge.id,
            code=self._config.code,
        )

    def _render(self, name: str, status: int, leads_to: str = "", **more: Any) -> Response:
        """A page that the 3DS server's may frame, and whose form may lead there."""
        text = self._templates.get_template(name).render(**more)
        headers = headers_for(leads_to, framed_by=leads_to)
        return Response(text, status, headers, "text/html")

    def _message(self, status: int, title: str) -> Response:
        return self._render("message.html", status, title=title, text=_GONE)

    def _said(self, request: Request, status: int, title: str, text: str) -> Response:
        return self._render("message.html", status, title=title, text=text)

    async def _nothing_here(self, request: Request, error: Exception) -> Response:
        return self._message(getattr(error, "status_code", 404), "Nothing here")

    async def _form(self, request: Request, size_max: int) -> dict[str, str]:
        """The fields of a form; of one that cannot be read, none."""
        try:
            body = await read_body(request, size_max, self._config.pages.request_s)
            fields = parse_qs(body.decode("ascii"), max_num_fields=10, strict_parsing=True)
        except (BodyRefused, ValueError):
            return {}
        return {name: values[0] for name, values in fields.items() if len(values) == 1}


def _amount(asked: AReq) -> str:
    """What is bought for how much; empty where a card is to be kept."""
    if not asked.amount:
        return ""
    code = currency(asked.currency).alpha
    return f"{code}\u00a0{format_amount(int(asked.amount), code)}"
