"""All connections of a runtime: those that come in, and those it keeps dialling."""

# Two kinds of link, and their difference
#
# A link that came in belongs to a listener and brings work. Its name is new every time ("pos/17"),
# so an answer can never reach the successor of the one that asked. When it is gone, it is gone.
#
# A dialled link has one name for good ("issuer"), and its task dials again whenever it is gone:
# after REDIAL_FIRST_S, then twice as long each time up to REDIAL_MAX_S, each less up to a half by
# chance. A link that stood for longer than REDIAL_MAX_S starts the series anew. Between two
# connections the machine has LinkDown; what it sends then is counted as not sent, and nothing is
# kept for later: it is the machine that knows what is still worth saying.
#
# When the journal is behind, the runtime calls `hold`: no more is read from links that came in,
# those that come in while it lasts included. Dialled links are read all the same, because their
# answers finish work that was begun, and that is what makes the journal's queue shorter. `resume`
# undoes it.
#
# Deadlines are kept in a wheel instead of a timer for each: frames come far more often than
# deadlines pass. Every SWEEP_S the wheel turns by one, and those links are looked at whose deadline
# may have passed; whoever has spoken meanwhile is put where its next one is. So ten thousand links
# that talk, or may be silent for long, cost nothing but a look now and then.
#
# The end, when the program stops: `shut` (nobody comes in, nobody is dialled, the machine hears
# nothing more), then the journal commits what it has, then `end` lets every link send its last
# bytes and waits until all are gone. When the program fails: `shut`, then `abort`, for nothing that
# is still unsent can be trusted.

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, Final

from ..channel import Channel
from ..ports import Event, LinkId, Seconds
from ..record import Record
from .accepting import Accepting
from .gate import CONNECT_S, Gate, finished
from .links import NEVER, Entrance, Entrant, Link, LinkLimits
from .listener import Listener
from .tls import Tls, why

REDIAL_FIRST_S: Final = 0.1
REDIAL_MAX_S: Final = 5.0
SWEEP_S: Final = 0.5  # How often the deadlines of links are looked at.


class Inside:
    """Where what goes to a link that is no connection is told; it looks like a link."""

    is_up = True

    def __init__(self, tell: Callable[[Any], None]) -> None:
        self._tell = tell

    def pack(self, message: Any, size: int | None = None) -> Any:
        """It stays as it is."""
        return message

    def put(self, message: Any) -> None:
        """It may leave."""
        self._tell(message)

    def end(self, reason: str) -> None:
        """It has none."""


