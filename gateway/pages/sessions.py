"""Checkout sessions as offers: read out of the journal, and paid as the API would be asked to."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from math import inf
from typing import Final

from msgspec.structs import replace

from cardswitch.wire.ports import Seconds

from ..api.endpoints import Services
from ..api.families.links import LINKS, link_in
from ..api.families.sessions import LIVES_S, intent_for, kind_of, session_in
from ..api.faults import Fault
from ..api.given.holders import wanted_of
from ..api.given.sources import CUSTOMERS, SESSIONS, keeping, session_use
from ..api.ids import new_id, new_ref
from ..core.authentication import Browser
from ..core.calls import Alter, Create, Pay, Source, Things, Use
from ..core.cards import Card
from ..core.ids import SESSION, id_of
from ..core.intents import Intent
from ..core.problems import TRIED_TOO_OFTEN, Problem, invalid
from ..core.row import legs_of
from ..core.states import Status
from ..core.things import Record, Thing
from ..core.things.customers import is_deleted
from ..core.things.links import opened
from ..core.things.sessions import Session, SessionStatus
from .attempts import attempted
from .challenges import page_of
from .till import Offer, OfferLine, Stage

CARD_ERROR: Final = 402
BAD_REQUEST: Final = 400
BUSY: Final = 409
_TOLD: Final = (CARD_ERROR, BAD_REQUEST, BUSY)
_DIGEST: Final = "checkout"  # An attempt is one request, whichever card comes with it.


class SessionTill:
    """The sessions of all merchants: who knows the id of one may pay it."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def offer(self, id_: str) -> Offer | None:
        """See :class:`Till`."""
        record = await self._record(id_)
        return None if record is None else await self._offer(record)

    async def pay(self, offer: Offer, card: Card, cvc: str, browser: Browser) -> None:
        """See :class:`Till`."""
        record = await self._record(offer.id)
        assert record is not None, "an offer is of a session"
        session = session_in(record)
        source, services = Source(id=card.id, card=card), self._services
        intent, made = await self._intent(session), intent_for(record.id, session)
        paying = Pay(cvc=cvc, wanted=wanted_of(services, browser=browser))
        deed: Create | Pay = replace(paying, seen=intent, source=source)
        if intent is None:
            deed = replace(made, source=source, pay=paying)
        asked, ref = intent or made, session.intent or new_ref()
        uses = keeping((), asked.customer, asked.terms, is_paid=True, is_setup=made.is_setup)
        call = partial(
            services.front.call,
            record.merchant,
            ref,
            deed,
            named=id_of(SESSION, ref),
            kind=kind_of(session),
            uses=(*uses, *session_use(record.id)),
            digest=_DIGEST,
        )
        said = f"{record.merchant}|checkout|{record.id}"
        reply = await attempted(lambda key: call(key=key), said, offer.attempt)
        if reply.intent is not None and reply.intent.has_code_waiting:
            services.codes.keep(card.id, cvc)
        problem = reply.problem
        # A card that was declined is told by the offer; so is what another tab has done meanwhile.
        is_told = problem is None or problem.decline_code != TRIED_TOO_OFTEN
        if problem is not None and not (is_told and problem.status in _TOLD):
            raise Fault(problem)

    async def link(self, id_: str) -> Offer | None:
        """See :class:`Till`."""
        record = await self._thing(LINKS, id_)
        if record is None:
            return None
        link = link_in(record)
        order = replace(link.order, expires_at=inf)
        offer = await self._offer(replace(record, thing=order))
        return offer if link.is_active else replace(offer, stage=Stage.EXPIRED)

    async def open_link(self, id_: str) -> str:
        """See :class:`Till`: one that is paid once has one session at a time."""
        record = await self._thing(LINKS, id_)
        assert record is not None, "it was offered"
        link, services = link_in(record), self._services
        before = link.session if link.is_once else None
        last = await self.offer(before) if before is not None else None
        if last is not None and last.stage is not Stage.EXPIRED:
            return last.id
        made = new_id(SESSION)

        def change(things: Things, now: Seconds) -> Mapping[str, Thing] | Problem:
            then = opened(link_in(things[id_]), made, link.session)
            if before is not None and session_in(things[before]).status is SessionStatus.COMPLETE:
                then = invalid("The payment link is paid", "id")
            if isinstance(then, Problem):
                return then
            url, until = f"{services.pages_url}/c/{made}", now + LIVES_S[1]
            return {id_: then, made: replace(then.order, url=url, expires_at=until, link=id_)}

        # Whoever pays by the last session, whose time is over meanwhile, is waited for.
        uses = (Use(kind=LINKS, id=id_), *session_use(before))
        reply = await services.front.call(
            record.merchant, made, Alter(change), kind=SESSIONS, uses=uses
        )
        if reply.problem is not None:
            raise Fault(reply.problem)
        return made

    async def _record(self, id_: str) -> Record | None:
        return await self._thing(SESSIONS, id_) if id_.startswith(SESSION) else None

    async def _thing(self, kind: str, id_: str) -> Record | None:
        rows = await asyncio.to_thread(self._services.reader.named, kind, id_)
        return legs_of(rows).things.get(id_)

    async def _offer(self, record: Record) -> Offer:
        session = session_in(record)
        intent, is_gone = await self._intent(session), await self._is_gone(session.customer)
        merchant = self._services.merchants.get(record.merchant)
        return Offer(
            id=record.id,
            merchant=merchant.name if merchant is not None else record.merchant,
            lines=tuple(
                OfferLine(name=item.name, quantity=item.quantity, amount=item.total)
                for item in session.items
            ),
            total=session.total,
            currency=session.currency,
            stage=self._stage(session, intent, is_gone=is_gone),
            success_url=session.success_url.replace("{CHECKOUT_SESSION_ID}", record.id),
            cancel_url=session.cancel_url,
            ui=session.ui,
            attempt=intent.tries if intent is not None else 0,
            challenge=_challenge(intent),
            problem=intent.problem if intent is not None else None,
            is_setup=session.mode == "setup",
        )

    async def _is_gone(self, customer: str | None) -> bool:
        """Whether the *customer* whom a session is for was deleted: nothing is paid for him."""
        record = await self._thing(CUSTOMERS, customer) if customer is not None else None
        return record is not None and is_deleted(record.thing)

    async def _intent(self, session: Session) -> Intent | None:
        if session.intent is None:
            return None
        reader = self._services.reader
        rows = await asyncio.to_thread(reader.named, kind_of(session), session.intent)
        return legs_of(rows).intents.get(session.intent)

    def _stage(self, session: Session, intent: Intent | None, *, is_gone: bool) -> Stage:
        if session.status is SessionStatus.COMPLETE:
            return Stage.PAID
        if intent is not None and intent.status is Status.PROCESSING:
            return Stage.WAITING
        if intent is not None and intent.status is Status.NEEDS_ACTION:
            return Stage.ACTION
        is_open = session.is_open(self._services.now()) and not is_gone
        if intent is not None and intent.status is Status.CANCELED:
            is_open = False
        return Stage.OPEN if is_open else Stage.EXPIRED


def _challenge(intent: Intent | None) -> str:
    return page_of(intent.challenge.transaction) if intent and intent.challenge else ""
