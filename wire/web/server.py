"""A port of HTTPS in our loop: taken in by our own accepting, all closed at the end."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable, Coroutine
from typing import Any, Final

from uvicorn.config import Config
from uvicorn.server import ServerState

from ..driver.accepting import Accepting
from ..driver.gate import CONNECT_S, finished
from ..driver.listener import anybody
from ..driver.tls import server_tls
from ..operator.addresses import address_rule
from .connection import Connection, Refusal, in_words
from .place import WebPlace

SHUTDOWN_S: Final = 1.0  # For the peer's part of the end of TLS.
END_S: Final = 6.0  # A request in work is answered by then.


class WebServer:
    """Serves *app* at one port; *note* is told of whom it refused, and of what failed.

    *key* is the section of its *place*; *refusal* says what is answered that reaches no *app*.
    Raises ConfigError if its certificate cannot be used.
    """

    def __init__(
        self,
        app: Any,
        place: WebPlace,
        note: Callable[[str, str], None],
        key: str,
        refusal: Refusal = in_words,
    ) -> None:
        tls = server_tls(place, f"{key}.tls_")
        assert tls is not None, "a place of HTTPS has a certificate"
        for name in ("uvicorn.error", "uvicorn.access"):  # What happens goes into our record.
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._place = place
        self._tls = tls
        self._note = note
        self._key = key
        self._refusal = refusal
        self._state = ServerState()
        self._config = Config(
            app,
            interface="asgi3",
            http="httptools",
            ws="none",
            loop="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=int(place.idle_s),
        )
        self._config.load()
        self._accepting = Accepting(self._meet, self._failed, self._short)
        self._connections = 0
        self._allows = address_rule(place.allow, f"{key}.allow") if place.allow else anybody

    async def open(self) -> int:
        """Listen; the port. Raises OSError."""
        return await self._accepting.open(self._place.host, self._place.port)

    async def close(self) -> None:
        """Let nobody in, let requests in work be answered, and close every connection."""
        connections = list(self._state.connections)
        self._accepting.close()
        for connection in connections:
            connection.shutdown()
        await self._accepting.closed()

    def _failed(self, error: Exception) -> None:
        self._note("accepting_failed", f"{self._key}: {type(error).__name__}")

    def _short(self, error: OSError) -> None:
        self._note("not_accepted", f"{self._key}: nobody can come in: {error.strerror}")

    def _meet(self, peer: socket.socket, address: str) -> Coroutine[Any, Any, None] | None:
        if not self._allows(address):
            self._note("link_refused", f"{address}: it is none of {self._key}.allow")
            return None
        if self._connections >= self._place.connections_max:
            text = f"{address}: {self._key} has its {self._connections} connections"
            self._note("link_refused", text)
            return None
        problem = self._tls.renew()
        if problem:
            self._note("tls_not_renewed", f"{problem}; what was read before goes on")
        return self._serve(peer, address)

    async def _serve(self, peer: socket.socket, address: str) -> None:
        connection = Connection(
            self._config, self._state, self._place.request_s, self._tls.stranger, self._refusal
        )
        loop = asyncio.get_running_loop()
        self._connections += 1
        try:
            connecting = loop.create_task(
                loop.connect_accepted_socket(
                    lambda: connection,
                    peer,
                    ssl=self._tls.context,
                    ssl_handshake_timeout=CONNECT_S,
                    ssl_shutdown_timeout=SHUTDOWN_S,
                )
            )
            await finished(connecting, connection)
            if connection.strange:
                self._note("tls_refused", f"{address}: {connection.strange}")
            await connection.closed.wait()
        except asyncio.CancelledError:
            if not connection.is_made:
                raise
            await self._end(connection)
        except (OSError, ssl.SSLError) as error:
            self._note("tls_refused", f"{address}: {error.strerror or type(error).__name__}")
        finally:
            self._connections -= 1

    async def _end(self, connection: Connection) -> None:
        """A last moment for what is in work; then it is over."""
        try:
            async with asyncio.timeout(END_S):
                await connection.closed.wait()
        except TimeoutError:
            connection.transport.abort()
            await connection.closed.wait()
