"""The pages as an application: what each address shows, and where a form leads."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from cardswitch.wire.ports import Seconds
from cardswitch.wire.web.files import Files, files_of, templates_of
from cardswitch.wire.web.guard import Guard, Note
from cardswitch.wire.web.rates import Rate
from cardswitch.wire.web.safety import SELF, headers_for, origin_of, with_query

from ..api.faults import Fault
from ..api.forms import Value, read_body, read_form
from ..api.given.cards import Sealing
from ..core.authentication import PAGES
from ..core.intents import TRIES_MAX
from .challenges import Challenges, Visit, browser_of
from .entry import TEXT_MAX, Entry, read_entry
from .fields import Fields
from .till import CardDesk, Offer, Stage, Till
from .tokens import COOKIE, Tokens, give_cookie
from .words import money, why_not

FORM_MAX: Final = 8 * 1024
ID_MAX: Final = 100
REFRESH_S: Final = 2  # how often a page that waits looks again
_HERE: Final = Path(__file__).parent
_FILES: Final = Files(files_of(_HERE))
_FOR_ALL: Final = {"Cross-Origin-Resource-Policy": "cross-origin"}
_SEE_OTHER: Final = 303
_STALE: Final = "This page was open in another tab, or for too long. Enter the card once more."
_TRIED: Final = "Too many cards were tried. Go back to the shop and begin again."


class Pages:
    """Shows offers, and lets them be paid. *note* is told of what failed, and of nothing secret.

    *names*: the hosts that a browser may ask for, without ports; others are refused.
    """

    def __init__(
        self,
        till: Till,
        desk: CardDesk,
        vault: Sealing,
        now: Callable[[], Seconds],
        names: Collection[str],
        request_s: Seconds,
        note: Note,
        bank: Challenges,
        rate: Rate | None = None,
    ) -> None:
        self._till = till
        self._vault = vault
        self._now = now
        self._request_s = request_s
        self._tokens = Tokens()
        self._templates = templates_of(_HERE, money=money)
        self._bank = bank
        guard = self._guard(names, note, rate)
        routes = [
            Route("/c/{id}", guard(self._show)),
            Route("/c/{id}/pay", guard(self._pay), methods=["POST"]),
            Route("/l/{id}", guard(self._link)),
            Route("/l/{id}", guard(self._follow), methods=["POST"]),
            Route("/d/{id}", guard(self._direct, from_elsewhere=True), methods=["POST"]),
            *Fields(desk, vault, now, self._text, self._form).routes(guard),
            Route(f"{PAGES}/{{id}}", guard(self._at_bank)),
            Route(
                f"{PAGES}/{{id}}/done",
                guard(self._from_bank, from_elsewhere=True),
                methods=["POST"],
            ),
            Route("/static/{name}", _FILES.page),
            Route("/js/v1.js", self._script),
        ]
        handlers: dict[Any, Any] = {HTTPException: self._nothing_here}
        self.app = Starlette(routes=routes, exception_handlers=handlers)

    def _guard(self, names: Collection[str], note: Note, rate: Rate | None) -> Guard:
        def say(request: Request, status: int, title: str, text: str) -> Response:
            return self._message(status, title, text)

        sorry = "Whether you have paid is not known. Open this page again before you retry."
        way = "Open the link of the shop again."
        return Guard(names, say, note, "pages_failed", way=way, sorry=sorry, rate=rate)

    # Pages ----------------------------------------------------------------------------------------

    async def _show(self, request: Request) -> Response:
        offer = await self._offer(request)
        if offer is None:
            return self._unknown()
        return self._page(request, offer, Entry())

    async def _pay(self, request: Request) -> Response:
        offer = await self._offer(request)
        if offer is None:
            return self._unknown()
        value = await self._form(request)
        if value is None:
            return self._message(400, "This form could not be read", "Go back and try again.")
        attempt, token = value.get("attempt"), value.get("token")
        cookie = request.cookies.get(COOKIE, "")
        is_ours = (
            isinstance(token, str)
            and attempt == str(offer.attempt)
            and self._tokens.holds(token, cookie, offer.id, offer.attempt)
        )
        if offer.stage is not Stage.OPEN or offer.attempt >= TRIES_MAX:
            return self._again(offer)
        if not is_ours:
            return self._page(request, offer, Entry(), _STALE, status=409)
        entry = read_entry(value, self._vault, self._now())
        if entry.card is None:
            return self._page(request, offer, entry, given=value, status=422)
        return await self._ask(request, offer, entry)

    async def _ask(self, request: Request, offer: Offer, entry: Entry) -> Response:
        assert entry.card is not None
        try:
            await self._till.pay(offer, entry.card, entry.cvc, browser_of(request))
        except Fault as fault:
            return self._page(request, offer, Entry(), why_not(fault.problem), status=503)
        after = await self._till.offer(offer.id)
        if after is not None and after.stage is Stage.PAID and not after.is_framed:
            return self._to(after.success_url, after)
        return self._again(offer)

    async def _direct(self, request: Request) -> Response:
        """POST /d/{id}: a card from a form of the shop's own page, to which the browser goes back.

        What came of it the shop asks us; the way back says no more than which field is wrong.
        """
        offer = await self._offer(request)
        if offer is None or offer.ui != "x_direct_post":
            return self._unknown()
        back = offer.cancel_url or offer.success_url
        if request.headers.get("origin") != origin_of(back):
            return self._message(403, "Not sent from the shop", "Open the page of the shop again.")
        value = await self._form(request)
        if value is None:
            return self._message(400, "This form could not be read", "Go back and try again.")
        is_open = offer.stage is Stage.OPEN and offer.attempt < TRIES_MAX
        if not is_open or value.get("attempt") != str(offer.attempt):
            return self._to(back, offer)
        entry = read_entry(value, self._vault, self._now())
        if entry.card is None:
            return self._to(with_query(back, wrong=",".join(entry.errors)), offer)
        try:
            await self._till.pay(offer, entry.card, entry.cvc, browser_of(request))
        except Fault:
            return self._to(with_query(back, wrong="unsent"), offer)
        after = await self._till.offer(offer.id)
        asks = after is not None and after.stage is Stage.ACTION
        return self._to(after.challenge if after is not None and asks else back, offer)

    async def _link(self, request: Request) -> Response:
        """GET /l/{id}: what is to be paid; to look makes no session yet."""
        offer = await self._linked(request)
        if offer is None:
            return self._unknown()
        return self._render(
            "link.html" if offer.stage is Stage.OPEN else "expired.html", 200, offer
        )

    async def _follow(self, request: Request) -> Response:
        """POST /l/{id}: on to the session where it is paid."""
        offer = await self._linked(request)
        if offer is None:
            return self._unknown()
        try:
            session = await self._till.open_link(offer.id)
        except Fault:
            return self._to(f"/l/{offer.id}", offer)  # Opened meanwhile, or active no more.
        return self._to(f"/c/{session}", offer)

    async def _linked(self, request: Request) -> Offer | None:
        id_: str = request.path_params["id"]
        return await self._till.link(id_) if len(id_) <= ID_MAX else None

    def _page(
        self,
        request: Request,
        offer: Offer,
        entry: Entry,
        alert: str = "",
        *,
        given: Value | None = None,
        status: int = 200,
    ) -> Response:
        """What *offer* looks like now: the form, or why there is none."""
        if offer.stage is Stage.ACTION and not offer.is_framed:
            return self._to(offer.challenge, offer)
        if offer.stage is not Stage.OPEN:
            return self._render(f"{offer.stage}.html", 200, offer, refresh=REFRESH_S)
        is_tried = offer.attempt >= TRIES_MAX
        if not alert and offer.problem is not None and not entry.errors:
            alert = why_not(offer.problem)
        cookie = self._tokens.cookie(request)
        answer = self._render(
            "checkout.html",
            status,
            offer,
            alert=_TRIED if is_tried else alert,
            errors=entry.errors,
            given=_kept(given or {}),
            is_tried=is_tried,
            token=self._tokens.token(cookie, offer.id, offer.attempt),
        )
        give_cookie(answer, cookie, is_framed=offer.is_framed)
        return answer

    # 3-D Secure -----------------------------------------------------------------------------------

    async def _at_bank(self, request: Request) -> Response:
        """The bank's page in a frame of ours; or on, once the shopper was there."""
        visit = await self._visit(request)
        if visit is None:
            return self._unknown()
        if visit.is_open:
            text = self._templates.get_template("challenge.html").render(visit=visit)
            headers = headers_for(visit.acs_url, frames=visit.acs_url)
            return Response(text, 200, headers, "text/html")
        offer = await self._till.offer(visit.session) if visit.session else None
        if offer is not None and offer.stage is Stage.PAID:
            return self._to(offer.success_url, offer)
        if offer is not None and offer.ui == "x_direct_post":
            return self._to(offer.cancel_url or offer.success_url, offer)
        if visit.back:
            return RedirectResponse(visit.back, _SEE_OTHER, headers_for())
        return self._message(200, "That is all", "You can close this page now.")

    async def _from_bank(self, request: Request) -> Response:
        """A browser comes back, in the frame; whatever it brings, nothing of it counts."""
        visit = await self._visit(request)
        if visit is None:
            return self._unknown()
        text = self._templates.get_template("back.html").render(url=visit.page)
        return Response(text, 200, headers_for(framed_by=SELF), "text/html")

    async def _visit(self, request: Request) -> Visit | None:
        id_: str = request.path_params["id"]
        return await self._bank.find(id_) if len(id_) <= ID_MAX else None

    async def _script(self, request: Request) -> Response:
        """The script that a shop's page has from here, whatever its origin is."""
        return _FILES.answer("v1.js", _FOR_ALL)

    # Answers --------------------------------------------------------------------------------------

    def _render(self, name: str, status: int, offer: Offer | None, **more: Any) -> Response:
        leaving = (offer.success_url, offer.cancel_url or "") if offer is not None else ()
        framer = offer.success_url if offer is not None and offer.is_framed else ""
        text = self._text(name, offer=offer, shop=origin_of(framer), **more)
        return Response(text, status, headers_for(*leaving, framed_by=framer), "text/html")

    def _text(self, name: str, **values: Any) -> str:
        return self._templates.get_template(name).render(**values)

    def _message(self, status: int, title: str, text: str) -> Response:
        return self._render("message.html", status, None, title=title, text=text)

    def _unknown(self) -> Response:
        text = "The link may be incomplete or old. Go back to the shop and begin again."
        return self._message(404, "No such payment", text)

    def _again(self, offer: Offer) -> Response:
        return self._to(f"/c/{offer.id}", offer)

    def _to(self, url: str, offer: Offer) -> Response:
        return RedirectResponse(url, _SEE_OTHER, headers_for(offer.success_url))

    async def _nothing_here(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 404
        return self._message(status, "Nothing here", "Open the link of the shop.")

    # Parts ----------------------------------------------------------------------------------------

    async def _offer(self, request: Request) -> Offer | None:
        id_: str = request.path_params["id"]
        return await self._till.offer(id_) if len(id_) <= ID_MAX else None

    async def _form(self, request: Request) -> Value | None:
        """What the form says, within its bounds of size and time."""
        try:
            body = await read_body(request, FORM_MAX, self._request_s)
            return read_form(body.decode("ascii"))
        except (UnicodeDecodeError, Fault):
            return None


def _kept(given: Value) -> Mapping[str, str]:
    """What of a form may be shown again: nothing of the card but the name on it."""
    kept = {name: given.get(name, "") for name in ("name", "postal_code")}
    return {name: text[:TEXT_MAX] if isinstance(text, str) else "" for name, text in kept.items()}
