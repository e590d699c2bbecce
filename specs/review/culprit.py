"""Which earlier length is to blame when a message cannot be read: a guess, for people.

A wrong length prefix is seldom noticed where it stands: all that follows is shifted, and some later
field looks wrong. So each variable field before the fault is given every other legal length; where
all that follows then reads to the very end, the length is suspect. The reading with the fewest
implausibilities (a card number that fails its check, a date of no calendar) is the answer.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from ..errors import DecodeError
from ..grammar.fields import Field
from ..message import Message
from .findings import find_faults

if TYPE_CHECKING:
    from ..dialect import Dialect

# Readings of one field at one place that are tried: about a second's work, reached by no message.
TRIES_MAX: Final = 20_000


class Culprit(Struct, frozen=True):
    """*field* says a length of *said* characters; with *mended*, all that follows reads."""

    field: Field
    said: int
    mended: int

    def __str__(self) -> str:
        unit = self.field.counting
        said = f"a length of {unit.count(self.said)}" if self.said else "no legal length"
        return (
            f"field {self.field.path} ({self.field.name}) says {said}: "
            f"with {unit.count(self.mended)}, everything after it can be read"
        )


class _Place(Struct, frozen=True):
    """A variable field that was read: where its value starts, and how many characters it has."""

    at: int
    field: Field
    start: int
    length: int
    before: dict[int, str]


def find_culprit(dialect: Dialect, data: bytes) -> Culprit | None:
    """The field of *data*, which *dialect* cannot read, whose length is likely to be wrong.

    >>> from ..dialect import load_dialect
    >>> wire = b"0800" + b"4020000000000000" + b"12" + b"9999990000000014" + b"000001"
    >>> str(find_culprit(load_dialect("iso87-ascii"), wire))  # doctest: +ELLIPSIS
    'field 2 (primary account number) says a length of 12: with 16, everything after it can be read'
    """
    body = data[dialect.header_size :]
    fields, offset = _fields_of(dialect, body)
    if fields is None:
        return None
    reader = _Reader(fields, body)
    mended: list[tuple[int, int, Culprit]] = []
    for place in reversed(_variable_places(fields, body, offset)):
        for length in place.field.legal_lengths:
            values = reader.values_from(place.at, place.start, length)
            if length != place.length and values:
                odd = _implausibilities(dialect, body, place, values)
                change = abs(length - place.length)
                mended.append((odd, change, Culprit(place.field, place.length, length)))
    return min(mended, key=lambda found: found[:2])[2] if mended else None


def _implausibilities(dialect: Dialect, body: bytes, place: _Place, values: dict[int, str]) -> int:
    """How much of what was read is implausible: other readings may be the right one."""
    mti = dialect.mtis.get(body[: dialect.mti.size(4)])
    message = Message(mti or "", {**place.before, **values})
    return len(find_faults(dialect, message, body)) if mti else 0


def _fields_of(dialect: Dialect, body: bytes) -> tuple[list[Field] | None, int]:
    """The fields that the bitmaps say, and where the first begins; None if nobody can tell."""
    try:
        shape = dialect.shape_of(body)
        bits = bytes.fromhex(dialect.bitmap.decode(shape, len(shape)))
        numbers = dialect.bitmaps.numbers_of(bits)
        fields = [dialect.fields[number] for number in numbers]
    except (LookupError, ValueError):
        return None, 0
    return fields, dialect.mti.size(4) + len(shape)


def _variable_places(fields: list[Field], body: bytes, offset: int) -> list[_Place]:
    """The variable fields as far as they can be located, and the values before each."""
    places: list[_Place] = []
    values: dict[int, str] = {}
    for at, field in enumerate(fields):
        start, end, length = offset + field.prefix.size, 0, 0
        try:
            start, end, length = field.locate(body, offset)
        except DecodeError:
            # A length that is not legal, or reaches too far, may itself be the wrong one.
            length = field.lengths.get(body[offset:start], 0)
        if not field.is_fixed:
            places.append(_Place(at, field, start, length, dict(values)))
        if not end:
            break
        with suppress(DecodeError):
            values[field.number] = field.read(body, start, end, length)
        offset = end
    return places


class _Reader:
    """Tries whether the rest of a message reads, and remembers where it does not."""

    def __init__(self, fields: list[Field], body: bytes) -> None:
        self.fields = fields
        self.body = body
        self.tries = 0
        self.failed: set[tuple[int, int]] = set()

    def values_from(self, at: int, start: int, length: int) -> dict[int, str] | None:
        """The values of field *at*, of *length* at *start*, and of all after it, to the end."""
        values: dict[int, str] = {}
        tried: list[tuple[int, int]] = []
        end = start + self.fields[at].encoding.size(length)
        while end <= len(self.body) and self.tries < TRIES_MAX:
            self.tries += 1
            field = self.fields[at]
            try:
                values[field.number] = field.read(self.body, start, end, length)
                at += 1
                if at == len(self.fields):
                    return values if end == len(self.body) else None
                if (at, end) in self.failed:
                    break
                tried.append((at, end))
                start, end, length = self.fields[at].locate(self.body, end)
            except DecodeError:
                break
        self.failed.update(tried)
        return None
