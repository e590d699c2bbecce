"""What a part is, and what every layout can do: split octets, change parts, join them again."""

from __future__ import annotations

from binascii import unhexlify
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import ClassVar, Final

from msgspec import Struct

from ..errors import DecodeError, EncodeError, FormatError
from ..grammar.encodings import HEX_DIGITS, encoding_of
from ..grammar.fields import Field
from ..masking import printable

DEPTH_MAX: Final = 8  # layouts in layouts; nobody has been seen to go deeper than 4
PARTS_MAX: Final = 128  # of one value: as many as two bitmaps can say


class Part(Struct, frozen=True, kw_only=True, gc=False):
    """One part of a value: *key* is the last word of its path, *value* text or upper-case hex.

    *start* and *end* are octets of the value it is a part of; *body* is where its own value begins,
    behind tag and prefix. *raw* are its octets as received; *known*: the dialect names it.
    """

    key: str
    name: str
    value: str
    start: int
    end: int
    raw: bytes
    body: int = 0
    known: bool = True

    def __repr__(self) -> str:
        """Key and size alone: a value may be card data."""
        return f"<{printable(self.key)} ({self.end - self.start})>"


class Layout(Struct, frozen=True):
    """How the octets of a value are made of parts; *binary* if that value is hexadecimal, else it
    is text in the code page *page*.

    *names* are all the parts that the dialect knows, *fields* those with a format, *inners* the
    layouts of their own values. Errors say their place within this one value: :mod:`.paths` adds
    where that value stands.
    """

    binary: bool
    names: Mapping[str, str] = {}
    fields: Mapping[str, Field] = {}
    inners: Mapping[str, Layout] = {}
    page: str = "ascii"

    # Keys of what stands beside the parts, and does not keep a value alive.
    padding_keys: ClassVar[frozenset[str]] = frozenset()

    def octets(self, value: str, fault: type[FormatError] = DecodeError) -> bytes:
        """The octets of *value*: see :func:`octets_of`."""
        return octets_of(value, self.binary, fault, self.page)

    def text(self, octets: bytes) -> str:
        """The value that *octets* are the octets of."""
        return octets.hex().upper() if self.binary else encoding_of(self.page).decode(octets, 0)

    def split(self, octets: bytes) -> list[Part]:
        """The parts of *octets*, in order; DecodeError where they are none."""
        raise NotImplementedError

    def make(self, key: str, value: str) -> Part:
        """A new part; EncodeError if it cannot be."""
        raise NotImplementedError

    def place(self, parts: Sequence[Part], part: Part) -> list[Part]:
        """*parts* and the new *part* where it belongs; EncodeError if that is nowhere."""
        return [*parts, part]

    def drop(self, parts: Sequence[Part], part: Part) -> list[Part]:
        """*parts* without *part*; EncodeError if those behind it would then be taken for it."""
        return [one for one in parts if one is not part]

    def join(self, parts: Sequence[Part]) -> bytes:
        """The octets of *parts*."""
        return b"".join(part.raw for part in parts)

    def inner(self, key: str) -> Layout | None:
        """The layout of the value of the part *key*, if it has one."""
        return self.inners.get(key)

    def field(self, key: str) -> Field | None:
        """The format of the part *key*, if the dialect says one."""
        return self.fields.get(key)

    def is_empty(self, parts: Sequence[Part]) -> bool:
        """Whether nothing is left that would keep the value alive."""
        return all(part.key in self.padding_keys for part in parts)


def octets_of(
    value: str, binary: bool, fault: type[FormatError] = DecodeError, page: str = "ascii"
) -> bytes:
    """The octets that a layout reads of *value*; *fault* if it is no hex, or text that *page* has
    not. A dialect's pages of one byte a character that are no national ones all count as ASCII.

    >>> octets_of("9F36", binary=True), octets_of("9F36", binary=False)
    (b'\\x9f6', b'9F36')
    """
    if binary:
        if len(value) % 2 or not HEX_DIGITS.issuperset(value):
            raise fault("pairs of upper-case hexadecimal digits")
        return unhexlify(value)
    octets: bytes | None = None
    with suppress(UnicodeEncodeError):  # which holds the value: the fault is raised outside
        octets = encoding_of(page).encode(value)
    if octets is None:
        raise fault(f"characters that {page} has")
    return octets


def read_body(field: Field, octets: bytes, start: int, end: int) -> str:
    """The value of *field* at octets[start:end], where a tag said its length; none may be empty."""
    size = end - start
    if not size:
        return ""
    legal = field.legal_lengths
    # A byte is one character, two digits of hex, or two digits packed, the last or first filled up.
    fixed = field.notation.characters if field.notation.prefix_digits == 0 else 0
    for length in (fixed, 2 * size, 2 * size - 1, size):
        if length in legal and field.encoding.size(length) == size:
            return field.read(octets, start, end, length)
    raise DecodeError(field.title, field=field.path, offset=start, seen=f"{size} bytes")


def write_body(field: Field, value: str) -> bytes:
    """*value* in the format of *field*, without a prefix of its own; EncodeError."""
    if not value:
        return b""
    body = field.write(value)[field.prefix.size :]
    if not field.is_fixed and read_body(field, body, 0, len(body)) != value:
        hint = "packed digits of variable length come in pairs"
        raise EncodeError("a value that reads back as written", field=field.path, hint=hint)
    return body
