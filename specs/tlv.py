"""Tag, length, value: BER-TLV as chips write it (DE55), and ASCII TLV of private fields (DE48).

Reading is a loop, never a recursion, and every length is checked before anything is taken: what
comes from a wire may nest or promise as much as it likes.
"""

from __future__ import annotations

from binascii import a2b_hex
from collections.abc import Mapping, Sequence
from string import ascii_letters, digits, hexdigits
from typing import Final

from msgspec import Struct

from .errors import DecodeError, EncodeError

DEPTH_MAX: Final = 8  # templates in templates; EMV's own go 4 deep (6F, A5, BF0C, 61)
TAGS_MAX: Final = 128  # of a message; a full EMV request has about 40
TAG_BYTES_MAX: Final = 4  # EMV's longest have 3 (DF8129), ISO 7816-4 allows no more
LENGTH_BYTES_MAX: Final = 4  # after the first; 4 GiB is beyond any frame

_CONSTRUCTED: Final = 0x20  # of a tag's first byte: the value is made of TLV again
_TAG_GOES_ON: Final = 0x1F  # of a tag's first byte: more follow, each but the last with bit 8


class Tlv(Struct, frozen=True):
    """*tag* is upper-case hex. A primitive one has a *value*, a constructed one only *children*."""

    tag: str
    value: bytes = b""
    children: tuple[Tlv, ...] = ()

    def __repr__(self) -> str:
        """Tags and sizes alone: the values of 57 and 5A are card data."""
        inner = "".join(f" {child!r}" for child in self.children)
        return f"<{self.tag}{inner}>" if inner else f"<{self.tag} ({len(self.value)})>"


def unpack_tlv(data: bytes | str, field: str = "55") -> tuple[Tlv, ...]:
    """The BER-TLV objects in *data*, bytes or hex, in order; unknown and repeated tags included.

    Zero bytes between objects are padding and skipped (EMV Book 3, Annex B1). FF is not padding: it
    opens private tags such as FF8106. Lengths must be definite and of the shortest form.
    DecodeError says the byte of *field* where an object breaks this or a limit above.

    >>> unpack_tlv("9F3602003CE1059F02021250")
    (<9F36 (2)>, <E1 <9F02 (2)>>)
    """
    octets = _octets(data, field) if isinstance(data, str) else bytes(data)
    # Templates that are still open: their tag, where they end, what was found in them.
    open_templates: list[tuple[str, int, list[Tlv]]] = [("", len(octets), [])]
    at = count = 0
    while True:
        tag, end, found = open_templates[-1]
        if at == end:
            if len(open_templates) == 1:
                return tuple(found)
            open_templates.pop()
            open_templates[-1][2].append(Tlv(tag, children=tuple(found)))
            continue
        if octets[at] == 0:
            at += 1
            continue
        count += 1
        if count > TAGS_MAX:
            raise DecodeError(f"at most {TAGS_MAX} tags", code="tlv-limit", field=field, offset=at)
        start, at = at, _after_tag(octets, at, end, field)
        tag = octets[start:at].hex().upper()
        length, at = _length(octets, at, end, field)
        if not octets[start] & _CONSTRUCTED:
            found.append(Tlv(tag, octets[at : at + length]))
            at += length
        elif len(open_templates) > DEPTH_MAX:
            raise DecodeError(
                f"at most {DEPTH_MAX} templates deep", code="tlv-limit", field=field, offset=start
            )
        else:
            open_templates.append((tag, at + length, []))


def pack_tlv(items: Sequence[Tlv]) -> str:
    """*items* in order as upper-case hex; EncodeError if they would not read back the same.

    >>> pack_tlv([Tlv("9F36", b"\\x00\\x3c"), Tlv("E1", children=(Tlv("9F02"),))])
    '9F3602003CE1039F0200'
    """
    hint = "a tag is upper-case hex; a constructed one has children and no value"
    try:
        packed = _written(items)
        read = unpack_tlv(packed)
    except DecodeError as error:
        raise EncodeError(
            error.expected, code=error.code, field="55", offset=error.offset, hint=hint
        ) from None
    if read != tuple(items):
        raise EncodeError(
            "objects that read back as written", code="tlv-tag", field="55", hint=hint
        )
    return packed.hex().upper()


def encode_length(length: int) -> bytes:
    """A definite BER length in its shortest form (ISO/IEC 8825-1, 8.1.3).

    >>> encode_length(127).hex(), encode_length(128).hex(), encode_length(256).hex()
    ('7f', '8180', '820100')
    """
    if length < 0x80:
        return bytes([length])
    size = (length.bit_length() + 7) // 8
    return bytes([0x80 + size]) + length.to_bytes(size, "big")


def find(items: Sequence[Tlv], path: str) -> Tlv | None:
    """The first object at *path*, tags joined by points, or None.

    >>> find(unpack_tlv("E1059F36020007"), "E1.9F36").value
    b'\\x00\\x07'
    """
    found: Tlv | None = None
    for tag in path.split("."):
        found = next((item for item in items if item.tag == tag), None)
        if found is None:
            return None
        items = found.children
    return found


