"""A proxy: stands between two programs, passes messages on, and tells of each.

Frames whose message cannot be read pass as they are, and are told; where frames cannot be told
apart, the connection is ended on both sides. Keep-alives pass, behind the messages that came with
them, and are not told. Who has said all, and still listens, is answered, but not by a target in
TLS, where one side cannot end alone.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Lock, Thread
from typing import Final, Literal

from msgspec import Struct

from cardswitch.specs.errors import ConfigError, Error, FormatError
from cardswitch.specs.message import Message
from cardswitch.wire.framing import FramingError
from cardswitch.wire.operator.addresses import is_here

from .link import READ_SIZE, LinkFault, Manner, connect, listening
from .remote import refuse_real_cards
from .rules import Rule, apply

Way = Literal["request", "answer"]  # from whom connected, or from whom we connected to
LINKS_MAX: Final = 32
LOOK_S: Final = 0.05  # how soon the end is seen
ANSWER_S: Final = 30.0  # how long answers may still come once all was asked


class Passed(Struct, frozen=True, kw_only=True):
    """A message on its *way*, as it goes on; None if it could not be read. *told* is all else."""

    way: Way
    at: float  # seconds since the epoch
    message: Message | None = None
    told: tuple[str, ...] = ()


class Proxy:
    """Listens at *listen* on this machine, and passes on to *target* what comes, and back.

    *tell* is called for each message, and with what went wrong; one call at a time. Raises
    ConfigError if *listen* is no address of this machine, and LinkFault if it is taken.
    """

    def __init__(
        self,
        listen: tuple[str, int],
        target: tuple[str, int],
        how: Manner,
        tell: Callable[[Passed], None],
        *,
        rules: tuple[Rule, ...] = (),
        tls: ssl.SSLContext | None = None,
        any_card: bool = False,
    ) -> None:
        if not is_here(listen[0]):
            raise ConfigError(f"{listen[0]} is not this machine: a proxy listens here alone")
        self._target, self._how, self._rules, self._tls = target, how, rules, tls
        self._checks_cards = not any_card and not is_here(target[0])
        self._channel = how.channel()
        self._tell, self._lock = tell, Lock()
        self._listening = listening(*listen)
        self._listening.settimeout(LOOK_S)
        self.port: int = self._listening.getsockname()[1]
        self.failed = False
        self.untold: OSError | None = None  # why *tell* could not tell, the first time
        self._is_closed = False

    def close(self) -> None:
        """Have :meth:`serve` end."""
        self._is_closed = True

    def serve(self, *, once: bool = False) -> None:
        """Pass on until closed; with *once* until the first connection has ended."""
        threads: list[Thread] = []
        with self._listening:
            while not self._is_closed:
                try:
                    connection, _ = self._listening.accept()
                except TimeoutError:
                    continue
                threads = [thread for thread in threads if thread.is_alive()]
                if once:
                    return self._join(connection)
                if len(threads) >= LINKS_MAX:
                    connection.close()
                    self._fail("request", LinkFault(f"refused: {LINKS_MAX} connections stand"))
                    continue
                threads.append(Thread(target=self._join, args=(connection,), daemon=True))
                threads[-1].start()
        return None

    def _join(self, asking: socket.socket) -> None:
        """Connect to the target, and pump both ways until both sides have said all."""
        try:
            answering = connect(*self._target, self._tls)
        except LinkFault as fault:
            asking.close()
            return self._fail("request", fault)
        back = Thread(target=self._pump, args=(answering, asking, "answer"), daemon=True)
        back.start()
        self._pump(asking, answering, "request")
        back.join(ANSWER_S)
        _end(asking, answering)
        back.join()
        asking.close()
        return answering.close()

    def _pump(self, source: socket.socket, target: socket.socket, way: Way) -> None:
        framing = self._channel.framing
        framer, kept_alive = framing.framer(), 0
        fault: FramingError | None = None
        try:
            while data := source.recv(READ_SIZE):
                try:
                    frames = framer.feed(data)
                except FramingError as error:
                    frames, fault = error.frames, error
                for frame in frames:
                    self._pass(frame, target, way)
                target.sendall(framing.keepalive * (framer.keepalives - kept_alive))
                kept_alive = framer.keepalives
                if fault is not None:
                    raise fault
            if framer.is_partial:
                self._fail(way, LinkFault("the connection ended within a message"))
            elif not isinstance(target, ssl.SSLSocket):
                return target.shutdown(socket.SHUT_WR)
        except (FramingError, ConfigError) as error:
            self._fail(way, error)
        except OSError:
            pass  # either side has ended it, or the other pump has
        return _end(source, target)

    def _pass(self, frame: bytes, target: socket.socket, way: Way) -> None:
        """Pass on one frame, as the rules say. Raises ConfigError, and OSError."""
        dialect = self._how.dialect
        message: Message | None = None
        try:
            message = self._channel.decode(frame)
            outcome = apply(self._rules, dialect, message)
            changed = self._channel.encode(outcome.message) if outcome.message else b""
        except FormatError as error:
            # Nobody knows what it has: it must not leave where cards are looked at.
            if self._checks_cards:
                raise ConfigError(f"a message that cannot be read stays here: {error}") from None
            self._say(Passed(way=way, at=time.time(), told=(f"passed on unread: {error}",)))
            return target.sendall(self._channel.framing.frame(frame))
        if self._checks_cards and way == "request":
            refuse_real_cards(dialect, message)
        self._say(
            Passed(way=way, at=time.time(), message=outcome.message or message, told=outcome.told)
        )
        if outcome.message is None:
            return None
        time.sleep(outcome.delay_s)
        same = outcome.message is message
        return target.sendall(self._channel.framing.frame(frame if same else changed))

    def _fail(self, way: Way, error: Error) -> None:
        self.failed = True
        self._say(Passed(way=way, at=time.time(), told=(str(error),)))

    def _say(self, passed: Passed) -> None:
        """Whether it can be told or not, what was said passes on."""
        with self._lock:
            try:
                self._tell(passed)
            except OSError as error:
                self.untold = self.untold or error


def _end(*connections: socket.socket) -> None:
    for each in connections:
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
