"""The link to a module's console: one command, by the word of two officers who prove who they are.

It listens on this machine alone, so that no passphrase leaves it. A frame is a line of JSON behind
two bytes of length; the command in it is a host command, which hosts alone might not have done.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import Struct

from cardswitch.specs.errors import FormatError
from cardswitch.specs.hsm import (
    Answer,
    Command,
    pack_answer,
    pack_command,
    unpack_command,
)
from cardswitch.wire.framing import Framing

from .custody.authority import OFFICERS_NEEDED, Credential

HOST: Final = "127.0.0.1"
LINKS_MAX: Final = 4  # people, not programs
FRAMING: Final = Framing("binary2")
_HEADER: Final = "0000"


class OrderUnreadable(FormatError):
    """A frame on the console's link is no order; nothing of it is said: it may hold a secret."""


class ConsoleOrder(Struct, frozen=True, forbid_unknown_fields=True):
    """A host command in hexadecimal, and who orders it."""

    command: str
    officers: tuple[tuple[str, str], ...]

    @staticmethod
    def of(command: Command, officers: list[Credential]) -> ConsoleOrder:
        """The order of *officers* to perform *command*. Raises EncodeError."""
        frame = pack_command(command.with_header(_HEADER))
        return ConsoleOrder(frame.hex(), tuple((each.name, each.passphrase) for each in officers))

    @property
    def credentials(self) -> list[Credential]:
        """Those who order it."""
        return [Credential(*each) for each in self.officers[: OFFICERS_NEEDED + 1]]

    def read_command(self) -> Command:
        """The command. Raises HsmFormatError."""
        return unpack_command(bytes.fromhex(self.command))

    def __repr__(self) -> str:
        """Nothing of it."""
        return "<ConsoleOrder>"


class ConsoleReply(Struct, frozen=True, forbid_unknown_fields=True):
    """The answer in hexadecimal, or why there is none; *rule*: by which rule it is a refusal."""

    answer: str = ""
    refused: str = ""
    rule: str = ""

    @staticmethod
    def of(answer: Answer, rule: str = "") -> ConsoleReply:
        """The reply that carries *answer*, and the key of the policy by which it was refused."""
        return ConsoleReply(pack_answer(answer).hex(), rule=rule)

    def __repr__(self) -> str:
        """What was refused."""
        return f"<ConsoleReply {self.refused}>"


class ConsoleChannel:
    """The module's end of such a link."""

    framing = FRAMING

    def decode(self, frame: bytes) -> Any:
        """The order in *frame*. Raises OrderUnreadable."""
        try:
            order = msgspec.json.decode(frame, type=ConsoleOrder)
            bytes.fromhex(order.command)
        except (msgspec.DecodeError, ValueError):
            # No cause: its text may quote a passphrase.
            raise OrderUnreadable("the order of two officers, as JSON") from None
        return order

    def encode(self, message: Any) -> bytes:
        """The frame of a reply."""
        return msgspec.json.encode(message)
