"""What is wrong with a piece of a message, and can be read all the same. For people, never a link.

Each function reads one piece that the strict codec refuses: an MTI of another edition or class, hex
digits in lower case, a length of zero, characters that the class of a field does not allow, another
filling of packed digits. What cannot be read at all is refused here as well.
"""

from __future__ import annotations

from binascii import unhexlify
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace

from ..codec.form import Form
from ..errors import DecodeError, EncodeError, FormatError
from ..grammar.encodings import HEX_DIGITS, Bcd, Encoding, Signed
from ..grammar.fields import DIGITS, Field
from ..grammar.mti import CLASSES, VERSIONS
from ..masking import printable
from ..parts.ber import Ber
from ..parts.layout import Part
from ..parts.paths import layout_at

if TYPE_CHECKING:
    from ..dialect import Dialect

PADDING: Final = "FF"  # between objects, as two hexadecimal digits


class Oddity(Struct, frozen=True):
    """What is not as agreed at the byte *offset* of a message, though it could be read.

    *field* is the number of a field, ``"MTI"`` or ``"bitmap"``. Where there are no bytes there is
    no offset either.
    """

    field: str
    text: str
    offset: int | None

    def __str__(self) -> str:
        place = self.field if self.field in ("", "MTI", "bitmap") else f"field {self.field}"
        at = "" if self.offset is None else f" at byte {self.offset}"
        return f"{place or 'message'}{at}: {self.text}"

    @classmethod
    def of(cls, fault: FormatError) -> Oddity:
        """The same as *fault*, which names its place."""
        seen = f", seen {fault.seen}" if fault.seen else ""
        return cls(fault.field, f"expected {fault.expected}{seen}", fault.offset)


def read_any_mti(form: Form, data: bytes) -> str:
    """The MTI at the start of *data*, if it is one of any edition and class; empty if it is none.

    >>> from ..dialect import load_dialect
    >>> [read_any_mti(load_dialect("iso87-ascii").form, mti) for mti in (b"0190", b"9190")]
    ['0190', '']
    """
    size = form.mti.size(4)
    if len(data) < size:
        return ""
    mti = form.mti.decode(data[:size], 4)
    is_one = len(mti) == 4 and DIGITS.issuperset(mti) and mti[0] in VERSIONS and mti[1] in CLASSES
    return mti if is_one else ""


def raise_case(form: Form, data: bytes, start: int, end: int) -> bytes:
    """*data* with the hexadecimal digits from *start* to *end* in upper case, where they are text.

    >>> from ..dialect import load_dialect
    >>> raise_case(load_dialect("iso87-ascii").form, b"00c0xx", 0, 4)
    b'00C0xx'
    """
    if form.bitmap.unit != 1:
        return data
    piece = data[start:end]
    text = form.bitmap.decode(piece, len(piece))
    raised = "".join(one.upper() if one.upper() in HEX_DIGITS else one for one in text)
    return data[:start] + form.bitmap.encode(raised) + data[end:] if raised != text else data


def says_zero(field: Field, data: bytes, at: int) -> bool:
    """Whether the length at *at* is zero."""
    if field.is_fixed:
        return False
    try:
        return field.prefix.decode(data[at : at + field.prefix.size]) == 0
    except (KeyError, ValueError):
        return False


def decode_loosely(encoding: Encoding, raw: bytes, length: int) -> str:
    """The *length* characters of *raw*, whatever they are, and however an odd digit is filled.

    >>> from ..grammar.encodings import bcd
    >>> decode_loosely(bcd("bcd"), bytes.fromhex("F97A"), 3)
    '97A'
    """
    if isinstance(encoding, Signed):
        digits = decode_loosely(encoding.digits, raw[1:], length - 1)
        return encoding.sign.decode(raw[:1], 1) + digits
    if not isinstance(encoding, Bcd):
        return encoding.decode(raw, length)
    nibbles = raw.hex().upper()
    kept = nibbles[len(nibbles) - length :] if encoding.left else nibbles[:length]
    return kept.replace("D", "=")


def read_loosely(field: Field, data: bytes, start: int, end: int, length: int) -> str:
    """The value at data[start:end], which :meth:`Field.read` refuses."""
    text = decode_loosely(field.encoding, data[start:end], length)
    return field.padding.strip(text) if field.padding else text


def read_piece(field: Field, raw: bytes) -> str | None:
    """The value of *raw*, a field with its length, read as strictly as it can be; None if none."""
    if says_zero(field, raw, 0):
        return "" if len(raw) == field.prefix.size else None
    try:
        start, end, length = field.locate(raw, 0)
    except DecodeError:
        return None
    if end != len(raw):
        return None
    try:
        return field.read(raw, start, end, length)
    except DecodeError:
        return read_loosely(field, raw, start, end, length)


def write_loosely(field: Field, value: str, raw: bytes) -> bytes:
    """*value* of *field* with characters that its class does not allow, as long as that of *raw*.

    EncodeError if it has another length, or characters that its encoding does not have.
    """
    before = read_piece(field, raw)
    size = field.prefix.size
    written = b""
    if before is not None and len(before) == len(value):
        if field.padding:
            value = field.padding.pad(value, field.notation.characters)
        with suppress(ValueError):
            written = field.encoding.encode(value)
    if len(written) != len(raw) - size:
        raise EncodeError(
            field.title, code="value", field=field.path, seen=f"{len(value)} characters"
        )
    return raw[:size] + written


def parts_loosely(dialect: Dialect, path: str, value: str) -> tuple[list[Part], DecodeError | None]:
    """The parts of *value*, which stands at *path*, before its fault; bytes FF between the objects
    of chip data are padding (ISO/IEC 7816-4), where they begin no tag.

    >>> from ..dialect import load_dialect
    >>> [part.key for part in parts_loosely(load_dialect("pos"), "55", "9F3602003CFF9A03251128")[0]]
    ['9F36', 'FF', '9A']
    """
    parts, fault = dialect.parts_before_fault(path, value)
    is_ber = isinstance(layout_at(dialect.form.parts, path), Ber)
    at = 0
    while fault is not None and is_ber:
        start = 2 * parts[-1].end if parts else 0
        at = start
        while value[at : at + 2] == PADDING:
            at += 2
        if at == start:
            break
        raw = unhexlify(value[start:at])
        more, fault = dialect.parts_before_fault(path, value[at:])
        moved = [replace(one, start=one.start + at // 2, end=one.end + at // 2) for one in more]
        padding = Part(
            key=PADDING,
            name="padding",
            value=value[start:at],
            start=start // 2,
            end=at // 2,
            raw=raw,
        )
        parts = [*parts, padding, *moved]
    return parts, fault


def shown_mti(mti: str, form: Form) -> str:
    """In words, what is odd about an *mti* that *form* does not have."""
    return f"expected an MTI of version {form.version}, seen {printable(mti, 4)!r}"
