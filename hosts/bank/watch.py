"""The emulated bank at work: it looks into the folder of orders, and answers into its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Lock
from typing import Final

from cardswitch.specs.errors import Error
from cardswitch.wire.driver.runtime import Clock
from cardswitch.wire.operator.files import read_at_most

from .config import BankConfig
from .offline import alone, book_due, leave_alone, recall, take
from .order import ORDER_MAX, Unreadable

LOOK_S: Final = 0.5  # between two looks; one that finds nothing new asks for the time of a folder
AT_ONCE: Final = 100  # orders that are read in one look


class BankWatch:
    """Takes each order once, by the name of its file; *say* is told what becomes of it."""

    def __init__(self, config: BankConfig, clock: Clock, say: Callable[[str], None]) -> None:
        self._config = config
        self._clock = clock
        self._say = say
        self._lock = Lock()  # One look at a time, whoever asks for it.
        self._seen = -1  # when the folder of orders had changed last, in nanoseconds
        self._waiting: dict[str, str] = {}  # why orders could not be taken yet, as it was said
        self._task: asyncio.Task[None] | None = None
        self._held = ExitStack()

    def start(self) -> None:
        """Look again and again, within a running loop, until :meth:`stop`. Raises Error."""
        self._held.enter_context(alone(Path(self._config.answers)))
        recall(Path(self._config.answers))  # What is damaged is said now.
        self._task = asyncio.create_task(self._go_on())

    async def wait(self) -> None:
        """Return after :meth:`stop`; raise the error that ended it, if one did."""
        if self._task is not None:
            await asyncio.wait([self._task])
            if not self._task.cancelled():
                await self._task

    async def stop(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        with self._lock:  # A look that is under way ends first: its thread goes on without us.
            self._held.close()

    def look(self) -> list[str]:
        """Take the orders that are new, and book what is due; the names of the answers."""
        folder = Path(self._config.answers)
        with self._lock:
            answers = [name for order in self._new() for name in self._take(order)]
            return [*answers, *book_due(folder, self._clock.now(), self._config)]

    async def _go_on(self) -> None:
        said = ""
        while True:
            try:
                await asyncio.to_thread(self.look)
                said = ""
            except (OSError, Error) as error:  # A full disk, for one: it may have room again.
                self._seen = -1
                if str(error) != said:
                    said = str(error)
                    self._say(f"bank: {said}; it tries again")
            await asyncio.sleep(LOOK_S)

    def _new(self) -> Iterator[Path]:
        """Orders that were not read yet; none while the folder is as it was."""
        folder = Path(self._config.orders)
        changed = folder.stat().st_mtime_ns if folder.is_dir() else -1
        if changed == self._seen:
            return
        known = set(recall(Path(self._config.answers)).files)
        orders = (path for path in folder.glob("*") if path.suffix in (".xml", ".ach"))
        found = sorted(path for path in orders if path.name not in known and path.is_file())
        if len(found) <= AT_ONCE:
            self._seen = changed
        yield from found[:AT_ONCE]

    def _take(self, order: Path) -> tuple[str, ...]:
        folder = Path(self._config.answers)
        try:
            content = read_at_most(order, ORDER_MAX)
            taken = take(content, folder, self._clock.now(), self._config, order.name)
        except Unreadable as error:
            self._waiting.pop(order.name, None)
            self._say(f"bank: {order.name} is no order: {error}")
            leave_alone(folder, order.name)
            return ()
        except (OSError, Error) as error:
            if self._waiting.get(order.name) != str(error):
                self._waiting[order.name] = str(error)
                self._say(f"bank: {order.name} cannot be taken yet: {error}")
            self._seen = -1
            return ()
        self._waiting.pop(order.name, None)
        rejected = f", {len(taken.rejections)} rejected" if taken.rejections else ""
        self._say(f"bank: {order.name} taken{rejected}: {', '.join(taken.files)}")
        return taken.files
