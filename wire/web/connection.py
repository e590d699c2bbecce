"""One connection of HTTP: what uvicorn makes of it, within our bounds of size and time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final

from msgspec import Struct
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from ..driver.tls import names_of
from ..ports import Seconds

HEADERS_MAX: Final = 16 * 1024  # bytes from a request's first to the end of its headers


_TOO_MUCH: Final = f"Headers have at most {HEADERS_MAX} bytes"
VERSIONS: Final = frozenset({"1.0", "1.1"})
CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"  # as uvicorn says it


class _Unclear(Exception):
    """It cannot be read in one way alone."""


class _TooMuch(Exception):
    """Headers that nobody needs."""


class Said(Struct, frozen=True):
    """What a request is answered that reaches no application: a body of some kind."""

    kind: str
    body: bytes
    headers: Mapping[str, str] = {}


Refusal = Callable[[int, str], Said]


def in_words(status: int, text: str) -> Said:
    """A refusal as plain text."""
    return Said("text/plain; charset=utf-8", f"{status}: {text}\n".encode())


class Joined:
    """What one answer is written to: its head leaves with the first of its body, in one record."""

    __slots__ = ("_head", "_is_begun", "_transport")

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self._head = b""
        self._is_begun = False

    def write(self, data: bytes) -> None:
        """The next of it."""
        if self._is_begun or data == CONTINUE:
            self._transport.write(self._head + data if self._head else data)
            self._head = b""
        else:
            self._is_begun, self._head = True, data

    def close(self) -> None:
        """It was the last answer, or no body comes."""
        if self._head:
            self.write(b"")
        self._transport.close()

    def is_closing(self) -> bool:
        """Whether nobody will read it."""
        return bool(self._transport.is_closing())


class Connection(HttpToolsProtocol):
    """Refuses headers that are too long or too slow; `closed` is set at its end.

    *stranger* says of the names in a peer's certificate why it may not come in, or nothing;
    *refusal* makes the answers.
    """

    def __init__(
        self,
        config: Config,
        state: ServerState,
        request_s: Seconds,
        stranger: Callable[[tuple[str, ...]], str],
        refusal: Refusal = in_words,
    ) -> None:
        super().__init__(config=config, server_state=state, app_state={})
        self.closed = asyncio.Event()
        self.is_made = False
        self.strange = ""  # why the peer may not come in
        self._request_s = request_s
        self._stranger = stranger
        self._refusal = refusal
        self._size = 0  # bytes since the last request ended, while headers are read
        self._headers_size = 0
        self._is_reading_headers = True
        self._slow: asyncio.TimerHandle | None = None
        self._untaken: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """TLS stands: a request must come."""
        super().connection_made(transport)
        self.is_made = True
        self.strange = self._stranger(names_of(transport.get_extra_info("peercert")))
        if self.strange:
            transport.abort()
        else:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self._heard()
        self._taken()
        super().connection_lost(exc)
        self.closed.set()

    def pause_writing(self) -> None:
        """The peer takes no more for now: it is given as long as one that asks nothing."""
        super().pause_writing()
        self._taken()
        self._untaken = self.loop.call_later(self.timeout_keep_alive, self.transport.abort)

    def resume_writing(self) -> None:
        """It takes what is written again."""
        self._taken()
        super().resume_writing()

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        if self.strange:
            return
        if self._is_reading_headers:
            self._size += len(data)
            if self._slow is None:
                self._wait()
        super().data_received(data)
        if self._is_reading_headers and self._size > HEADERS_MAX:
            self._refuse(431, _TOO_MUCH)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header is whole."""
        self._headers_size += len(name) + len(value) + len(": \r\n")
        if self._headers_size > HEADERS_MAX:
            raise _TooMuch
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The headers are whole: the body is the application's to bound."""
        self._heard()
        if self.parser.get_http_version() not in VERSIONS:
            raise _Unclear("a version that is none")
        for name, value in self.headers:
            if name == b"transfer-encoding" and value.strip().lower() != b"chunked":
                raise _Unclear("where the body ends")
        self._is_reading_headers = False
        super().on_headers_complete()
        if self.scope["method"] != "HEAD":  # whose answer has no body
            self.cycle.transport = Joined(self.transport)  # type: ignore[assignment]

    def on_message_complete(self) -> None:
        """The next bytes are another request's."""
        super().on_message_complete()
        self._is_reading_headers = True
        self._size = self._headers_size = 0

    def _wait(self) -> None:
        self._heard()
        self._slow = self.loop.call_later(self._request_s, self._too_slow)

    def _heard(self) -> None:
        if self._slow is not None:
            self._slow.cancel()
            self._slow = None

    def _taken(self) -> None:
        if self._untaken is not None:
            self._untaken.cancel()
            self._untaken = None

    def send_400_response(self, msg: str) -> None:
        """What came is no HTTP, or means two things: nobody may read it one way or the other."""
        if self._headers_size > HEADERS_MAX:
            self._refuse(431, _TOO_MUCH)
        else:
            self._refuse(400, "This is no request of HTTP/1.1 that means one thing")

    def _too_slow(self) -> None:
        self._slow = None
        if self._size:
            self._refuse(408, f"The headers were not whole within {self._request_s:g} s")
        elif self.transport is not None:
            self.transport.abort()

    def _refuse(self, status: int, text: str) -> None:
        """Say what is wrong, unless an answer is on its way, and end the connection."""
        self._heard()
        if self.transport is None or self.transport.is_closing():
            return
        if self._is_nobody_answered():
            self.transport.write(_answer(status, self._refusal(status, text)))
        self.transport.close()

    def _is_nobody_answered(self) -> bool:
        """Whether what is written now can be taken for the answer to no other request."""
        cycle = self.cycle
        if cycle is None or cycle.response_complete:
            return True
        return bool(cycle.more_body and not cycle.response_started and not self.pipeline)


def _answer(status: int, said: Said) -> bytes:
    more = "".join(f"{name}: {value}\r\n" for name, value in said.headers.items())
    head = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: {said.kind}\r\n"
        f"Content-Length: {len(said.body)}\r\n{more}"
        "Cache-Control: no-store\r\nConnection: close\r\n\r\n"
    )
    return head.encode("ascii") + said.body
