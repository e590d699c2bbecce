"""Two officers at hand: a lab keeps the passphrases of its own in a file; others type theirs.

    [first]
    passphrase = "0123456789abcdef01234567"

For test keys alone: who holds both passphrases is no dual control.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import msgspec
import tomli_w
from msgspec import Struct

from cardswitch.specs.errors import ConfigError, Error
from cardswitch.specs.hsm import Answer, Command, unpack_answer
from cardswitch.wire.operator.config import read_config, section
from cardswitch.wire.store.disk import create_file, is_private

from ..console_link import FRAMING, HOST, ConsoleOrder, ConsoleReply
from ..custody.authority import Credential
from .client import HsmError

TIMEOUT_S: Final = 10.0
_HEAD: Final = "# The two officers of a test lab, for `cardswitch hsm keys ... --officers`.\n"
OFFICERS_NAME: Final = "officers.toml"  # beside the configuration of a lab


class ConsoleError(Error):
    """The console did not do what was asked; says why, never a passphrase."""


class OfficerSecret(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the file says of one officer."""

    passphrase: str

    def __repr__(self) -> str:
        """Nothing of it."""
        return "<OfficerSecret>"


class AttendedHsm:
    """Asks a module at its console, by the word of two officers."""

    def __init__(
        self, console_port: int, officers: list[Credential], tls: ssl.SSLContext | None = None
    ) -> None:
        self._port = console_port
        self._tls = tls
        self._officers = officers

    def ask(self, command: Command) -> Answer:
        """The answer to *command*; a warning (A7 with 01) counts as one.

        Raises HsmError, ConsoleError, EncodeError and OSError.
        """
        order = ConsoleOrder.of(command, self._officers)
        answer, rule = order_at_console(self._port, order, self._tls)
        if not (answer.ok or answer.fields):
            raise HsmError(command.code, answer.error, rule)
        return answer


def read_officers(path: Path) -> list[Credential]:
    """The officers in *path*. Raises ConfigError, also if others may read it."""
    with path.open("rb") as file:
        if not is_private(file.fileno()):
            raise ConfigError(f"{path}: others may read it; make it private: chmod 600 {path}")
    tables = read_config(path)
    return [
        Credential(name, section(tables, name, OfficerSecret, path).passphrase) for name in tables
    ]


def write_officers(path: Path, passphrases: Mapping[str, str]) -> None:
    """Make *path*, for its owner alone: *passphrases* by name. Raises OSError."""
    tables = {name: {"passphrase": secret} for name, secret in passphrases.items()}
    create_file(path, f"{_HEAD}\n{tomli_w.dumps(tables)}".encode())


def order_at_console(
    port: int, order: ConsoleOrder, tls: ssl.SSLContext | None = None
) -> tuple[Answer, str]:
    """Have the module whose console listens at *port*, in TLS if it does, perform *order*.

    Its answer, and by which rule of the policy that is a refusal, or "".

    Raises ConsoleError (refused, or no such console), and OSError.
    """
    framer = FRAMING.framer()
    with ExitStack() as stack:
        link = stack.enter_context(socket.create_connection((HOST, port), TIMEOUT_S))
        if tls is not None:
            link = stack.enter_context(tls.wrap_socket(link, server_hostname=HOST))
        link.sendall(FRAMING.frame(msgspec.json.encode(order)))
        while data := link.recv(65_536):
            for frame in framer.feed(data):
                return _answer(frame)
    raise ConsoleError("the console ended the link: is it the console port of a module?")


def _answer(frame: bytes) -> tuple[Answer, str]:
    try:
        reply = msgspec.json.decode(frame, type=ConsoleReply)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ConsoleError("no reply of a console: is it the console port of a module?") from None
    if not reply.answer:
        raise ConsoleError(reply.refused or "no reply: is it the console port of a module?")
    return unpack_answer(bytes.fromhex(reply.answer)), reply.rule
