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
from ..grammar.fields import DIGITS
from ..message import Message
from ..review.findings import Finding, find_implausible
from ..review.partial import read_partly, write_again
from ..review.tolerance import Oddity

# How much an oddity speaks against a dialect: as a rare edit does, or as two wrong values.
_USUAL_COST: Final = 2  # an empty value, a sign that is no C or D, letters of a national alphabet
_CHARACTERS_COST: Final = 7  # letters among digits: rather an edit says that they are allowed
# What nobody writes: a length was wrong, or packed digits are filled on the other side, which is
# rather another encoding of them.
_STRANGE_COST: Final = 8
_SIGNS: Final = frozenset("CD0 +-")
_NATIONAL_SHARE: Final = 3  # of so many letters and digits, one at most is of a national alphabet


class Trial(Struct, frozen=True, kw_only=True):
    """What *dialect* made of some messages.

    *messages* are those that it read, up to the first that it did not: that one raised *error*, and
    *partial* is what was read of it. *findings* is what is implausible, *oddities* what is not as
    agreed, *oddness* how much these speak against the dialect. *same* is whether all were written
    again as they came.
    """

    dialect: Dialect
    messages: tuple[Message, ...] = ()
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

    @property
    def empty(self) -> list[int]:
        """The numbers of fields that are empty, though they may not be."""
        odd = {oddity.field for oddity in self.oddities}
        numbers = {n for message in self.messages for n, v in message.fields.items() if not v}
        return sorted(number for number in numbers if str(number) in odd)


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
    last = trials[-1] if trials else Trial(dialect=dialect)
    return Trial(
        dialect=dialect,
        messages=tuple(message for each in trials for message in each.messages),
        findings=tuple(finding for each in trials for finding in each.findings),
        same=all(each.same for each in trials),
        error=last.error,
        partial=last.partial,
        oddities=tuple(oddity for each in trials for oddity in each.oddities),
        oddness=sum(each.oddness for each in trials),
    )


def _try(dialect: Dialect, body: bytes, strictly: bool) -> Trial:
    """The trial of one message."""
    try:
        message = dialect.unpack(body)
        findings = [*find_implausible(dialect, message), *_parts(dialect, message)]
        same = _written(dialect, message) == body
        return Trial(dialect=dialect, messages=(message,), findings=tuple(findings), same=same)
    except DecodeError as error:
        if strictly:
            return Trial(dialect=dialect, error=error)
    read = read_partly(dialect, body)
    message = read.message
    if read.fault is not None:
        seen = [one for one in find_implausible(dialect, message) if _is_before(one, read.fault)]
        return Trial(dialect=dialect, findings=tuple(seen), error=read.fault, partial=message)
    odd = {oddity.field for oddity in read.oddities}
    findings = [*find_implausible(dialect, message), *_parts(dialect, message)]
    again = write_again(dialect, message, read.as_received)
    return Trial(
        dialect=dialect,
        messages=(message,),
        findings=tuple(finding for finding in findings if finding.field not in odd),
        # What was masked is written by nobody.
        same=bool(read.unknown) or again == body,
        oddities=read.oddities,
        oddness=sum(_oddness(dialect, message, oddity.field) for oddity in read.oddities),
    )


def _is_before(finding: Finding, fault: DecodeError) -> bool:
    """Whether *finding* is about a field that stands before the one of *fault*."""
    if not (finding.field and fault.field and DIGITS.issuperset(finding.field + fault.field)):
        return False
    return int(finding.field) < int(fault.field)


def _oddness(dialect: Dialect, message: Message, path: str) -> int:
    """How much it speaks against *dialect* that what stands at *path* of *message* is odd."""
    field = dialect.fields.get(int(path)) if DIGITS.issuperset(path) else None
    value = message.get(field.number) if field else ""
    if field is None or not value:
        return _USUAL_COST
    if isinstance(field.encoding, Bcd) or not value.isprintable():
        return _STRANGE_COST
    if field.notation.kind == "x+n":
        is_signed = value[0] in _SIGNS and DIGITS.issuperset(value[1:])
        return _USUAL_COST if is_signed else _CHARACTERS_COST
    if value.isascii():
        return _CHARACTERS_COST
    return _USUAL_COST if is_like_national(value) else _STRANGE_COST


def is_like_national(text: str) -> bool:
    """Whether few enough letters of *text* are beyond ASCII; in EBCDIC, read as Latin-1, all are.

    >>> is_like_national("Besançon"), is_like_national("SHOP 1".encode("cp500").decode("latin-1"))
    (True, False)
    """
    letters = [character for character in text if character.isalnum()]
    national = sum(not character.isascii() for character in letters)
    return national * _NATIONAL_SHARE <= len(letters)


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
