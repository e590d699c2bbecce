"""Watches the books of settlement: what a close or a bank has changed there goes into the journal.

Its rows are the outbox, as for all else: what happened while the gateway was down is told at its
next start, and a key of its own for each step lets nothing be told twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from functools import partial
from hashlib import sha256
from typing import Final

from msgspec.structs import replace

from cardswitch.specs.errors import Error
from cardswitch.wire.ports import Question, Seconds

from .api.endpoints import Services
from .api.families.money import batch_id, payout_id
from .core.calls import Alter, Use
from .core.row import legs_of
from .core.things import KINDS, Record, Thing
from .core.things.payouts import DayClosed, Payout, steps_to
from .money import Mark
from .outbox.events import KEPT_S

LOOK_S: Final[Seconds] = 1.0  # how often is asked whether the books are other ones
AT_ONCE: Final = 200  # things that are looked for in one question to the journal


class ClosesWatch:
    """Runs until it is stopped; for the merchants of *services*, whose books can be read."""

    def __init__(self, services: Services, note: Callable[[str, str], None]) -> None:
        assert services.money is not None, "there are books"
        self._money = services.money
        self._services = services
        self._note = note
        self._seen: Mark | None = None
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Look from now on."""
        self._running = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Look no more."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    async def look(self) -> None:
        """Have the journal know all that the books do. Raises Error."""
        mark = await asyncio.to_thread(self._money.mark)
        if mark == self._seen:
            return
        # What is older than events are kept would be told to nobody.
        since = self._services.now() - KEPT_S
        for merchant in self._services.merchants:
            await self._keep_closes(merchant, since)
            await self._keep_payouts(merchant, since)
        self._seen = mark

    async def _run(self) -> None:
        said = ""
        while True:
            try:
                await self.look()
                said = ""
            except Exception as error:  # Books that are away now may be there later.
                text = str(error) if isinstance(error, Error) else repr(error)
                if text != said:
                    said = text
                    self._note("books_unread", said)
            await asyncio.sleep(LOOK_S)

    async def _keep_closes(self, merchant: str, since: Seconds) -> None:
        closes = await asyncio.to_thread(self._money.closes, merchant, since)
        days = {batch_id(merchant, each.business_date): each for each in closes}
        known = await self._known(KINDS[DayClosed], days)
        owed = None
        for id_, day in days.items():
            if id_ in known:
                continue
            if owed is None:
                owed = tuple(await asyncio.to_thread(self._money.balance, merchant))
            await self._keep(merchant, id_, replace(day, owed=owed), is_new=True)

    async def _keep_payouts(self, merchant: str, since: Seconds) -> None:
        payouts = await asyncio.to_thread(self._money.payouts, merchant)
        named = {payout_id(each.reference): each for each in payouts}
        known = await self._known(KINDS[Payout], named)
        for id_, payout in reversed(named.items()):  # the oldest first
            was = known[id_].thing if id_ in known else None
            assert was is None or isinstance(was, Payout)
            if was is None and payout.at < since:
                continue
            for step in steps_to(was, payout):
                await self._keep(merchant, id_, step, is_new=was is None)
                was = step

    async def _known(self, kind: str, ids: Collection[str]) -> Mapping[str, Record]:
        """Those of *ids* that the journal has."""
        names, found = list(ids), dict[str, Record]()
        for start in range(0, len(names), AT_ONCE):
            some = tuple((kind, id_) for id_ in names[start : start + AT_ONCE])
            question = Question(identities=some)
            rows = await asyncio.to_thread(self._services.reader.rows, question)
            found |= legs_of(rows).things
        return found

    async def _keep(
        self, merchant: str, id_: str, thing: DayClosed | Payout, *, is_new: bool
    ) -> None:
        """Have the journal hold that *id_* is *thing* now, once. Raises Error."""
        kind = KINDS[type(thing)]
        step = thing.status if isinstance(thing, Payout) else ""
        name = sha256(f"books|{id_}|{step}".encode()).hexdigest()
        reply = await self._services.front.call(
            merchant,
            id_,
            Alter(partial(_becomes, {id_: thing})),
            key=name,
            digest=name,
            kind=kind,
            uses=() if is_new else (Use(kind=kind, id=id_),),
        )
        if reply.problem is not None:
            raise Error(reply.problem.message)


def _becomes(then: Mapping[str, Thing], _: object, __: Seconds) -> Mapping[str, Thing]:
    return then
