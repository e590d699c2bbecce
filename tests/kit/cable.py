"""A cable between two programs that a test pulls out, and puts back.

Pulled out it is a black hole: connections stand, new ones too, and nothing comes through. What was
said meanwhile comes late, as TCP sends it again.
"""

from __future__ import annotations

import asyncio

from .listening import pass_on


class Cable:
    """Passes on all that comes, to *target* at this machine and back."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._is_in = asyncio.Event()
        self._is_in.set()

    def pull(self) -> None:
        """From now on nothing comes through, and nobody is told."""
        self._is_in.clear()

    def put_back(self) -> None:
        """All comes through again."""
        self._is_in.set()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Somebody dialled."""
        await self._is_in.wait()
        await pass_on(reader, writer, self._target, self._passes)

    async def _passes(self, _: bytes) -> None:
        await self._is_in.wait()
