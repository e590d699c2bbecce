"""A line between two programs: late, in slices, twice, out of order, or cut."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from cardswitch.wire.framing import Framing
from tests.kit.listening import HOST, listening

FAULTS: Final = ("latency", "slices", "doubles", "reorder", "reset", "half-open")
LATENCY_S: Final = 0.2
PATIENCE_S: Final = 0.05  # how long a frame is kept back for the next one to overtake it
RESET_AFTER: Final = 5  # frames, at most, of a connection
STANDS_S: Final = 1.5  # a connection that is half open hears nothing for so long, and is then gone


class Proxy:
    """Passes on what comes, to *port* of this machine and back; :attr:`fault` is what it does."""

    def __init__(self, port: int, framing: Framing, seed: int = 1) -> None:
        self.fault = ""
        self.at = 0  # where it listens
        self.passed = 0  # frames
        self.done = 0  # of them, those that something befell
        self._port, self._framing = port, framing
        self._chance = random.Random(seed)
        self._talks: set[tuple[asyncio.StreamWriter, ...]] = set()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Somebody dialled."""
        there, back = await asyncio.open_connection(HOST, self._port)
        ends = writer, back
        self._talks.add(ends)
        try:
            await asyncio.gather(self._carry(reader, back, ends), self._carry(there, writer, ends))
        finally:
            self._talks.discard(ends)
            back.transport.abort()

    def cut(self) -> None:
        """Every connection is reset."""
        for ends in self._talks:
            for end in ends:
                end.transport.abort()

    async def _carry(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        ends: tuple[asyncio.StreamWriter, ...],
    ) -> None:
        framer = self._framing.framer()
        while data := await reader.read(65_536):
            frames = [self._framing.frame(payload) for payload in framer.feed(data)]
            for frame in frames:
                self.passed += 1
                await self._pass(frame, reader, writer, ends)
        writer.close()

    async def _pass(
        self,
        frame: bytes,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        ends: tuple[asyncio.StreamWriter, ...],
    ) -> None:
        self.done += bool(self.fault)
        match self.fault:
            case "latency":
                await asyncio.sleep(self._chance.uniform(0.0, LATENCY_S))
            case "slices":
                for byte in frame[:-1]:
                    writer.write(bytes((byte,)))
                    await asyncio.sleep(0)
                frame = frame[-1:]
            case "doubles":
                frame += frame
            case "reorder":
                asyncio.get_running_loop().call_later(
                    self._chance.uniform(0.0, PATIENCE_S), _write, writer, frame
                )
                return
            case "reset" if self._chance.randrange(RESET_AFTER) == 0:
                for end in ends:
                    end.transport.abort()
            case "half-open" if self._chance.randrange(RESET_AFTER) == 0:
                await asyncio.sleep(STANDS_S)
                for end in ends:
                    end.transport.abort()
        _write(writer, frame)


def _write(writer: asyncio.StreamWriter, frame: bytes) -> None:
    if not writer.transport.is_closing():
        writer.write(frame)


@asynccontextmanager
async def between(port: int, framing: Framing) -> AsyncIterator[Proxy]:
    """A proxy in front of *port*."""
    proxy = Proxy(port, framing)
    async with listening(proxy.talk) as proxy.at:
        yield proxy
