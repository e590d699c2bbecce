"""Challenges of 3-D Secure as a browser comes by them: to its bank, and back."""

from __future__ import annotations

import asyncio
from typing import Final, Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from msgspec import Struct
from starlette.requests import Request

from cardswitch.specs.three_ds.messages import VERSION, CReq, write_form

from ..api.endpoints import Services
from ..core.authentication import PAGES, Browser
from ..core.ids import INTENT, SETUP, id_of
from ..core.intents import Intent
from ..core.row import INTENT as INTENTS
from ..core.row import SETUP as SETUPS
from ..core.row import legs_of
from ..core.states import Status
from ..core.things import AUTHENTICATIONS
from ..core.things.authentications import Authentication

WINDOW: Final = "05"  # challengeWindowSize: as large as the page
HEADER_MAX: Final = 2_048
LANGUAGE_MAX: Final = 35
_FAILED: Final = (Status.NEEDS_METHOD, Status.CANCELED)


class Visit(Struct, frozen=True, kw_only=True):
    """A browser on its way to *acs_url* with *creq*, while it *is_open*; then to *back*, if any."""

    page: str
    acs_url: str
    creq: str
    is_open: bool
    back: str
    session: str = ""  # the id of the checkout session that it belongs to


class Challenges(Protocol):
    """Where challenges are found."""

    async def find(self, transaction: str) -> Visit | None:
        """That of *transaction*, if there is one."""
        ...


class JournalChallenges:
    """Those in the journal: who knows the number of one may go there."""

    def __init__(self, services: Services) -> None:
        self._reader = services.reader

    async def find(self, transaction: str) -> Visit | None:
        """See :class:`Challenges`."""
        rows = await asyncio.to_thread(self._reader.named, AUTHENTICATIONS, transaction)
        record = legs_of(rows).things.get(transaction)
        if record is None:
            return None
        asked = record.thing
        assert isinstance(asked, Authentication), "it was looked up as one"
        kind = SETUPS if asked.is_setup else INTENTS
        rows = await asyncio.to_thread(self._reader.named, kind, asked.intent)
        intent = legs_of(rows).intents[asked.intent]
        creq = CReq(
            message_version=VERSION,
            transaction=transaction,
            acs_transaction=asked.acs_transaction,
            window=WINDOW,
        )
        return Visit(
            page=page_of(transaction),
            acs_url=asked.acs_url,
            creq=write_form(creq),
            is_open=_is_open(intent, transaction),
            back=_back(intent),
            session=intent.session or "",
        )


def page_of(transaction: str) -> str:
    """The path of our page of a challenge."""
    return f"{PAGES}/{transaction}"


def browser_of(request: Request) -> Browser:
    """What a bank is told of the browser that sent *request*."""
    headers = request.headers
    return Browser(
        accept=headers.get("accept", "*/*")[:HEADER_MAX],
        agent=headers.get("user-agent", "unknown")[:HEADER_MAX],
        language=headers.get("accept-language", "en").partition(",")[0][:LANGUAGE_MAX],
    )


def _is_open(intent: Intent, transaction: str) -> bool:
    challenge = intent.challenge
    is_last = challenge is not None and challenge.transaction == transaction
    return is_last and intent.status is Status.NEEDS_ACTION


def _back(intent: Intent) -> str:
    """Where the shopper goes on: the page of his session, or where the merchant wants him."""
    if intent.session is not None:
        return f"/c/{intent.session}"
    url = intent.challenge.return_url if intent.challenge is not None else None
    if not url:
        return ""
    parts = urlsplit(url)
    said = "failed" if intent.status in _FAILED else "succeeded"
    name, prefix = ("setup_intent", SETUP) if intent.is_setup else ("payment_intent", INTENT)
    told = [(name, id_of(prefix, intent.ref)), ("redirect_status", said)]
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *told])
    return urlunsplit(parts._replace(query=query))
