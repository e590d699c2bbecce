"""The one driver: gives a machine real connections, real time and a real journal.

In one turn of the loop it hands over all that was read, has the journal's writer make durable what
must be, and writes once to every link; what must wait for the disk leaves when the commit is done.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

from cardswitch.specs.errors import Error

from ..channel import Channel
from ..ports import (
    Append,
    Close,
    Effect,
    Event,
    Found,
    LinkId,
    LookUp,
    Machine,
    Observable,
    Parting,
    Seconds,
    Send,
)
from ..record import ORDINARY, Noted, Record
from .connections import Connections, Inside
from .control import Control, Verb, serve_control
from .journal import Journal
from .links import NEVER, Link, LinkLimits
from .listener import LINKS_MAX, anybody
from .tap import Tap
from .tls import Tls
from .writer import PENDING_HIGH, PENDING_LOW, JournalWriter

T = TypeVar("T")
LOG: Final = logging.getLogger("cardswitch.wire")
GARBAGE_THRESHOLD: Final = 50_000  # New containers until the collector looks; some megabytes.
# How long a journal's thread waits for a busy loop after every call that lets go of the
# interpreter; the default, ten times as long, would add up to more than a slow disk takes.
SWITCH_INTERVAL_S: Final = 0.0005
# What may have to wait for the disk: bytes for a link, or no bytes and the reason for its end; or
# what is told inside this program.
_Outgoing = tuple[Link | Inside, Any, str]


class Clock:
    """Wall time at the start and monotonic time since: it never steps, and stamps can be read."""

    def __init__(self) -> None:
        self._offset = time.time() - time.monotonic()
        self._watchers: list[Callable[[], None]] = []

    def now(self) -> Seconds:
        """Seconds since the epoch."""
        return time.monotonic() + self._offset

    def shift(self, seconds: Seconds) -> None:
        """Let *seconds* pass at once, to emulate the passing of time; ValueError if negative."""
        if seconds < 0:
            raise ValueError("time goes forward only")
        self._offset += seconds
        for watcher in self._watchers:
            watcher()

    def watch(self, watcher: Callable[[], None]) -> None:
        """Have *watcher* called after every shift."""
        self._watchers.append(watcher)


class Runtime:
    """Drives one machine, within a running loop. An error of the machine or of the journal ends it.

    `counts` tells what was refused, lost or cut off.
    """

    def __init__(
        self,
        machine: Machine,
        *,
        clock: Clock | None = None,
        journal: Journal | None = None,
        tap: Tap | None = None,
        record: Record | None = None,
    ) -> None:
        """*journal* is closed at the end; without one, entries go nowhere. *tap* is left open.

        What happens on links is told to *record*, or to the log `cardswitch.wire`.
        """
        self.counts: Counter[str] = Counter()
        self.ports: dict[str, int] = {}  # by listener, where it listens
        self.clock = clock or Clock()
        self._machine = machine
        self._tap = tap
        self._loop = asyncio.get_running_loop()
        self._writer: JournalWriter[_Outgoing] | None = None
        if journal is not None:
            self._writer = JournalWriter(journal, self._release, self.take_all, self._fail)
        self._control: Control | None = None
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._is_running = True
        self._is_settling = False
        self._is_held = False
        self._timer: asyncio.TimerHandle | None = None
        self._due: Seconds = NEVER
        self._record = record or Record("", [to_log], self.clock.now)
        if isinstance(machine, Observable):
            machine.observe(self._record.note)
        self._connections = Connections(
            self.take_all, self._fail, self._watch, self.counts, self._record
        )
        self._links = self._connections.links
        self._inside: dict[LinkId, Inside] = {}
        self._failed: list[Callable[[], None]] = []
        self.clock.watch(self._time_shifted)

    # For the program ----------------------------------------------------------------------------

    async def listen(
        self,
        listener: str,
        host: str,
        port: int,
        channel: Channel,
        links_max: int = LINKS_MAX,
        tls: Tls | None = None,
        limits: LinkLimits | None = None,
        allows: Callable[[str], bool] = anybody,
        per_address_max: int = LINKS_MAX,
    ) -> int:
        """Let peers in at *host*, normally "127.0.0.1"; port 0 takes a free one. Returns the port.

        Their links are called "listener/1", "listener/2" and so on. *allows* tells of an IP address
        whether it may come in. Of one address, no more than *per_address_max* come in; of this
        machine, *links_max*. Raises OSError.
        """
        limits = limits or LinkLimits()
        bound = await self._connections.listen(
            listener, host, port, channel, links_max, tls, limits, allows, per_address_max
        )
        self.ports[listener] = bound
        return bound

    def dial(
        self,
        link: str,
        host: str,
        port: int,
        channel: Channel,
        tls: Tls | None = None,
        limits: LinkLimits | None = None,
    ) -> None:
        """Keep a connection called *link* to *host*; whenever it is gone, try again and again."""
        self._connections.dial(link, host, port, channel, tls, limits or LinkLimits())

    def tell(self, link: LinkId, tell: Callable[[Any], None], failed: Callable[[], None]) -> None:
        """Have *tell* be given what the machine sends to *link*, which is no connection.

        As all that is sent, it waits for what was appended before. *failed* is called when the
        runtime fails: what waits then is told to nobody.
        """
        self._inside[link] = Inside(tell)
        self._failed.append(failed)

    def call(self, action: Callable[[Seconds], Sequence[Effect]]) -> None:
        """Do what *action*, given the time, returns: a command from outside, or a recovery.

        Its errors are the caller's, but an AssertionError ends the runtime too. Raises Error if the
        runtime has ended.
        """
        if not self._is_running:
            raise Error("the program has ended already")
        try:
            effects = action(self.clock.now())
        except AssertionError as error:
            self._fail(error)
            raise
        self._perform(effects)
        self._settle_soon()

    def note(self, kind: str, reason: str) -> None:
        """Tell the record what happened beside all links."""
        self._record.note(kind, LinkId("-"), reason)

    @property
    def is_quick(self) -> bool:
        """Whether to wait for the journal's disk costs less than a thread would."""
        return self._writer is not None and self._writer.is_in_turn

    async def durable(self) -> None:
        """Return when all that the machine wanted appended so far is committed.

        Raises Error if the journal cannot be written.
        """
        if self._writer is not None:
            await self._writer.durable()

    async def serve_control(self, folder: Path, name: str, verbs: Mapping[str, Verb]) -> None:
        """Do *verbs* for the operator until the end: see `control.serve_control`. Raises Error."""
        self._control = await serve_control(folder, name, verbs)

    async def wait(self) -> None:
        """Return after :meth:`stop`; raise the error that ended the runtime, if one did."""
        await asyncio.shield(self._ended)

    async def stop(self) -> None:
        """End like a crash with manners: the machine hears nothing more, what it wanted is done.

        Entries are committed, the answers that waited for them leave, links close.
        """
        if self._is_running and isinstance(self._machine, Parting):
            self._perform(self._machine.part(self.clock.now()))
        self._shut()
        if self._control is not None:
            await self._control.close()
        if self._writer is not None:
            await self._writer.close()
        await self._connections.end()
        self._record.close()
        if not self._ended.done():
            self._ended.set_result(None)

    # Events in ----------------------------------------------------------------------------------

    def take(self, event: Event) -> None:
        """Hand *event* to the machine, and do what it wants."""
        self.take_all((event,))

    def take_all(self, events: Iterable[Event]) -> None:
        """Hand *events*, which came at one time, to the machine one by one; do what it wants."""
        if not self._is_running:
            return
        now, handle = self.clock.now(), self._machine.handle
        try:
            for event in events:
                if effects := handle(event, now):
                    self._perform(effects)
        except Exception as error:
            self._fail(error)
        self._settle_soon()

    def _wake(self) -> None:
        self._timer = None
        self._due = NEVER
        try:
            self._perform(self._machine.wake(self.clock.now()))
        except Exception as error:
            self._fail(error)
        self._settle_soon()

    # Effects out --------------------------------------------------------------------------------

    def _perform(self, effects: Sequence[Effect]) -> None:
        """Do *effects* in order, or put them where they wait for the disk."""
        for effect in effects:
            if isinstance(effect, Append):
                if self._writer is not None:
                    self._writer.append(effect.entry)
            elif isinstance(effect, Send):
                self._send(effect)
            elif isinstance(effect, LookUp):
                self._look_up(effect)
            else:
                self._close(effect)

    def _send(self, effect: Send) -> None:
        link = self._links.get(effect.link) or self._inside.get(effect.link)
        is_up = link is not None and link.is_up
        data = link.pack(effect.message, effect.size) if link is not None and is_up else b""
        if link is None or not data:
            self.counts["not_sent"] += 1
            return
        waiting = self._writer.waiting if self._writer is not None else None
        if waiting is None:
            link.put(data)
        else:
            waiting.append((link, data, ""))

    def _close(self, effect: Close) -> None:
        link = self._links.get(effect.link)
        if link is None:
            return
        waiting = self._writer.waiting if self._writer is not None else None
        if waiting is None:
            link.end(effect.reason)
        else:
            waiting.append((link, b"", effect.reason))

    def _look_up(self, effect: LookUp) -> None:
        if self._writer is not None:
            self._writer.look_up(effect)
        else:  # What is not kept cannot be found.
            self._loop.call_soon(self.take, Found(effect.number, ()))

    def _settle_soon(self) -> None:
        if self._is_running and not self._is_settling:
            self._is_settling = True
            self._loop.call_soon(self._settle)

    def _settle(self) -> None:
        """At the end of a turn: entries to the disk, bytes to the wire, the timer to its time."""
        self._is_settling = False
        self._connections.flush()  # What waits for no entry leaves before a commit in this turn.
        if self._writer is not None:
            self._writer.submit()
            if self._writer.pending > PENDING_HIGH and not self._is_held:
                self._is_held = True
                self.counts["held"] += 1
                self._connections.hold()
        try:
            self._arm()
        except Exception as error:
            self._fail(error)

    def _release(self, outgoing: Sequence[_Outgoing]) -> None:
        """A commit is done: send what waited for it."""
        for link, data, reason in outgoing:
            if data:
                link.put(data)
            else:
                link.end(reason)
        self._connections.flush()
        if self._is_held and self._writer is not None and self._writer.pending < PENDING_LOW:
            self._is_held = False
            self._connections.resume()

    # Time and limits ----------------------------------------------------------------------------

    def _arm(self) -> None:
        """One timer, moved only if the machine must be woken earlier than it would be."""
        deadline = self._machine.deadline() if self._is_running else None
        if deadline is not None and deadline < self._due:
            if self._timer is not None:
                self._timer.cancel()
            self._due = deadline
            delay = max(0.0, deadline - self.clock.now())
            self._timer = self._loop.call_later(delay, self._wake)

    def _time_shifted(self) -> None:
        """What the timer was set for has come nearer."""
        self._due = NEVER
        self._settle_soon()

    def _watch(self, channel: Channel, link: LinkId) -> Channel:
        return channel if self._tap is None else self._tap.watch(channel, link, self.clock.now)

    # The end ------------------------------------------------------------------------------------

    def _fail(self, error: Exception) -> None:
        """Stop at once: what state we are in is not known, so nothing more may leave."""
        self._shut()
        self._connections.abort()
        for failed in self._failed:
            failed()
        if not self._ended.done():
            self._ended.set_exception(error)

    def _shut(self) -> None:
        self._is_running = False
        self._connections.shut()
        if self._timer is not None:
            self._timer.cancel()


def to_log(noted: Noted) -> None:
    """Have the log tell of *noted*: for programs that show their record nowhere else."""
    level = logging.INFO if noted.kind in ORDINARY else logging.WARNING
    LOG.log(level, "%s: %s: %s", noted.link, noted.kind, noted.reason)


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run *main* to its end, on uvloop where that is installed."""
    # Messages make no cycles, so the collector need not look at every few hundred of them.
    gc.freeze()
    gc.set_threshold(GARBAGE_THRESHOLD)
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    try:
        import uvloop
    except ImportError:
        make_loop = None
    else:
        make_loop = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=make_loop) as runner:
        return runner.run(main)
