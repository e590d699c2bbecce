"""One connection of HTTP: what uvicorn makes of it, within our bounds of size and time."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from cardswitch.wire.ports import Seconds

HEADERS_MAX: Final = 16 * 1024  # bytes from a request's first to the end of its headers


class Connection(HttpToolsProtocol):
    """Ends by itself when headers are too long or too slow; `closed` is set at its end."""

    def __init__(self, config: Config, state: ServerState, request_s: Seconds) -> None:
        super().__init__(config=config, server_state=state, app_state={})
        self.closed = asyncio.Event()
        self.is_made = False
        self._request_s = request_s
        self._headers_size = 0
        self._is_reading_headers = True
        self._slow: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """TLS stands: a request must come."""
        super().connection_made(transport)
        self.is_made = True
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self._heard()
        super().connection_lost(exc)
        self.closed.set()

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        if self._is_reading_headers:
            self._headers_size += len(data)
            if self._headers_size > HEADERS_MAX and len(data) < self._headers_size:
                self._abort()
                return
            if self._slow is None:
                self._wait()
        super().data_received(data)

    def on_headers_complete(self) -> None:
        """The headers are whole: the body is the application's to bound."""
        self._heard()
        self._is_reading_headers = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The next bytes are another request's."""
        super().on_message_complete()
        self._is_reading_headers = True
        self._headers_size = 0

    def _wait(self) -> None:
        self._heard()
        self._slow = self.loop.call_later(self._request_s, self._abort)

    def _heard(self) -> None:
        if self._slow is not None:
            self._slow.cancel()
            self._slow = None

    def _abort(self) -> None:
        self._slow = None
        if self.transport is not None and not self.transport.is_closing():
            self.transport.abort()
