"""What the gateway knows of a merchant, as its panel shows it; and what it ends early."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final, Protocol

from msgspec import Struct
from msgspec.structs import replace

from cardswitch.specs.amounts import currency
from cardswitch.specs.codes import reason

from ..api.endpoints import Services, ref_of
from ..api.families.sessions import LIVES_S, expiry_of, session_in
from ..api.faults import Fault
from ..api.given.sources import SESSIONS
from ..api.paging import read_page
from ..core.calls import Alter, Expire, Use
from ..core.ids import INTENT, id_of
from ..core.intents import Intent
from ..core.row import INTENT as INTENTS
from ..core.things import Record
from ..core.things.payouts import Payout
from ..store import Wanted

LISTED_MAX: Final = 15  # of each: a panel is looked at, and is no archive


class Seen(Struct, frozen=True, kw_only=True):
    """A payment: *code* is field 39 of its last answer, *meaning* that in words."""

    id: str
    amount: int
    currency: str
    status: str
    code: str = ""
    meaning: str = ""
    is_held: bool = False


class OpenSession(Struct, frozen=True, kw_only=True):
    """A session that can still be paid."""

    id: str
    amount: int
    currency: str


class Payments(Protocol):
    """What a merchant has at the gateway. Raises Fault, or Error."""

    async def latest(self, merchant: str) -> Sequence[Seen]:
        """Payments, newest first."""
        ...

    async def sessions(self, merchant: str) -> Sequence[OpenSession]:
        """Sessions that are open, newest first."""
        ...

    async def deposits(self, merchant: str) -> Sequence[Payout]:
        """What was paid out, newest first; currencies by their letters."""
        ...

    async def expire(self, merchant: str, id_: str) -> None:
        """Have the session *id_*, or what the payment *id_* has set aside, be over now."""
        ...

    async def story(self, merchant: str, id_: str) -> list[dict[str, Any]]:
        """All that happened to the payment *id_*, step by step."""
        ...


class JournalPayments:
    """Out of the journal, and by the calls of the API."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def latest(self, merchant: str) -> Sequence[Seen]:
        """See :class:`Payments`."""
        rows, legs = await asyncio.to_thread(self._page, merchant, INTENTS, LISTED_MAX)
        by_leg = {intent.leg: intent for intent in legs.intents.values()}
        return [_seen(by_leg[row.leg]) for row in rows]

    async def sessions(self, merchant: str) -> Sequence[OpenSession]:
        """See :class:`Payments`."""
        return await asyncio.to_thread(self._open_sessions, merchant)

    def _open_sessions(self, merchant: str) -> list[OpenSession]:
        """The newest, however many are over: none is looked for from before it could live."""
        now = self._services.now()
        wanted = Wanted(
            merchant=merchant, kinds=(SESSIONS,), size=LISTED_MAX + 1, since=now - LIVES_S[1]
        )
        page = read_page(
            self._services.reader,
            wanted,
            lambda each: isinstance(each, Record) and session_in(each).is_open(now),
        )
        sessions = [(each.id, session_in(each)) for each in page.things()]
        return [
            OpenSession(id=id_, amount=each.total, currency=each.currency) for id_, each in sessions
        ]

    def _page(self, merchant: str, kind: str, size: int) -> Any:
        reader = self._services.reader
        rows = reader.page(Wanted(merchant=merchant, kinds=(kind,), size=size))
        return rows, reader.legs(row.leg for row in rows)

    async def deposits(self, merchant: str) -> Sequence[Payout]:
        """See :class:`Payments`."""
        money = self._services.money
        if money is None:
            return []
        found = (await asyncio.to_thread(money.payouts, merchant))[:LISTED_MAX]
        return [replace(each, currency=currency(each.currency).alpha) for each in found]

    async def expire(self, merchant: str, id_: str) -> None:
        """See :class:`Payments`."""
        call = self._services.front.call
        if id_.startswith(INTENT):
            early = Expire(is_early=True)
            reply = await call(merchant, ref_of(id_), early, named=id_, kind=INTENTS)
        else:
            end, uses = Alter(expiry_of(id_)), (Use(kind=SESSIONS, id=id_),)
            reply = await call(merchant, id_, end, named=id_, kind=SESSIONS, uses=uses)
        if reply.problem is not None:
            raise Fault(reply.problem)

    async def story(self, merchant: str, id_: str) -> list[dict[str, Any]]:
        """See :class:`Payments`."""
        return await asyncio.to_thread(self._services.story, id_, merchant)


def _seen(intent: Intent) -> Seen:
    last = intent.last_payment
    code = last.answer.get(39) if last is not None and last.answer is not None else ""
    return Seen(
        id=id_of(INTENT, intent.ref),
        amount=intent.amount,
        currency=intent.currency,
        status=str(intent.status),
        code=code,
        meaning=reason(code).meaning if code else "",
        is_held=intent.is_held,
    )
