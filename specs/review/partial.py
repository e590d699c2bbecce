"""A message as far as it can be read: its fields up to the first fault, and where the rest begins.

For people, never for a link: the switch does not import it, and refuses what has a fault. What is
not as agreed and can be read all the same is an oddity with its place (:mod:`.tolerance`), and
:func:`write_again` gives the same bytes back. Bytes that were masked where the message was copied
are unknown characters of their values here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from ..codec.form import Form
from ..codec.walk import known_fields, read_bitmaps, read_mti, read_third
from ..errors import DecodeError, EncodeError
from ..grammar.bitmap import BITMAP_SIZE, IN_FIELD_65, SECOND_MAX, THIRD
from ..grammar.encodings import BadFill, HexText, Text
from ..grammar.fields import Field, first_wrong
from ..masking import printable
from ..message import Message
from .tolerance import (
    Oddity,
    raise_case,
    read_any_mti,
    read_loosely,
    read_piece,
    says_zero,
    shown_mti,
    write_loosely,
)

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

    *oddities* are what is not as agreed in what was read; *as_received* are the bytes of such
    pieces, by ``"MTI"``, ``"bitmap"`` and the numbers of fields. *unknown* are the numbers of those
    in which something was masked. *open_bytes* are those that say
    nothing of a card: MTI, bitmap, lengths of fields.
    """

    message: Message
    fault: DecodeError | None = None
    rest: int
    oddities: tuple[Oddity, ...] = ()
    as_received: Mapping[str, bytes] = {}
    unknown: frozenset[int] = frozenset()
    open_bytes: frozenset[int] = frozenset()


def read_partly(dialect: Dialect, data: bytes, masked: frozenset[int] = frozenset()) -> Partial:
    """As much of *data* as *dialect* can read; *masked* are the bytes that nobody knows.

    >>> from ..dialect import load_dialect
    >>> wire = b"0800" + b"2020000000000000" + b"000000" + b"00x001" + b"?"
    >>> partial = read_partly(load_dialect("iso87-ascii"), wire)
    >>> partial.message.fields, partial.fault.field, partial.rest
    ({3: '000000'}, '11', 26)
    """
    lead = dialect.header_size
    reader, fault = _read(dialect, data, masked, loosely=True)
    if fault is not None and reader.has_odd_values:
        # Wrong characters are likely the work of a wrong length, unless all else is right.
        reader, fault = _read(dialect, data, masked, loosely=False)
    header = data[:lead]
    return Partial(
        message=Message(reader.mti, reader.fields, header if reader.mti else b""),
        fault=fault,
        rest=lead + reader.at if reader.has_begun else 0,
        oddities=tuple(
            Oddity(odd.field, odd.text, (odd.offset or 0) + lead) for odd in reader.oddities
        ),
        as_received=reader.as_received,
        unknown=frozenset(reader.unknown),
        open_bytes=frozenset(dialect.header_size + byte for byte in reader.open_bytes),
    )


def _read(
    dialect: Dialect, data: bytes, masked: frozenset[int], loosely: bool
) -> tuple[_Reader, DecodeError | None]:
    """What has read as far as it could, and the fault that ended it."""
    lead = dialect.header_size
    reader = _Reader(dialect.form, data[lead:], frozenset(at - lead for at in masked), loosely)
    try:
        if dialect.header is not None:
            dialect.header.read(data)
        reader.read()
    except DecodeError as fault:
        if reader.has_begun and fault.offset is not None:
            fault.offset += lead
        return reader, fault
    return reader, None