def unpack_private(text: str, field: str = "48") -> dict[str, str]:
    """ASCII TLV: two letters or digits of tag, two digits of length, that many characters of value.

    DecodeError says the byte of *field* where this breaks, or where a tag comes again; never the
    tag, which may be a piece of some value once the lengths are wrong.

    >>> unpack_private("92031239502AB")
    {'92': '123', '95': 'AB'}
    """
    values: dict[str, str] = {}
    at = 0
    while at < len(text):
        tag, length = text[at : at + 2], text[at + 2 : at + 4]
        if not is_private_tag(tag):
            raise DecodeError(
                "a tag of two letters or digits", code="tlv-tag", field=field, offset=at
            )
        if tag in values:
            raise DecodeError("each tag once", code="tlv-tag", field=field, offset=at)
        if len(length) != 2 or length.strip(digits):
            raise DecodeError("two digits of length", code="tlv-length", field=field, offset=at + 2)
        at += 4
        size = int(length)
        if size > len(text) - at:
            raise DecodeError(
                f"{size} characters of value",
                code="tlv-short",
                field=field,
                offset=at,
                seen=f"{len(text) - at}",
            )
        values[tag] = text[at : at + size]
        at += size
    return values


def pack_private(values: Mapping[str, str], field: str = "48") -> str:
    """*values* as ASCII TLV, in their order; EncodeError on a bad tag or more than 99 characters.

    >>> pack_private({"92": "123", "95": "AB"})
    '92031239502AB'
    """
    for tag, value in values.items():
        if not is_private_tag(tag):
            raise EncodeError("tags of two letters or digits", code="tlv-tag", field=field)
        if len(value) > 99:
            raise EncodeError(
                "at most 99 characters",
                code="value",
                field=f"{field}.{tag}",
                seen=f"{len(value)}",
            )
    return "".join(f"{tag}{len(value):02}{value}" for tag, value in values.items())


def is_private_tag(tag: str) -> bool:
    """Whether *tag* is one of the ASCII TLV of private fields: two letters or digits."""
    return len(tag) == 2 and not tag.strip(ascii_letters + digits)


def _octets(text: str, field: str) -> bytes:
    if len(text) % 2 or text.strip(hexdigits):
        raise DecodeError("pairs of hex digits", code="value", field=field)
    return a2b_hex(text)


def _after_tag(octets: bytes, start: int, end: int, field: str) -> int:
    """Where the tag at *start* is over."""
    at = start + 1
    if octets[start] & _TAG_GOES_ON != _TAG_GOES_ON:
        return at
    while at < end and at - start < TAG_BYTES_MAX:
        at += 1
        if octets[at - 1] < 0x80:
            return at
    hint = "FF is no padding here" if octets[start] == 0xFF else ""
    raise DecodeError(
        f"the end of a tag within {TAG_BYTES_MAX} bytes",
        code="tlv-tag",
        field=field,
        offset=start,
        hint=hint,
    )


def _length(octets: bytes, at: int, end: int, field: str) -> tuple[int, int]:
    """The length at *at*, checked to fit before *end*, and where its value starts."""
    if at == end:
        raise DecodeError("a length", code="tlv-short", field=field, offset=at, seen="the end")
    first = octets[at]
    start = at + 1
    length = first
    if first >= 0x80:
        size = first - 0x80
        if not 1 <= size <= LENGTH_BYTES_MAX:
            raise DecodeError(
                "a length byte 00-7F or 81-84",
                code="tlv-length",
                field=field,
                offset=at,
                seen=f"{first:02X}",
            )
        start += size
        length = int.from_bytes(octets[at + 1 : min(start, end)], "big")
        if start > end:
            raise DecodeError(
                f"{size} bytes of length", code="tlv-short", field=field, offset=at, seen="the end"
            )
        if length < 0x80 or length < 1 << 8 * (size - 1):
            raise DecodeError(
                "a length of the shortest form", code="tlv-length", field=field, offset=at
            )
    if length > end - start:
        raise DecodeError(
            "as many bytes as the length says",
            code="tlv-short",
            field=field,
            offset=at,
            seen=f"{end - start} left",
        )
    return length, start


def _written(items: Sequence[Tlv]) -> bytes:
    """Written from the end to the front: a template's length is known once its children stand."""
    parts: list[bytes] = []
    size = 0
    waiting: list[Tlv | tuple[str, int]] = list(items)
    while waiting:
        item = waiting.pop()
        if isinstance(item, Tlv):
            if item.children:
                waiting.append((item.tag, size))
                waiting.extend(item.children)
                continue
            tag, part = item.tag, item.value
            length = len(part)
        else:
            tag, part = item[0], b""
            length = size - item[1]
        part = _octets(tag, "55") + encode_length(length) + part
        parts.append(part)
        size += len(part)
    return b"".join(reversed(parts))
