"""The trial: does a real dialect read these messages, each to its end, and write them again?"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from ..dialect import Dialect
from ..errors import DecodeError, FormatError
from ..message import Message
from ..review.findings import Finding, find_faults


class Trial(Struct, frozen=True):
    """What *dialect* made of some messages.

    *messages* are those that it read, up to the first that it did not: that one raised *error*.
    *findings* is what is implausible, *same* whether all were written again as they came.
    """

    dialect: Dialect
    messages: tuple[Message, ...]
    findings: tuple[Finding, ...] = ()
    same: bool = True
    error: DecodeError | None = None

    @property
    def fits(self) -> bool:
        """Whether all was read to its end, and written again the same."""
        return self.error is None and self.same


def try_dialect(dialect: Dialect, bodies: Sequence[bytes]) -> Trial:
    """Read all *bodies* in *dialect*, from the header of the dialect on.

    >>> from ..dialect import load_dialect
    >>> try_dialect(load_dialect("pos"), [bytes.fromhex("0800 0020000000000000 000001")]).fits
    True
    """
    messages: list[Message] = []
    findings: list[Finding] = []
    same = True
    for body in bodies:
        try:
            message = dialect.unpack(body)
        except DecodeError as error:
            return Trial(dialect, tuple(messages), tuple(findings), same, error)
        messages.append(message)
        same = same and _written(dialect, message) == body
        findings += [*find_faults(dialect, message, body), *_parts(dialect, message)]
    return Trial(dialect, tuple(messages), tuple(findings), same)


def _written(dialect: Dialect, message: Message) -> bytes:
    try:
        return dialect.pack(message)
    except FormatError:
        return b""


def _parts(dialect: Dialect, message: Message) -> list[Finding]:
    """Fields that are not made of the parts that *dialect* has for them."""
    findings = []
    for number, value in message.fields.items():
        try:
            dialect.parts_of(number, value)
        except FormatError:
            findings.append(Finding(str(number), "is not made of the parts that it should have"))
    return findings
