"""A cable between two programs that a test pulls out, and puts back.

Pulled out it is a black hole: connections stand, new ones too, and nothing comes through. What was
said meanwhile comes late, as TCP sends it again.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress

CHUNK = 65_536


class Cable:
    """Passes on all that comes to its *port*, to *target* at this machine and back."""

    def __init__(self, target: int) -> None:
        self.port = 0
        self._target = target
        self._is_in = asyncio.Event()
        self._is_in.set()
        self._tasks: set[asyncio.Task[None]] = set()

    def pull(self) -> None:
        """From now on nothing comes through, and nobody is told."""
        self._is_in.clear()

    def put_back(self) -> None:
        """All comes through again."""
        self._is_in.set()

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Somebody dialled."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await self._is_in.wait()
        try:
            other_reader, other_writer = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            return writer.close()
        with suppress(OSError):
            await asyncio.gather(
                self._pass_on(reader, other_writer), self._pass_on(other_reader, writer)
            )
        return None

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(CHUNK):
                await self._is_in.wait()
                writer.write(data)
            await self._is_in.wait()
        finally:
            writer.close()

    def end(self) -> None:
        """Forget all connections."""
        for task in self._tasks:
            task.cancel()


@asynccontextmanager
async def cable(target: int):
    """A cable to the port *target* of this machine."""
    made = Cable(target)
    server = await asyncio.start_server(made.connected, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        made.end()
        server.close()
