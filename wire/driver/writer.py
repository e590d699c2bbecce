"""The journal's writer: commits what a turn appended; what must wait for the disk leaves after it.

Where the disk is quick a commit runs in the loop's own turn. Else a thread has the journal, and
everything that gathered while its last commit ran is the next one. Nothing lingers.
"""

# How an entry becomes durable, and what waits for it
#
#     loop      Append ─► batch ─► submit ─┬─► write, sync ─┬─► release: put, flush
#     thread                               └─► write, sync ─┘
#
# 1. A machine returns effects. The runtime performs them in order. An Append goes into the batch of
#    this turn of the loop; a Send or Close that comes after it goes into `waiting` of that batch.
# 2. At the end of the turn the batch is submitted. Where the disk is quick (pace.py) it is
#    committed there and then: one write and one sync, or one transaction.
# 3. Else it is handed to the thread. While that syncs, the loop goes on: the machine has its entry
#    in memory and reads the next event. What it decides on an entry that is not durable yet, it may
#    say only after that entry, so nothing untrue can leave. The thread takes all batches that are
#    there and commits them at once. The busier the program, the more entries share a sync; when it
#    is quiet, an entry waits for nobody.
# 4. After the commit what waited is released, in order, and written once to every link.
#
# Once something waits, everything that is sent later waits behind it, on every link, until no entry
# is pending: `waiting` is then None again. That is more than the rule asks for (an answer to one
# terminal need not wait for another's entry), and it is what makes the rule simple: effects leave
# in the order in which they were decided. Timers and received messages never wait.
#
# From the thread back to the turn: what is appended stays in one batch until the thread has
# committed all that it was given, so entries are committed in the order of their Appends.
#
# A look-up goes the same way: it is answered after the commit of the batch that it came in, so it
# sees every entry that was appended before it. Nothing waits for it but the flow that asked.
#
# What is known after a commit: all its entries are durable, in the order of their Appends. After a
# crash in the middle of one: some first part of it may be there, and nobody was told of any of it.
# After a commit that failed nothing is known, so nothing more is written, nothing that waited is
# released, and the runtime ends with the error. It does not try again: a disk that has refused a
# sync may report the next one as done although the bytes are lost.
#
# A server may take a commit and never answer: then the thread hangs in it. After COMMIT_S the
# runtime ends as after any other error, and leaves the thread to the end of the process.
#
# The bound. At more than PENDING_HIGH entries that are not durable the runtime reads no more from
# links that came in, below PENDING_LOW it does again. Answers from upstream are always read.
# Nothing is dropped, peers wait.

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from time import perf_counter, thread_time
from typing import Any, Final, Generic, TypeVar

from cardswitch.specs.errors import Error

from ..ports import Found, LookUp, Seconds
from .journal import Journal
from .pace import Pace

W = TypeVar("W")
# Entries not yet on disk at which no more work is taken in, and at which it is again: at the few
# hundred bytes of an entry, some megabytes, and less than a second of a slow disk.
PENDING_HIGH: Final = 8_000
PENDING_LOW: Final = 2_000
# Until a commit that is not answered is given up, within twice that: longer than a server needs to
# come back, and than anybody waits for an answer of ours.
COMMIT_S: Final = 30.0


def waited_s() -> Seconds:
    """How long this thread has waited so far: by the clock, less the CPU time that it took."""
    return perf_counter() - thread_time()


class _Batch(Generic[W]):
    """One turn of the loop: its entries, what may leave once they are durable, its look-ups."""

    __slots__ = ("awaited", "entries", "look_ups", "waiting")

    def __init__(self) -> None:
        self.awaited: list[asyncio.Future[None]] = []
        self.entries: list[Any] = []
        self.waiting: list[W] = []
        self.look_ups: list[LookUp] = []


