"""The journal's writer: one thread commits, and what must wait for the disk leaves after it.

Everything that gathered while the last commit ran is the next one (group commit); nothing lingers.
"""

# How an entry becomes durable, and what waits for it
#
#     loop      Append ─► batch ─► submit ┐                    ┌─► release: put, flush
#     thread                              └─► write, sync ─────┘
#
# 1. A machine returns effects. The runtime performs them in order. An Append goes into the batch of
#    this turn of the loop; a Send or Close that comes after it goes into `waiting` of that batch.
# 2. At the end of the turn the batch is submitted to the thread. While the thread syncs, the loop
#    goes on: the machine has its entry in memory and reads the next event. What it decides on an
#    entry that is not durable yet, it may say only after that entry, so nothing untrue can leave.
# 3. The thread takes all batches that are there, and commits them at once: one write and one sync,
#    or one transaction. The busier the program, the more entries share a sync; when it is quiet, an
#    entry waits for nobody.
# 4. The loop hears of it, releases what waited, in order, and writes once to every link.
#
# Once something waits, everything that is sent later waits behind it, on every link, until no entry
# is pending: `waiting` is then None again. That is more than the rule asks for (an answer to one
# terminal need not wait for another's entry), and it is what makes the rule simple: effects leave
# in the order in which they were decided. Timers and received messages never wait.
#
# What is known after a commit: all its entries are durable, in the order of their Appends. After a
# crash in the middle of one: some first part of it may be there, and nobody was told of any of it.
# After a commit that failed nothing is known, so nothing more is written, nothing that waited is
# released, and the runtime ends with the error. It does not try again: a disk that has refused a
# sync may report the next one as done although the bytes are lost.
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
from typing import Any, Final, Generic, TypeVar

from .journal import Journal

W = TypeVar("W")
# Entries not yet on disk at which no more work is taken in, and at which it is again: at the few
# hundred bytes of an entry, some megabytes, and less than a second of a slow disk.
PENDING_HIGH: Final = 8_000
PENDING_LOW: Final = 2_000


class _Batch(Generic[W]):
    """The entries of one turn of the loop, and what may leave once they are durable."""

    __slots__ = ("entries", "waiting")

    def __init__(self) -> None:
        self.entries: list[Any] = []
        self.waiting: list[W] = []


class JournalWriter(Generic[W]):
    """Its methods belong to the thread of the loop; only the journal is touched by the other one.

    *release* is given what waited, once for every commit; *failed* the error of a commit, after
    which nothing is written or released any more, or of the journal's closing.
    """

    def __init__(
        self,
        journal: Journal,
        release: Callable[[Sequence[W]], None],
        failed: Callable[[Exception], None],
    ) -> None:
        # Where whatever may not leave yet is to be put; None if all entries are durable.
        self.waiting: list[W] | None = None
        self.pending = 0
        self.commits = 0
        self._journal = journal
        self._release = release
        self._failed = failed
        self._open: _Batch[W] | None = None
        self._submitted: deque[_Batch[W]] = deque()
        self._queue: SimpleQueue[list[Any] | None] = SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self._ended = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def append(self, entry: Any) -> None:
        """Have *entry* written; whatever comes after it must go into `waiting`."""
        if self._open is None:
            self._open = _Batch()
            self.waiting = self._open.waiting
        self._open.entries.append(entry)
        self.pending += 1

    def submit(self) -> None:
        """Hand what was appended to the thread: once in every turn of the loop."""
        if self._open is not None:
            self._submitted.append(self._open)
            self._queue.put(self._open.entries)
            self._open = None

    async def close(self) -> None:
        """Commit and release what there is, then close the journal."""
        self.submit()
        self._queue.put(None)
        await self._ended.wait()
        self._thread.join()

    def _committed(self, batches: int) -> None:
        released: list[W] = []
        for _ in range(batches):
            batch = self._submitted.popleft()
            self.pending -= len(batch.entries)
            released += batch.waiting
        if not self.pending:
            self.waiting = None
        self.commits += 1
        self._release(released)

    # In the thread ------------------------------------------------------------------------------

    def _run(self) -> None:
        for work in (self._commit_all, self._journal.close):
            try:
                work()
            except Exception as error:
                self._tell(self._failed, error)
        self._tell(self._ended.set)

    def _commit_all(self) -> None:
        while batches := self._gathered():
            self._journal.commit([entry for batch in batches for entry in batch])
            self._tell(self._committed, len(batches))

    def _gathered(self) -> list[list[Any]]:
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

    def _tell(self, what: Callable[..., None], *arguments: Any) -> None:
        try:
            self._loop.call_soon_threadsafe(what, *arguments)
        except RuntimeError:
            """The loop was closed without waiting for us: as in a crash, nobody is left to tell."""