class Connections:
    """Opens, finds, holds and ends links; events of theirs go to *take_all*."""

    def __init__(
        self,
        take_all: Callable[[Iterable[Event]], None],
        failed: Callable[[Exception], None],
        watch: Callable[[Channel, LinkId], Channel],
        counts: Counter[str],
        record: Record,
    ) -> None:
        """*failed*: told of what must not happen. *watch*: puts the tap, if any, on a channel."""
        self.note = record.note
        self._record = record
        self.take_all = take_all
        self.counts = counts
        self.links: dict[LinkId, Link] = {}
        self._failed = failed
        self._watch = watch
        self._loop = asyncio.get_running_loop()
        self._is_open = True
        self._is_held = False
        self._held: set[Link] = set()
        self._listening: list[Accepting] = []
        self._diallers: dict[str, asyncio.Task[None]] = {}
        self._unflushed: list[Link] = []
        self.now_s: Seconds = 0.0
        self._sweeps = 0
        self._wheel: dict[int, set[Link]] = {}  # by the sweep that looks at them
        self._looked_at: dict[Link, int] = {}  # in which sweep, of every link that has a deadline
        self._sweeper = self._loop.call_later(SWEEP_S, self._sweep)

    # Coming up ----------------------------------------------------------------------------------

    async def listen(
        self,
        listener: str,
        host: str,
        port: int,
        channel: Channel,
        links_max: int,
        tls: Tls | None,
        limits: LinkLimits,
        allows: Callable[[str], bool],
        per_address_max: int,
    ) -> int:
        """See :meth:`~cardswitch.wire.driver.runtime.Runtime.listen`."""
        entrance = Listener(
            listener,
            links_max,
            lambda name: self._link(name, channel, limits, tls),
            allows,
            per_address_max,
        )
        accepting = Gate(self, listener, entrance, tls, self._failed).accepting
        self._listening.append(accepting)
        return await accepting.open(host, port)

    def dial(
        self,
        link: str,
        host: str,
        port: int,
        channel: Channel,
        tls: Tls | None,
        limits: LinkLimits,
    ) -> None:
        """See :meth:`~cardswitch.wire.driver.runtime.Runtime.dial`."""
        assert link not in self._diallers, "one connection for every name"
        name = LinkId(link)
        task = self._loop.create_task(
            self._keep(name, lambda: self._link(name, channel, limits, tls), host, port, tls),
            name=link,
        )
        # A task that nobody holds may vanish.
        self._diallers[link] = task
        task.add_done_callback(self._dialler_ended)

    def _link(self, name: LinkId, channel: Channel, limits: LinkLimits, tls: Tls | None) -> Link:
        return Link(self, name, self._watch(channel, name), limits, tls)

    async def _keep(
        self,
        name: LinkId,
        make: Callable[[], Link],
        host: str,
        port: int,
        tls: Tls | None,
    ) -> None:
        """Dial, wait for the end, and dial again: later each time, unless it held for a while."""
        delay, failures, told = REDIAL_FIRST_S, 0, ""
        while True:
            begun = self._loop.time()
            try:
                self.renew(name, tls)
                link = await self._connect(make, host, port, tls)
            except OSError as error:
                self.counts["dial_failed"] += 1
                reason = f"{host}:{port}: {why(error)}"
                failures += 1
                # Once, however long it lasts: the next line is that it is up. And not the first
                # time: whoever was started with us may be there a moment later.
                if failures > 1 and reason != told:
                    self.note("dial_failed", name, f"{reason}; it is dialled again and again")
                    told = reason
            else:
                failures, told = 0, ""
                await link.closed.wait()
                if self._loop.time() - begun > REDIAL_MAX_S:
                    delay = REDIAL_FIRST_S
            # Chance keeps the clients of a peer that restarts from all coming back at once.
            await asyncio.sleep(delay * random.uniform(0.5, 1.0))  # noqa: S311
            delay = min(2 * delay, REDIAL_MAX_S)

    async def _connect(
        self, make: Callable[[], Link], host: str, port: int, tls: Tls | None
    ) -> Link:
        """One try."""
        link = make()
        handshake_s = CONNECT_S if tls else None
        connecting = self._loop.create_task(
            self._loop.create_connection(
                lambda: link,
                host,
                port,
                ssl=tls.context if tls else None,
                ssl_handshake_timeout=handshake_s,
            )
        )
        try:
            async with asyncio.timeout(2 * CONNECT_S):
                await finished(connecting, link)
        except OSError:
            if not link.is_made:
                raise
            # It was there just as its time was over: it ends as links do, and no second is dialled.
        if link.refusal:
            raise OSError(0, link.refusal)
        return link

    def renew(self, name: LinkId, tls: Tls | None) -> None:
        """See :class:`~cardswitch.wire.driver.gate.Keeper`: before every handshake."""
        problem = tls.renew() if tls is not None else ""
        if problem:
            self.note("tls_not_renewed", name, f"{problem}; what was read before goes on")

    def _dialler_ended(self, task: asyncio.Task[None]) -> None:
        del self._diallers[task.get_name()]
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            self._failed(error)

    # From the links: what a Keeper does ---------------------------------------------------------

    def opened(self, link: Link) -> bool:
        """See :class:`~cardswitch.wire.driver.links.Keeper`."""
        link.refusal = link.tls.stranger(link.names) if link.tls is not None else ""
        if not link.refusal:
            link.refusal = self.refusal(link.name, link, link.listener)
        elif link.listener is not None:
            self.refuse_tls(link.name, f"{link.address}: {link.refusal}")
        if link.refusal:
            return False
        assert link.name not in self.links, "two links of one name"
        self.links[link.name] = link
        self.watch(link)
        if self._is_held:
            # Not at once: uvloop begins to read after this, whatever was said before.
            self._loop.call_soon(self._hold, link)
        return True

    def refusal(self, name: LinkId, who: Entrant, listener: Entrance | None) -> str:
        """See :class:`~cardswitch.wire.driver.gate.Keeper`."""
        refusal = "" if self._is_open else "the program stops"
        if not refusal and listener is not None:
            refusal = listener.refusal(who)
        if refusal:
            self.counts["link_refused"] += 1
            address = f"{who.address}: " if self._is_open else ""
            self.note("link_refused", name, f"{address}{refusal}")
        return refusal

    def refuse_tls(self, name: LinkId, reason: str) -> None:
        """See :class:`~cardswitch.wire.driver.gate.Keeper`."""
        self.counts["tls_refused"] += 1
        self.note("tls_refused", name, f"no TLS with a peer: {reason}")

    def not_accepted(self, name: LinkId, reason: str) -> None:
        """See :class:`~cardswitch.wire.driver.gate.Keeper`."""
        self.counts["not_accepted"] += 1
        self.note(
            "not_accepted", name, f"{reason}: nobody can come in; it is tried again and again"
        )

    def take(self, event: Event) -> None:
        """See :class:`~cardswitch.wire.driver.links.Keeper`."""
        self.take_all((event,))

    def written(self, link: Link) -> None:
        """See :class:`~cardswitch.wire.driver.links.Keeper`."""
        self._unflushed.append(link)

    def lost(self, link: Link) -> None:
        """See :class:`~cardswitch.wire.driver.links.Keeper`."""
        del self.links[link.name]
        self._held.discard(link)
        self._unwatch(link)

    def watch(self, link: Link) -> None:
        """See :class:`~cardswitch.wire.driver.links.Keeper`."""
        deadline = link.deadline()
        if deadline == NEVER:
            return
        due = max(int(deadline / SWEEP_S), self._sweeps) + 1
        if due < self._looked_at.get(link, due + 1):
            self._unwatch(link)
            self._looked_at[link] = due
            self._wheel.setdefault(due, set()).add(link)

    def _unwatch(self, link: Link) -> None:
        due = self._looked_at.pop(link, None)
        if due is not None:
            self._wheel[due].discard(link)

    # From the runtime ---------------------------------------------------------------------------

    def flush(self) -> None:
        """Write what was put on any link."""
        links, self._unflushed = self._unflushed, []
        for link in links:
            link.flush()

    def hold(self) -> None:
        """Take no more work in: read no more from those who came in at a listener."""
        self._is_held = True
        for link in self.links.values():
            self._hold(link)

    def _hold(self, link: Link) -> None:
        if self._is_held and link.listener is not None and link not in self._held:
            self._held.add(link)
            link.hold()

    def resume(self) -> None:
        """Undo :meth:`hold`."""
        self._is_held = False
        for link in self._held:
            link.resume()
        self._held.clear()

    def shut(self) -> None:
        """Let nobody in and dial nobody from now on."""
        self._is_open = False
        self._sweeper.cancel()
        for accepting in self._listening:
            accepting.close()
        for task in self._diallers.values():
            task.cancel()

    def abort(self) -> None:
        """End every link at once."""
        for link in list(self.links.values()):
            link.abort("link_dropped", "the program failed")

    async def end(self) -> None:
        """End every link once its last bytes are sent, and wait for that."""
        links = list(self.links.values())
        for link in links:
            link.end("the program stops")
        ends = [link.closed.wait() for link in links]
        closed = [accepting.closed() for accepting in self._listening]
        diallers = self._diallers.values()
        await asyncio.gather(*ends, *diallers, *closed, return_exceptions=True)

    def _sweep(self) -> None:
        self._sweeper = self._loop.call_later(SWEEP_S, self._sweep)
        self._record.sweep()
        self._sweeps += 1
        self.now_s = self._sweeps * SWEEP_S
        for link in list(self._wheel.get(self._sweeps, ())):
            self._unwatch(link)
            link.look()
            if link.is_up:
                self.watch(link)
        self._wheel.pop(self._sweeps, None)