class _Reader:
    """Reads a body and remembers how far it came; *loosely*: with characters of any class."""

    def __init__(self, form: Form, body: bytes, masked: frozenset[int], loosely: bool) -> None:
        self._form, self._body, self._loosely = form, body, loosely
        self._masked = masked
        self.has_odd_values = False
        self.has_begun = False
        self.mti = ""
        self.fields: dict[int, str] = {}
        self.at = self._first = 0  # where reading is, and where the fields begin
        self.open_bytes: set[int] = set()
        self.oddities: list[Oddity] = []
        self.as_received: dict[str, bytes] = {}
        self.unknown: set[int] = set()

    def read(self) -> None:
        """Fill in all that can be read; the first fault is raised, with its offset in the body."""
        self.has_begun = True
        form, body = self._form, self._body
        self._read_mti()
        numbers, later = self._read_bitmaps()
        for number in numbers:
            if number == THIRD and form.bitmaps.third == IN_FIELD_65:
                self._read_third(numbers)
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

    def _read_mti(self) -> None:
        form, body = self._form, self._body
        size = form.mti.size(4)
        self._known(0, size, "MTI")
        try:
            self.mti = read_mti(form, body)[0]
        except DecodeError as fault:
            # Four digits without a bitmap behind them are hardly an MTI.
            mti = read_any_mti(form, body)
            try:
                read_bitmaps(form, raise_case(form, body, size, size + form.bitmap.size(48)), size)
            except DecodeError:
                raise fault from None
            if not mti:
                raise
            self.mti = mti
            self._odd(Oddity("MTI", shown_mti(mti, form), 0), "MTI", 0, size)
        self._pass(size)

    def _read_bitmaps(self) -> tuple[list[int], DecodeError | None]:
        """The numbers of the fields that are there, and the fault behind the last of them."""
        form, start = self._form, self.at
        self._known(start, start + form.bitmap.size(16), "bitmap")
        body = raise_case(form, self._body, start, start + form.bitmap.size(48))
        numbers, end, later = read_bitmaps(form, body, start)
        self._known(start, end, "bitmap")
        self._tell_case(body, "bitmap", start, end)
        if later is not None and later.code in ("bitmap-empty", "bitmap-marks"):
            self._odd(Oddity.of(later), "bitmap", start, end)
            numbers, end, later = known_fields(form, start, numbers, end)
        self._pass(end)
        self._first = end
        return numbers, later

    def _read_third(self, numbers: list[int]) -> None:
        """The bitmap in field 65; what it says is added to *numbers*."""
        form, start = self._form, self.at
        end = start + form.bitmap.size(16)
        self._known(start, end, "65")
        body = raise_case(form, self._body, start, end)
        try:
            end = read_third(form, body, start, numbers)
        except DecodeError as fault:
            if fault.code != "bitmap-empty":
                raise
            self._odd(Oddity.of(fault), "65", start, end)
            # The bit that announces it is no longer made when the message is written.
            self.as_received["bitmap"] = self._body[form.mti.size(4) : self._first]
        self._tell_case(body, "65", start, end)
        self._pass(end)

    def _tell_case(self, raised: bytes, field: str, start: int, end: int) -> None:
        """An oddity, if *raised* is not what stands from *start* to *end*."""
        lower = next((n for n in range(start, end) if raised[n] != self._body[n]), None)
        if lower is not None:
            text = "expected hexadecimal digits in upper case, seen lower case"
            self._odd(Oddity(field, text, lower), field, start, end)

    def _odd(self, odd: Oddity, piece: str, start: int, end: int) -> None:
        """Keep what is odd, and the bytes of the whole piece."""
        self.oddities.append(odd)
        self.as_received[piece] = self._body[start:end]

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
        try:
            start, end, length = field.locate(self._body, self.at)
        except DecodeError as fault:
            if not says_zero(field, self._body, self.at):
                raise
            self._odd(Oddity.of(fault), field.path, self.at, start)
            self.fields[field.number] = ""
            self._pass(start)
            return
        hidden = {byte - start for byte in range(start, end) if byte in self._masked}
        if hidden:
            self.unknown.add(field.number)
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
        except DecodeError as fault:
            hidden = _starred(field, self._body[start:end], length)
            if len(hidden) < _STARS_MIN:
                if not self._loosely:
                    raise
                self.has_odd_values = True
                self._odd(Oddity.of(fault), field.path, self.at, end)
                return read_loosely(field, self._body, start, end, length)
        self.unknown.add(field.number)
        return _read_around(field, self._body[start:end], length, hidden, start)


