"""A blocking client of an HSM for scripts: one connection, questions answered in their order.

    with HsmClient("127.0.0.1", 7100) as hsm:
        key = hsm.ask(generate_key(ZPK)).fields["key"]

A program with a loop of its own needs none of this: it dials the HSM as a link of its machine.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Sequence
from types import TracebackType
from typing import Final, Self

from cardswitch.specs.errors import Error
from cardswitch.specs.hsm import ERRORS, HEADER_SIZE, Answer, Command, pack_command, unpack_answer
from cardswitch.wire.channel import HSM_FRAMING

TIMEOUT_S: Final = 5.0  # A module answers in milliseconds; the slowest, RSA keys, in a few seconds.
# Asked before the first answer is read: keeps a module busy, and fits in the buffers of a socket.
IN_FLIGHT_MAX: Final = 64
RECEIVE_SIZE: Final = 65_536


class HsmError(Error):
    """The module answered with an error: *code* as two characters, *words* for people.

    >>> str(HsmError("EC", "01"))
    'the HSM answered EC with error 01: verification failed'
    """

    def __init__(self, command: str, code: str, rule: str = "") -> None:
        """*rule* is the key of the policy by which it was refused: a console alone tells."""
        self.command = command
        self.code = code
        self.words = words_of(command, code)
        by_rule = f" (refused by policy.{rule})" if rule else ""
        super().__init__(f"the HSM answered {command} with error {code}: {self.words}{by_rule}")


def words_of(command: str, code: str) -> str:
    """What error *code* in the answer to *command* means.

    >>> words_of("A6", "01"), words_of("A6", "ZZ")
    ('key parity was corrected', 'an error without a name')
    """
    usual, _, special = ERRORS.get(code, "an error without a name").partition("; in an answer to ")
    whose, _, words = special.partition(": ")
    return words if whose == command else usual


class HsmLinkError(Error):
    """The connection ended, or what came over it is no answer to what was asked."""


class HsmClient:
    """One connection to the module at *host* and *port*, in TLS if *tls* is given.

    TimeoutError says that nothing came for *timeout_s* seconds, and ends the connection: an answer
    that comes later would be taken for another's.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        timeout_s: float = TIMEOUT_S,
        header_size: int = HEADER_SIZE,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Connect. Raises OSError. *header_size* (0 to 255 characters) must be the module's."""
        self.header_size = header_size
        self._framer = HSM_FRAMING.framer()
        self._number = 0
        self._socket = socket.create_connection((host, port), timeout_s)
        # Commands are small and wait for each other: none may be held back to be sent with more.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls is not None:
            try:
                self._socket = tls.wrap_socket(self._socket, server_hostname=host)
            except OSError:
                self._socket.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the connection; closing twice does no harm."""
        self._socket.close()

    def ask(self, command: Command) -> Answer:
        """The answer to *command*, which was performed; a warning (A7 with 01) counts as such.

        Raises HsmError if it was not, EncodeError, HsmFormatError, HsmLinkError and OSError.
        """
        [answer] = self.ask_all([command])
        if not (answer.ok or answer.fields):
            raise HsmError(command.code, answer.error)
        return answer

    def ask_all(self, commands: Sequence[Command]) -> list[Answer]:
        """The answers to *commands*, in their order: errors among them are answers as well.

        Up to IN_FLIGHT_MAX commands are on their way at once. Raises as :meth:`ask` but HsmError.
        """
        asked = [command.with_header(self.next_header()) for command in commands]
        frames = self.exchange([pack_command(command) for command in asked])
        answers = [
            unpack_answer(frame, self.header_size, command.trailer)
            for frame, command in zip(frames, asked, strict=True)
        ]
        if [answer.header for answer in answers] != [command.header for command in asked]:
            raise self._broken("answers in the order of the questions, with their headers")
        return answers

    def exchange(self, frames: Sequence[bytes]) -> list[bytes]:
        """The frames that answer *frames*, none of which has its length; nothing is looked into.

        Raises HsmLinkError, FramingError, EncodeError (a frame too long) and OSError.
        """
        answers: list[bytes] = []
        sent = 0
        try:
            while len(answers) < len(frames):
                window = frames[sent : len(answers) + IN_FLIGHT_MAX]
                if window:
                    self._socket.sendall(b"".join(map(HSM_FRAMING.frame, window)))
                    sent += len(window)
                answers += self._receive()
        except OSError:
            self.close()
            raise
        if len(answers) > len(frames):
            raise self._broken("one answer for each question")
        return answers

    def frame(self, command: str) -> bytes:
        """The frame of *command*, text of one byte a character, with the next header in front."""
        return f"{self.next_header()}{command}".encode("latin-1")

    def read(self, frame: bytes, trailer: str = "") -> Answer:
        """The answer in *frame* to a command that had *trailer*. Raises HsmFormatError."""
        return unpack_answer(frame, self.header_size, trailer)

    def _receive(self) -> list[bytes]:
        """The frames that came next, at least one."""
        while True:
            data = self._socket.recv(RECEIVE_SIZE)
            if not data:
                raise self._broken("an answer before the end of the connection")
            frames = self._framer.feed(data)
            if frames:
                return frames

    def next_header(self) -> str:
        """Hexadecimal digits that count up, as many as the header has."""
        number, self._number = self._number, self._number + 1
        return f"{number:0{self.header_size}X}"[-self.header_size :] if self.header_size else ""

    def _broken(self, expected: str) -> HsmLinkError:
        self.close()
        return HsmLinkError(f"expected {expected}; is this an HSM, and its header as long?")
