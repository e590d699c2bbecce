"""One connection that speaks ISO 8583: messages out, messages in, and what may go wrong."""

from __future__ import annotations

import socket
import ssl
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Final, Self

from msgspec import Struct

from cardswitch.specs.dialect import Dialect, load_dialect
from cardswitch.specs.errors import Error
from cardswitch.specs.message import Message
from cardswitch.wire.capture.packets import Endpoint
from cardswitch.wire.channel import IsoChannel
from cardswitch.wire.framing import FramingError
from cardswitch.wire.framings import framing_named
from cardswitch.wire.headers import HeaderName, header_named

from .trace import Trace

READ_SIZE: Final = 65_536
TIMEOUT_S: Final = 5.0  # a switch answers a purchase in less
_UNHEARD: Final = "without a word: does it want TLS, or another framing or header?"
_TLS_RECORD: Final = (b"\x15\x03", b"\x16\x03")  # how an alert and a handshake begin


class LinkFault(Error):
    """The connection cannot be used: nobody there, ended, or its bytes are no messages."""


class CutShort(LinkFault):
    """The peer ended the connection, or spoiled it, within a message."""


class NoAnswer(Error):
    """Nothing came in time; says what came instead, if anything did."""


class Manner(Struct, frozen=True):
    """How messages are written on a connection: their dialect, their frames, what is before them.

    *framing* is a name such as ``binary2`` (`docs/configuration.md`, "Framings").
    """

    dialect: Dialect
    framing: str = "binary2"
    header: HeaderName = "none"

    def channel(self) -> IsoChannel:
        """What turns frames into messages and back."""
        return IsoChannel(self.dialect, framing_named(self.framing), header_named(self.header))


def manner(dialect: Dialect | str, framing: str, header: HeaderName) -> Manner:
    """The same from the name or path of a dialect. Raises DialectError."""
    return Manner(load_dialect(dialect) if isinstance(dialect, str) else dialect, framing, header)


class Link:
    """Speaks in one *manner* on a *connection*, and tells *trace* of all of it."""

    def __init__(self, connection: socket.socket, how: Manner, trace: Trace | None = None) -> None:
        self._connection = connection
        self._channel = how.channel()
        self._framer = self._channel.framing.framer()
        self._waiting: deque[bytes] = deque()
        self._fault: LinkFault | None = None
        self._has_read = False
        self.frame = b""  # the last one that came, for whoever wants to show why it is no message
        self.trace = Trace(how.dialect) if trace is None else trace

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def send(self, message: Message) -> None:
        """Write *message*. Raises EncodeError and LinkFault."""
        frame = self._channel.framing.frame(self._channel.encode(message))
        try:
            self._connection.sendall(frame)
        except OSError as error:
            raise LinkFault(f"the connection failed: {error.strerror or error}") from None
        self.trace.sent(message)

    def receive(self, until: float) -> Message:
        """The next message; *until* when to wait for it, by `time.monotonic`.

        Raises TimeoutError, LinkFault, and the MessageError of what is no message of the dialect.
        """
        while not self._waiting:
            if self._fault is not None:
                raise self._fault
            self._read(until)
        self.frame = self._waiting.popleft()
        try:
            message = self._channel.decode(self.frame)
        except Error as error:
            self.trace.unreadable(self.frame, error)
            raise
        self.trace.received(message)
        return message

    def _read(self, until: float) -> None:
        """Take in what comes; the fault that ends the connection is told after what was whole."""
        left_s = until - time.monotonic()
        if left_s <= 0:
            raise TimeoutError
        self._connection.settimeout(left_s)
        try:
            data = self._connection.recv(READ_SIZE)
        except TimeoutError:
            raise
        except OSError as error:
            self._fault = LinkFault(f"the peer ended the connection: {error.strerror or error}")
            return
        finally:
            self._connection.settimeout(None)
        if not data:
            ended = "the peer ended the connection"
            is_cut = self._framer.is_partial
            self._fault = (
                CutShort(f"{ended} within a message: is the framing right?")
                if is_cut
                else LinkFault(ended if self._has_read else f"{ended} {_UNHEARD}")
            )
            return
        first, self._has_read = not self._has_read, True
        try:
            self._waiting.extend(self._framer.feed(data))
        except FramingError as error:
            self._waiting.extend(error.frames)
            tls = first and data.startswith(_TLS_RECORD)
            self._fault = CutShort("the peer speaks TLS: so must we, --tls" if tls else f"{error}")


def connect(
    host: str, port: int, tls: ssl.SSLContext | None = None, timeout_s: float = TIMEOUT_S
) -> socket.socket:
    """A connection to *host*, in TLS if there is a context. Raises LinkFault."""
    where = f"{Endpoint(host, port)}"
    try:
        connection = socket.create_connection((host, port), timeout_s)
    except TimeoutError:
        raise LinkFault(f"{where} does not accept a connection within {timeout_s:g} s") from None
    except ConnectionRefusedError:
        raise LinkFault(f"nobody listens at {where}: is it running, is the port right?") from None
    except OSError as error:
        raise LinkFault(f"{where} cannot be reached: {error.strerror or error}") from None
    if tls is not None:
        connection = _secured(connection, tls, host, where)
    connection.settimeout(None)
    return connection


def _secured(
    connection: socket.socket, tls: ssl.SSLContext, host: str, where: str
) -> socket.socket:
    try:
        return tls.wrap_socket(connection, server_hostname=host)
    except ssl.SSLCertVerificationError as error:
        connection.close()
        raise LinkFault(f"{where}: its certificate is refused: {error.verify_message}") from None
    except OSError:  # of TLS; or the peer ended the connection, or said nothing
        connection.close()
        raise LinkFault(f"{where} does not speak TLS: leave --tls out") from None


def listening(host: str, port: int) -> socket.socket:
    """What takes connections at *port* of *host*. Raises LinkFault if that cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        where, reason = Endpoint(host, port), error.strerror or error
        raise LinkFault(f"{where} cannot be listened at: {reason}") from None


@contextmanager
def first_link(
    host: str, port: int, how: Manner, wait_s: float, tell: Callable[[str, int], None]
) -> Iterator[Link]:
    """The first connection that comes in at *port*; *tell* is told where, once that is open.

    Raises LinkFault if the port cannot be had, NoAnswer if nobody comes within *wait_s*.
    """
    with listening(host, port) as server:
        tell(host, server.getsockname()[1])
        server.settimeout(wait_s)
        try:
            connection, _ = server.accept()
        except TimeoutError:
            raise NoAnswer(f"nobody connected within {wait_s:g} s") from None
    with Link(connection, how) as link:
        yield link
