"""A message as far as it can be read: its fields up to the first fault, and where the rest begins.

For people, never for a link: the switch does not import it, and refuses what has a fault. Bytes
that were masked where the message was copied are unknown characters of their values here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from ..codec.form import Form
from ..codec.walk import read_bitmaps, read_mti, read_third
from ..errors import DecodeError
from ..grammar.bitmap import IN_FIELD_65, THIRD
from ..grammar.encodings import BadFill, HexText, Text
from ..grammar.fields import Field, first_wrong
from ..message import Message

if TYPE_CHECKING:
    from ..dialect import Dialect

UNKNOWN: Final = "?"  # stands in a value for a character that was masked
_STARS: Final = frozenset(
    "*X"
)  # what text has in such places, where the class of the field forbids
_STARS_MIN: Final = 2
# A character that each class allows, to check those around the unknown ones.
_LEGAL: Final[Mapping[str, str]] = {"a": "A", "s": " ", "an": "A", "as": "A", "ans": "A"}


class Partial(Struct, frozen=True, kw_only=True):
    """*message* has what was read before *fault*; the bytes from *rest* on were not.

    *open_bytes* are those that say nothing of a card: MTI, bitmap, lengths of fields.
    """

    message: Message
    fault: DecodeError | None = None
    rest: int
    open_bytes: frozenset[int] = frozenset()


def read_partly(dialect: Dialect, data: bytes, masked: frozenset[int] = frozenset()) -> Partial:
    """As much of *data* as *dialect* can read; *masked* are the bytes that nobody knows.

    >>> from ..dialect import load_dialect
    >>> wire = b"0800" + b"2020000000000000" + b"000000" + b"00x001"
    >>> partial = read_partly(load_dialect("iso87-ascii"), wire)
    >>> partial.message.fields, partial.fault.field, partial.rest
    ({3: '000000'}, '11', 26)
    """
    reader = _Reader(dialect.form, data[dialect.header_size :], masked, dialect.header_size)
    header = data[: dialect.header_size]
    try:
        if dialect.header is not None:
            dialect.header.read(data)
        reader.read()
        fault = None
    except DecodeError as error:
        fault = error
        if reader.has_begun and fault.offset is not None:
            fault.offset += dialect.header_size
    return Partial(
        message=Message(reader.mti, reader.fields, header if reader.mti else b""),
        fault=fault,
        rest=dialect.header_size + reader.at if reader.has_begun else 0,
        open_bytes=frozenset(dialect.header_size + byte for byte in reader.open_bytes),
    )


class _Reader:
    """Reads a body and remembers how far it came."""

    def __init__(self, form: Form, body: bytes, masked: frozenset[int], lead: int) -> None:
        self._form, self._body = form, body
        self._masked = frozenset(byte - lead for byte in masked)
        self.has_begun = False
        self.mti = ""
        self.fields: dict[int, str] = {}
        self.at = 0
        self.open_bytes: set[int] = set()

    def read(self) -> None:
        """Fill in all that can be read; the first fault is raised, with its offset in the body."""
        self.has_begun = True
        form, body = self._form, self._body
        self._known(0, form.mti.size(4), "MTI")
        self.mti, at = read_mti(form, body)
        self._pass(at)
        self._known(at, at + form.bitmap.size(16), "bitmap")
        numbers, end, later = read_bitmaps(form, body, at)
        self._known(at, end, "bitmap")
        self._pass(end)
        for number in numbers:
            if number == THIRD and form.bitmaps.third == IN_FIELD_65:
                self._known(self.at, self.at + form.bitmap.size(16), "65")
                self._pass(read_third(form, body, self.at, numbers))
            elif number in form.fields:
                self._read_field(form.fields[number])
            else:
                break
        if later is not None:
            raise later
        if self.at < len(body):
            raise DecodeError(
                f"the end of the message after field {numbers[-1] if numbers else 'none'}",
                code="trailing-bytes",
                offset=self.at,
                seen=f"{len(body) - self.at} more bytes",
                hint="a bit may be missing in the bitmap, or a length may be too short",
            )

    def _pass(self, end: int) -> None:
        """What stands up to *end* is read, and secret to nobody."""
        self.open_bytes.update(range(self.at, end))
        self.at = end

    def _known(self, start: int, end: int, field: str) -> None:
        """DecodeError if one of these bytes, which tell where others stand, was masked."""
        hidden = next((byte for byte in range(start, end) if byte in self._masked), None)
        if hidden is not None:
            raise DecodeError(
                "bytes that are not masked: they say where the next ones are",
                code="masked",
                field=field,
                offset=hidden,
            )

    def _read_field(self, field: Field) -> None:
        start = self.at + field.prefix.size
        self._known(self.at, start, field.path)
        start, end, length = field.locate(self._body, self.at)
        hidden = {byte - start for byte in range(start, end) if byte in self._masked}
        if hidden:
            value = _read_around(field, self._body[start:end], length, hidden, start)
        else:
            value = self._read_open(field, start, end, length)
        self.fields[field.number] = value
        self.open_bytes.update(range(self.at, start))
        self.at = end

    def _read_open(self, field: Field, start: int, end: int, length: int) -> str:
        """The value; where it has stars that its class forbids, these are unknown."""
        try:
            return field.read(self._body, start, end, length)
        except DecodeError:
            hidden = _starred(field, self._body[start:end], length)
            if len(hidden) < _STARS_MIN:
                raise
        return _read_around(field, self._body[start:end], length, hidden, start)


def _starred(field: Field, raw: bytes, length: int) -> set[int]:
    """The bytes of *raw*, if it is text, in which stars stand where its class has none."""
    if not isinstance(field.encoding, Text | HexText):
        return set()
    kind = field.notation.kind
    text = field.encoding.decode(raw, length)
    # A class that allows an X has it as a letter.
    return {at for at, one in enumerate(text) if one in _STARS and first_wrong(kind, one) == 0}


def _read_around(field: Field, raw: bytes, length: int, hidden: set[int], start: int) -> str:
    """The value in *raw* with its *hidden* bytes unknown; DecodeError if others are wrong."""
    encoding, kind = field.encoding, field.notation.kind
    at = [encoding.index(position, length) for position in range(length)]
    legal = _LEGAL.get(kind, "0")
    filler = encoding.encode((legal if kind != "x+n" else "C") + legal * (length - 1))
    patched = bytes(filler[byte] if byte in hidden else one for byte, one in enumerate(raw))
    text = _decoded(field, patched, length)
    wrong = first_wrong(kind, text) if text else 0
    if wrong is not None:
        raise DecodeError(
            field.title,
            code="character" if text else "fill",
            field=field.path,
            offset=start + at[wrong],
            seen=f"byte {raw[at[wrong]]:02X} in character {wrong + 1} of {length}",
        )
    # Nothing is stripped of a padded value: what is unknown may be its filling.
    return "".join(
        UNKNOWN if at[position] in hidden else character for position, character in enumerate(text)
    )


def _decoded(field: Field, raw: bytes, length: int) -> str:
    """The characters; none where packed digits are filled otherwise."""
    try:
        return field.encoding.decode(raw, length)
    except BadFill:
        return ""
