"""Takes in whoever connects: a task for each connection, which is closed with it.

The loop's own servers lose a connection that they took in the moment before they are closed.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Coroutine
from typing import Any, Final

BACKLOG: Final = 512  # Connections that the system keeps for us while we are busy.
RETRY_S: Final = 0.5  # Without a file descriptor for one more connection, so long until the next.
IN_A_ROW: Final = 64  # Taken in before all others have their turn.


class Accepting:
    """Accepts connections at sockets that listen, until it is closed."""

    def __init__(
        self,
        meet: Callable[[socket.socket, str], Coroutine[Any, Any, None] | None],
        failed: Callable[[Exception], None],
        short: Callable[[OSError], None] = lambda error: None,
    ) -> None:
        """*meet*: what to do with a connection from an address; None refuses it. *failed*: told of
        what must not happen. *short*: told why nobody can come in, once until somebody does."""
        self._meet = meet
        self._failed = failed
        self._short = short
        self._loop = asyncio.get_running_loop()
        self._is_open = True
        self._sockets: list[socket.socket] = []
        # All that it is at, with the connection or the socket that listens.
        self.tasks: dict[asyncio.Task[None], socket.socket] = {}

    async def open(self, host: str, port: int) -> int:
        """Listen at *host*; the port. Raises OSError."""
        found = await self._loop.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        for family, *_, address in found:
            self.accept_at(socket.create_server(address[:2], family=family, backlog=BACKLOG))
        bound: int = self._sockets[0].getsockname()[1]
        return bound

    def accept_at(self, listening: socket.socket) -> None:
        """Let those in who come at *listening*, which is closed at the end."""
        listening.setblocking(False)
        self._sockets.append(listening)
        self._start(self._accept(listening), listening)

    def close(self) -> None:
        """Let nobody in any more, and end what is being done for those who came."""
        self._is_open = False
        for task, connection in self.tasks.items():
            if connection not in self._sockets or not _is_deaf(connection):
                task.cancel()

    async def closed(self) -> None:
        """Return when all has come to its end."""
        await asyncio.gather(*self.tasks, return_exceptions=True)

    def _start(self, work: Coroutine[Any, Any, None], connection: socket.socket) -> None:
        task = self._loop.create_task(work)
        self.tasks[task] = connection
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        connection = self.tasks.pop(task)
        if task.cancelled() or connection in self._sockets:
            connection.close()  # It may not even have begun.
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            self._failed(error)

    async def _accept(self, listening: socket.socket) -> None:
        taken, is_short = 0, False
        while self._is_open:
            try:
                peer, address = await self._loop.sock_accept(listening)
            except OSError as error:
                if self._is_open:
                    if not is_short:
                        self._short(error)
                    is_short = True
                    await asyncio.sleep(RETRY_S)
                continue
            is_short = False
            meeting = self._meet(peer, str(address[0]) if address else "")
            if meeting is None:
                peer.close()
            else:
                self._start(meeting, peer)
            taken += 1
            if taken % IN_A_ROW == 0:
                await asyncio.sleep(0)


def _is_deaf(listening: socket.socket) -> bool:
    """Whether *listening* takes nobody in from now on, and tells whoever waits at it.

    A task that is cancelled loses the connection that it was just being given. Some systems know
    this of connected sockets alone, and Linux not of Unix sockets.
    """
    if listening.family not in (socket.AF_INET, socket.AF_INET6):
        return False
    try:
        listening.shutdown(socket.SHUT_RDWR)
    except OSError:
        return False
    return True
