"""The port of a listener that speaks TLS: whoever comes in has a place before his handshake.

So a peer that says nothing, or never ends its handshake, is within the same bounds as a link: those
of the listener, and of one address. CONNECT_S later its place is free again.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Coroutine
from typing import Any, Final, Protocol

from ..ports import LinkId
from .links import Entrance, Entrant
from .tls import Tls, why

CONNECT_S: Final = 5.0  # For a TCP connection, and again for the TLS handshake.
BACKLOG: Final = 512  # Connections that the system keeps for us while we are busy.
RETRY_S: Final = 0.5  # Without a file descriptor for one more connection, so long until the next.


class Keeper(Protocol):
    """What a gate needs of those who keep links."""

    def refusal(self, name: LinkId, who: Entrant, listener: Entrance | None) -> str:
        """Give *who* a place at *listener*, or tell, and return, why not."""
        ...

    def refuse_tls(self, name: LinkId, reason: str) -> None:
        """Tell that no handshake came to its end at the listener *name*."""
        ...

    def renew(self, name: LinkId, tls: Tls | None) -> None:
        """Have *tls* show, and trust, what its files hold now."""
        ...


class Place:
    """A place at *listener*, from the first byte of a handshake to the end of its link."""

    def __init__(self, listener: Entrance, address: str) -> None:
        self.address = address
        self.accept = listener.accept
        self._listener = listener

    def refusal(self, who: Entrant) -> str:
        """Its link is in already."""
        return ""

    def left(self, who: Entrant) -> None:
        """The place is free again."""
        self._listener.left(self)


class Gate:
    """Accepts connections, and makes links of those whose handshake comes to its end."""

    def __init__(
        self,
        keeper: Keeper,
        name: str,
        listener: Entrance,
        tls: Tls,
        failed: Callable[[Exception], None],
    ) -> None:
        """*failed*: told of what must not happen."""
        self._keeper = keeper
        self._failed = failed
        self._name = LinkId(name)
        self._listener = listener
        self._tls = tls
        self._loop = asyncio.get_running_loop()
        self._sockets: list[socket.socket] = []
        # All that it is at; of a handshake, the connection.
        self.tasks: dict[asyncio.Task[None], socket.socket | None] = {}

    async def open(self, host: str, port: int) -> int:
        """Listen at *host*; the port. Raises OSError."""
        found = await self._loop.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        for family, *_, address in found:
            listening = socket.create_server(address[:2], family=family, backlog=BACKLOG)
            listening.setblocking(False)
            self._sockets.append(listening)
            self._start(self._accept(listening))
        bound: int = self._sockets[0].getsockname()[1]
        return bound

    def close(self) -> None:
        """Let nobody in any more; those in their handshake neither."""
        for task in self.tasks:
            task.cancel()
        for listening in self._sockets:
            listening.close()

    def _start(self, work: Coroutine[Any, Any, None], peer: socket.socket | None = None) -> None:
        task = self._loop.create_task(work)
        self.tasks[task] = peer
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        peer = self.tasks.pop(task)
        if task.cancelled() and peer is not None:
            peer.close()  # It may not even have begun.
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            self._failed(error)

    async def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                peer, address = await self._loop.sock_accept(listening)
            except OSError:
                await asyncio.sleep(RETRY_S)
                continue
            place = Place(self._listener, str(address[0]))
            if self._keeper.refusal(self._name, place, self._listener):
                peer.close()
            else:
                self._keeper.renew(self._name, self._tls)
                self._start(self._shake_hands(peer, place), peer)

    async def _shake_hands(self, peer: socket.socket, place: Place) -> None:
        link = place.accept()
        link.listener = place
        try:
            await self._loop.connect_accepted_socket(
                lambda: link, peer, ssl=self._tls.context, ssl_handshake_timeout=CONNECT_S
            )
        except BaseException as error:
            place.left(place)
            if isinstance(error, ConnectionAbortedError):
                silent = f"{place.address}: no end of the handshake within {CONNECT_S:g} s"
                self._keeper.refuse_tls(self._name, silent)
            elif isinstance(error, ssl.SSLError):
                self._keeper.refuse_tls(self._name, why(error))
            elif not isinstance(error, OSError):  # It went away, as who looks at ports does.
                raise
