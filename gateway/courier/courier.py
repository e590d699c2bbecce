"""The courier: takes events out of the journal, and tells every endpoint that wants them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any, Final, TypeVar

from msgspec import Struct

from cardswitch.specs.errors import Error
from cardswitch.wire.ports import Seconds

from ..outbox.endpoints import Endpoint, secrets_of
from ..outbox.events import Delivery, Outbox, Outcome
from ..outbox.follow import Read
from .post import Poster
from .schedule import PAUSES
from .signature import signature
from .targets import address_of, target_of, url_at
from .tries import outcome_of, take_in

T = TypeVar("T")
AT_ONCE: Final = 8  # tries of one endpoint at the same time
GATHER_S: Final[Seconds] = 0.02  # What becomes due within that is told together.
# So often at most the journal is read: what is written meanwhile is taken in together, for less.
READ_S: Final[Seconds] = 0.2
LOOK_S: Final[Seconds] = 1.0  # how often is looked for what is due, at least
RESOLVING: Final = 4  # names that are resolved at the same time


class Ways(Struct, frozen=True, kw_only=True):
    """What the courier works with: *read* gives the next events, *shown* the body of one."""

    read: Callable[[int], Read]
    shown: Callable[[Delivery], bytes]
    secret_for: Callable[[str], str]
    allows: Callable[[str], bool]
    header: str
    poster: Callable[[], Poster]
    now: Callable[[], Seconds]
    note: Callable[[str, str], None]


class Courier:
    """Runs until it is stopped. `grown`: the journal is; `poke`: look what is due, too."""

    def __init__(self, outbox: Outbox, ways: Ways) -> None:
        self._outbox = outbox
        self._ways = ways
        self._poked, self._grown = asyncio.Event(), asyncio.Event()
        self._store = ThreadPoolExecutor(1, "events")
        self._resolving = ThreadPoolExecutor(RESOLVING, "resolving")
        self._posters: dict[str, Poster] = {}
        self._working: dict[str, asyncio.Task[None]] = {}
        self._running: list[asyncio.Task[None]] = []
        self._said: dict[str, str] = {}  # by what failed

    def start(self) -> None:
        """Begin. Raises Error."""
        self._outbox.bring_forward(self._ways.now(), PAUSES)
        self._running = [
            asyncio.create_task(self._go("read", self._grown, self._taken_in, READ_S)),
            asyncio.create_task(self._go("tell", self._poked, self._tell_all, GATHER_S)),
        ]

    def grown(self) -> None:
        """The journal has more rows, or will soon."""
        self._grown.set()

    def poke(self) -> None:
        """There may be something to do."""
        self._grown.set()
        self._poked.set()

    async def stop(self) -> None:
        """End tries that are in work: they come again at the next start."""
        tasks = [*self._working.values(), *self._running]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for poster in self._posters.values():
            await poster.close()
        self._resolving.shutdown(wait=False, cancel_futures=True)
        self._store.shutdown()
        self._outbox.close()

    async def _go(
        self, what: str, wanted: asyncio.Event, work: Callable[[], Awaitable[None]], pause: Seconds
    ) -> None:
        """Do *work* whenever it is *wanted*, and every LOOK_S, with a *pause* between."""
        while True:
            wanted.clear()
            try:
                await work()
                self._said[what] = ""
            except Exception as error:
                self._note(error, what)
            await asyncio.sleep(pause)
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await wanted.wait()

    async def _taken_in(self) -> None:
        if await self._in_store(self._take_in):
            self._poked.set()

    def _take_in(self) -> bool:
        return take_in(self._outbox, self._ways.read, self._ways.now())

    async def _tell_all(self) -> None:
        """Have every endpoint that is owed something now told, unless that is in work."""
        known = {each.id: each for each in await self._in_store(self._outbox.endpoints)}
        for id_ in set(self._posters) - set(known) - set(self._working):
            await self._posters.pop(id_).close()
        for endpoint in known.values():
            if endpoint.is_enabled and endpoint.id not in self._working:
                due = await self._in_store(self._outbox.next_due, endpoint.id)
                if due is not None and due <= self._ways.now():
                    self._begin(endpoint)

    def _begin(self, endpoint: Endpoint) -> None:
        if endpoint.id not in self._posters:
            self._posters[endpoint.id] = self._ways.poster()
        task = asyncio.create_task(self._tell(endpoint))
        self._working[endpoint.id] = task
        task.add_done_callback(partial(self._done, endpoint.id))

    def _done(self, endpoint: str, task: asyncio.Task[None]) -> None:
        del self._working[endpoint]
        if not task.cancelled() and (error := task.exception()) is not None:
            self._note(error, endpoint)

    async def _tell(self, endpoint: Endpoint) -> None:
        """Tell *endpoint* of some of what is due; what is due then is another turn's."""
        bodies = await self._in_store(self._due, endpoint)
        tries = (self._try(endpoint, delivery, body) for delivery, body in bodies)
        outcomes = await asyncio.gather(*tries)
        await self._in_store(self._outbox.settle, outcomes)
        self.poke()

    def _due(self, endpoint: Endpoint) -> list[tuple[Delivery, bytes]]:
        due = self._outbox.due(endpoint.id, self._ways.now(), AT_ONCE)
        return [(delivery, self._ways.shown(delivery)) for delivery in due]

    async def _try(self, endpoint: Endpoint, delivery: Delivery, body: bytes) -> Outcome:
        status: int | None = None
        try:
            status = await self._post(endpoint, body)
            said = str(status)
        except Error as error:
            said = str(error)
        return outcome_of(endpoint, delivery, status, said, self._ways.now())

    async def _post(self, endpoint: Endpoint, body: bytes) -> int:
        ways, target = self._ways, target_of(endpoint.url)
        address = await address_of(target, ways.allows, self._resolving)
        secrets = secrets_of(endpoint, ways.secret_for, ways.now())
        headers = {"Host": target.authority, ways.header: signature(body, secrets, ways.now())}
        poster = self._posters[endpoint.id]
        return await poster.post(url_at(address, target), target.host, body, headers)

    def _note(self, error: BaseException, what: str) -> None:
        """Say what *error* is of *what* failed, once for as long as it stays the same."""
        text = str(error) if isinstance(error, Error) else type(error).__name__
        if text != self._said.get(what):
            self._said[what] = text
            self._ways.note("events_failed", text)

    async def _in_store(self, work: Callable[..., T], *arguments: Any) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._store, partial(work, *arguments))