def write_again(
    dialect: Dialect,
    message: Message,
    as_received: Mapping[str, bytes],
    loosely: bool = False,
) -> bytes:
    """*message* as bytes: pieces *as_received*, where they still say the same, all else strictly;
    *loosely*: an odd piece may be as odd as it was, with other characters.

    EncodeError as in :meth:`Dialect.pack`.

    >>> from ..dialect import load_dialect
    >>> ascii = load_dialect("iso87-ascii")
    >>> partial = read_partly(ascii, b"0190" + b"0020000000000000" + b"000001")
    >>> write_again(ascii, partial.message, partial.as_received)
    b'01900020000000000000000001'
    """
    if not as_received:
        return dialect.pack(message)
    form = dialect.form
    undefined = next((number for number in message.fields if number not in form.fields), None)
    if undefined is not None:
        raise EncodeError(
            f"a field that {form.name} defines", code="field-undefined", field=f"{undefined}"
        )
    numbers = sorted(message.fields)
    parts = {
        n: _piece(form.fields[n], message[n], as_received.get(f"{n}", b""), loosely)
        for n in numbers
    }
    bitmap, third = _bitmaps(form, numbers, as_received)
    if third:
        parts[THIRD] = third
    header = dialect.header.of(message) if dialect.header else b""
    body = [parts[number] for number in sorted(parts)]
    return b"".join([header, _mti(form, message.mti, as_received), bitmap, *body])


def _piece(field: Field, value: str, raw: bytes, loosely: bool) -> bytes:
    """The bytes *raw*, if they still say *value*; written if not."""
    if raw and read_piece(field, raw) == value:
        return raw
    try:
        return field.write(value)
    except EncodeError:
        if not raw or not loosely:
            raise
    return write_loosely(field, value, raw)


def _mti(form: Form, mti: str, as_received: Mapping[str, bytes]) -> bytes:
    raw = as_received.get("MTI", b"")
    said = raw if read_any_mti(form, raw) == mti else form.mti_bytes.get(mti, b"")
    if not said:
        seen = printable(mti, 4)
        raise EncodeError(f"an MTI of version {form.version}", code="mti", field="MTI", seen=seen)
    return said


def _bitmaps(
    form: Form, numbers: list[int], as_received: Mapping[str, bytes]
) -> tuple[bytes, bytes]:
    """The bitmaps before the fields that say *numbers*, and the one in field 65, if any."""
    bits = form.bitmaps.bits_of(numbers).hex().upper()
    third = b""
    among = form.bitmaps.third == IN_FIELD_65
    if among and len(bits) > 2 * 2 * BITMAP_SIZE:
        third, bits = form.bitmap.encode(bits[32:]), bits[:32]
    first = [number for number in numbers if not among or number <= SECOND_MAX]
    raw = as_received.get("bitmap", b"")
    raw_third = as_received.get("65", b"")
    third = raw_third if _says(form, raw_third, numbers[len(first) :], third=True) else third
    is_same = _says(form, raw, [*first, THIRD] if third else first)
    return raw if is_same else form.bitmap.encode(bits), third


def _says(form: Form, raw: bytes, numbers: list[int], third: bool = False) -> bool:
    """Whether the bitmap *raw*, perhaps the one in field 65, says these *numbers* and no others."""
    data = raise_case(form, raw, 0, len(raw))
    found: list[int] = []
    try:
        if third:
            end = read_third(form, data, 0, found)
        else:
            found, end, _ = read_bitmaps(form, data, 0)
    except DecodeError as fault:
        is_empty = fault.code == "bitmap-empty" and len(raw) == form.bitmap.size(16)
        return is_empty and not numbers
    return end == len(raw) and sorted(found) == sorted(numbers)


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
    wrong = field.first_wrong(text) if text else 0
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
