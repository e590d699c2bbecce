"""The trial: does a real dialect read these messages, each to its end, and write them again?

What is not as agreed and can be read all the same (:mod:`..review.tolerance`) is an oddity, which
counts against a dialect, and is no fault.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from ..dialect import Dialect
from ..errors import DecodeError, FormatError
from ..grammar.encodings import Bcd
from ..grammar.fields import CLASSES, DIGITS
from ..message import Message
from ..review.findings import Finding, find_implausible
from ..review.partial import read_partly, write_again
from ..review.tolerance import Oddity

# How much an oddity speaks against a dialect: as a rare edit does, or as two wrong values.
_USUAL_COST: Final = 2  # an empty value, a sign that is no C or D, letters of a national alphabet
_CHARACTERS_COST: Final = 4  # letters among digits
# What nobody writes: a length was wrong, or packed digits are filled on the other side, which is
# rather another encoding of them.
_STRANGE_COST: Final = 8
_SIGNS: Final = frozenset("CD0 +-")
_LETTERS_FROM: Final = "\xa0"  # of Latin-1: the first that is no control character


class Trial(Struct, frozen=True):
    """What *dialect* made of some messages.

    *messages* are those that it read, up to the first that it did not: that one raised *error*, and
    *partial* is what was read of it. *findings* is what is implausible, *oddities* what is not as
    agreed, *oddness* how much these speak against the dialect. *same* is whether all were written
    again as they came.
    """

    dialect: Dialect
    messages: tuple[Message, ...]
    findings: tuple[Finding, ...] = ()
    same: bool = True
    error: DecodeError | None = None
    partial: Message | None = None
    oddities: tuple[Oddity, ...] = ()
    oddness: int = 0

    @property
    def fits(self) -> bool:
        """Whether all was read to its end, and written again the same."""
        return self.error is None and self.same


def try_dialect(dialect: Dialect, bodies: Sequence[bytes], *, strictly: bool = False) -> Trial:
    """Read all *bodies* in *dialect*, from the header of the dialect on; *strictly*: no oddities.

    >>> from ..dialect import load_dialect
    >>> try_dialect(load_dialect("pos"), [bytes.fromhex("0800 0020000000000000 000001")]).fits
    True
    """
    trials: list[Trial] = []
    for body in bodies:
        trials.append(_try(dialect, body, strictly))
        if trials[-1].error is not None:
            break
    last = trials[-1] if trials else Trial(dialect, ())
    return Trial(
        dialect,
        tuple(message for each in trials for message in each.messages),
        tuple(finding for each in trials for finding in each.findings),
        all(each.same for each in trials),
        last.error,
        last.partial,
        tuple(oddity for each in trials for oddity in each.oddities),
        sum(each.oddness for each in trials),
    )


def _try(dialect: Dialect, body: bytes, strictly: bool) -> Trial:
    """The trial of one message."""
    try:
        message = dialect.unpack(body)
        findings = [*find_implausible(dialect, message), *_parts(dialect, message)]
        return Trial(dialect, (message,), tuple(findings), _written(dialect, message) == body)
    except DecodeError as error:
        if strictly:
            return Trial(dialect, (), error=error)
    read = read_partly(dialect, body)
    message = read.message
    if read.fault is not None:
        return Trial(dialect, (), error=read.fault, partial=message)
    odd = {oddity.field for oddity in read.oddities}
    findings = [*find_implausible(dialect, message), *_parts(dialect, message)]
    again = write_again(dialect, message, read.as_received)
    return Trial(
        dialect,
        (message,),
        tuple(finding for finding in findings if finding.field not in odd),
        # What was masked is written by nobody.
        bool(read.unknown) or again == body,
        oddities=read.oddities,
        oddness=sum(_oddness(dialect, message, oddity.field) for oddity in read.oddities),
    )


def is_good(kind: str, text: str) -> bool:
    """Whether *text* may be a value of class *kind*, or is odd in a way that is often met.

    >>> is_good("x+n", "000000150"), is_good("ans", "Zo\\xeb"), is_good("n", "12A")
    (True, True, False)
    """
    if kind == "x+n":
        return text[:1] in _SIGNS and DIGITS.issuperset(text[1:])
    others = (character for character in text if character not in CLASSES[kind])
    return all(kind.startswith("a") and other > _LETTERS_FROM for other in others)


def _oddness(dialect: Dialect, message: Message, path: str) -> int:
    """How much it speaks against *dialect* that what stands at *path* of *message* is odd."""
    field = dialect.fields.get(int(path)) if DIGITS.issuperset(path) else None
    value = message.get(field.number) if field else ""
    if field is None or not value:
        return _USUAL_COST
    if isinstance(field.encoding, Bcd):
        return _STRANGE_COST
    if is_good(field.notation.kind, value):
        return _USUAL_COST
    return _CHARACTERS_COST if value.isascii() and value.isprintable() else _STRANGE_COST


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