class JournalWriter(Generic[W]):
    """Its methods belong to the thread of the loop; only the journal is touched by another one.

    *release* is given what waited, once for every commit; *found* the answers to look-ups; *failed*
    the error of a commit, after which nothing is written or released any more, or of the journal's
    closing.
    """

    def __init__(
        self,
        journal: Journal,
        release: Callable[[Sequence[W]], None],
        found: Callable[[Sequence[Found]], None],
        failed: Callable[[Exception], None],
        waited_s: Callable[[], Seconds] = waited_s,
        commit_s: Seconds = COMMIT_S,
    ) -> None:
        """*waited_s*: how long the calling thread has not worked so far, since whenever.

        *commit_s*: how long a commit in the thread may take, or twice as long.
        """
        # Where whatever may not leave yet is to be put; None if all entries are durable.
        self.waiting: list[W] | None = None
        self.pending = 0
        self.commits = 0
        self._journal = journal
        self._release = release
        self._found = found
        self._failed = failed
        self._waited_s = waited_s
        self._commit_s = commit_s
        self._error: Exception | None = None
        self._open: _Batch[W] | None = None
        self._submitted: deque[_Batch[W]] = deque()
        self._queue: SimpleQueue[_Batch[W] | None] = SimpleQueue()
        self._pace = Pace(may_be_in_turn=journal.is_local)
        self._loop = asyncio.get_running_loop()
        self._ended = asyncio.Event()
        self._thread: threading.Thread | None = None
        self._watch: asyncio.TimerHandle | None = None
        self._hangs = False

    def append(self, entry: Any) -> None:
        """Have *entry* written; whatever comes after it must go into `waiting`."""
        batch = self._batch()
        self.waiting = batch.waiting
        batch.entries.append(entry)
        self.pending += 1

    def look_up(self, look_up: LookUp) -> None:
        """Have *look_up* answered after all that was appended before it; nothing waits for it."""
        self._batch().look_ups.append(look_up)

    def _batch(self) -> _Batch[W]:
        if self._open is None:
            self._open = _Batch()
        return self._open

    @property
    def is_in_turn(self) -> bool:
        """Whether commits run in the loop's own turn."""
        return self._pace.in_turn

    async def durable(self) -> None:
        """Return when all that was appended so far is committed; raise Error if it cannot be."""
        last = self._open or (self._submitted[-1] if self._submitted else None)
        if self._error is None and last is not None:
            committed = self._loop.create_future()
            last.awaited.append(committed)
            await committed
        if self._error is not None:
            raise Error("the journal cannot be written") from self._error

    def submit(self) -> None:
        """Commit what was appended, or hand it to the thread: once in every turn of the loop."""
        if self._open is None or self._error is not None:
            return
        if not self._pace.in_turn:
            self._hand_over(self._open)
        elif not self._submitted:  # Else it waits with all that comes, until the thread is done.
            self._commit_in_turn(self._open)

    async def close(self) -> None:
        """Commit and release what there is, then close the journal."""
        self.submit()
        if self._open is not None and self._error is None:
            self._hand_over(self._open)  # It was kept back for a trial.
        if self._thread is None:
            self._close_journal()
            return
        self._queue.put(None)
        await self._ended.wait()
        if self._watch is not None:
            self._watch.cancel()
        if not self._hangs:
            self._thread.join()

    def _hand_over(self, batch: _Batch[W]) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
            self._thread.start()
        self._open = None
        self._submitted.append(batch)
        self._queue.put(batch)
        if self._watch is None:
            self._watch_over(batch)

    def _watch_over(self, oldest: _Batch[W]) -> None:
        self._watch = self._loop.call_later(self._commit_s, self._look_at, oldest)

    def _look_at(self, oldest: _Batch[W]) -> None:
        """Give up if *oldest*, the first that the thread had when the watch began, still waits."""
        self._watch = None
        if not self._submitted or self._error is not None:
            return
        if self._submitted[0] is not oldest:
            self._watch_over(self._submitted[0])
            return
        self._hangs = True
        self._broken(
            Error(
                f"the journal has not answered a commit for {self._commit_s:g} s: see to its "
                "database, then start again"
            )
        )
        self._ended.set()

    def _commit_in_turn(self, batch: _Batch[W]) -> None:
        before = self._waited_s()
        try:
            self._commit([batch])
            found = self._answers([batch])
        except Exception as error:
            self._broken(error)
            return
        self._pace.committed_in_turn(self._waited_s() - before)
        self._open = None
        self._submitted.append(batch)
        self._committed(1)
        if found:
            self._found(found)

    def _committed(self, batches: int) -> None:
        released: list[W] = []
        for _ in range(batches):
            batch = self._submitted.popleft()
            self.pending -= len(batch.entries)
            released += batch.waiting
            _end_wait(batch)
        if not self.pending:
            self.waiting = None
        self._release(released)

    def _committed_in_thread(self, batches: int) -> None:
        """What was kept back for a trial in the turn goes on, too."""
        if self._error is not None:
            return  # It came after we had given it up.
        self._committed(batches)
        self._pace.committed_in_thread()
        if self._pace.in_turn:
            self.submit()

    def _broken(self, error: Exception) -> None:
        """Nothing is written any more: whoever waits for that hears of it."""
        self._error = error
        for batch in (*self._submitted, *([self._open] if self._open is not None else [])):
            _end_wait(batch)
        self._failed(error)

    # The journal --------------------------------------------------------------------------------

    def _commit(self, batches: Sequence[_Batch[W]]) -> None:
        entries = [entry for batch in batches for entry in batch.entries]
        if entries:
            self._journal.commit(entries)
            self.commits += 1

    def _answers(self, batches: Sequence[_Batch[W]]) -> list[Found]:
        """What cannot be read is not known; only what cannot be written ends the program.

        Who only reads from then on would never learn that there is nothing to write to.
        """
        look_ups = [each for batch in batches for each in batch.look_ups]
        if not look_ups:
            return []
        found: Sequence[Sequence[Any] | None]
        try:
            found = self._journal.look_up([each.question for each in look_ups])
        except Error:
            self._journal.require_held()
            found = [None] * len(look_ups)
        return [Found(each.number, rows) for each, rows in zip(look_ups, found, strict=True)]

    # In the thread ------------------------------------------------------------------------------

    def _run(self) -> None:
        for work in (self._commit_all, self._journal.close):
            try:
                work()
            except Exception as error:
                self._tell(self._broken, error)
        self._tell(self._ended.set)

    def _commit_all(self) -> None:
        while batches := self._gathered():
            self._commit(batches)
            self._tell(self._committed_in_thread, len(batches))
            if found := self._answers(batches):
                self._tell(self._found, found)

    def _gathered(self) -> list[_Batch[W]]:
        """Wait for a batch, and take every other that is there already; none at the end."""
        batches = []
        batch = self._queue.get()
        while batch is not None:
            batches.append(batch)
            try:
                batch = self._queue.get_nowait()
            except Empty:
                return batches
        if batches:
            self._queue.put(None)  # The end again, for the next time.
        return batches

    def _close_journal(self) -> None:
        try:
            self._journal.close()
        except Exception as error:
            self._broken(error)

    def _tell(self, what: Callable[..., None], *arguments: Any) -> None:
        try:
            self._loop.call_soon_threadsafe(what, *arguments)
        except RuntimeError:
            """The loop was closed without waiting for us: as in a crash, nobody is left to tell."""


def _end_wait(batch: _Batch[Any]) -> None:
    for awaited in batch.awaited:
        if not awaited.done():  # Whoever was cancelled waits no more.
            awaited.set_result(None)
