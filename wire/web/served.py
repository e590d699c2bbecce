"""A program that serves HTTPS alone: it is opened, waited for and stopped as a runtime is."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from typing import TypeVar

from ..ports import LinkId
from ..record import Record

S = TypeVar("S", bound="Served")


class Served(ABC):
    """Its *record* tells under *link* what happens; it is closed at the end."""

    def __init__(self, record: Record, link: LinkId) -> None:
        self.port = 0
        self._record = record
        self._link = link
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @abstractmethod
    async def open(self) -> None:
        """Listen. Raises OSError."""

    @abstractmethod
    async def close(self) -> None:
        """Let nobody in, and answer what is in work."""

    async def wait(self) -> None:
        """Return after :meth:`stop`."""
        await asyncio.shield(self._ended)

    async def stop(self) -> None:
        """Close, and end."""
        await self.close()
        self._record.close()
        if not self._ended.done():
            self._ended.set_result(None)

    def note(self, kind: str, reason: str) -> None:
        """Tell of what happened."""
        self._record.note(kind, self._link, reason)


async def opened(served: S) -> S:
    """*served*, which listens, or has ended. Raises OSError."""
    try:
        await served.open()
    except BaseException:
        await served.stop()
        raise
    return served
