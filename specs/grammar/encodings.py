"""Encodings: how the characters of a value stand on the wire. One axis of the field grammar.

Names are the same in dialect files and here: `ascii`, `ebcdic-037`, `ebcdic-500`, `ebcdic-1047`,
`latin-1`, `cp1252`, `utf-8` (texts with national letters), `bcd` (two digits a byte, an odd one
filled up: `bcd left 0`, `bcd right F`), `binary`, `hex`.
"""

from __future__ import annotations

from binascii import unhexlify
from typing import ClassVar, Final

from msgspec import Struct

from .codepages import CODECS, NATIONAL

HEX_DIGITS: Final = frozenset("0123456789ABCDEF")


class BadFill(ValueError):
    """The filling nibble of an odd BCD value is not the agreed one."""


class Encoding(Struct, frozen=True):
    """Turns *length* characters of a value into :meth:`size` bytes and back.

    `unit` is how many characters of the value count as one in a length prefix. Values must have
    been checked against their field class before :meth:`encode`.
    """

    name: str

    unit: ClassVar[int] = 1

    def size(self, length: int) -> int:
        """How many bytes a value of *length* characters takes."""
        return length

    def size_code(self, length: str) -> str:
        """The same as generated code has it, where *length* is an expression."""
        return length

    def length(self, value: str) -> int:
        """How long *value* is, as lengths count: in characters, but for UTF-8."""
        return len(value)

    def decode(self, data: bytes, length: int) -> str:
        """The *length* characters that *data*, of the right size, stands for."""
        raise NotImplementedError

    def encode(self, value: str) -> bytes:
        """The bytes of a checked *value*."""
        raise NotImplementedError

    def index(self, position: int, length: int) -> int:
        """In which byte of a value of *length* characters its character *position* stands."""
        return position


class Text(Encoding, frozen=True):
    """One character a byte, in the named code page.

    >>> Text("ebcdic-500").encode("A1").hex()
    'c1f1'
    """

    @property
    def codec(self) -> str:
        """The name of the Python codec."""
        return CODECS[self.name]

    def decode(self, data: bytes, length: int) -> str:
        return data.decode(self.codec)

    def encode(self, value: str) -> bytes:
        return value.encode(self.codec)


class National(Encoding, frozen=True):
    """Text with national letters. A length counts bytes, of which UTF-8 has up to four a character.

    A byte that stands for nothing is read as a character that no class allows, and written as it
    came: by that it is found, and shown.

    >>> National("utf-8").length("Zürich"), National("latin-1").encode("Zürich").hex()
    (7, '5afc72696368')
    """

    @property
    def codec(self) -> str:
        """The name of the Python codec."""
        return NATIONAL[self.name]

    def length(self, value: str) -> int:
        return len(self.encode(value))

    def decode(self, data: bytes, length: int) -> str:
        return data.decode(self.codec, "surrogateescape")

    def encode(self, value: str) -> bytes:
        return value.encode(self.codec, "surrogateescape")


class HexText(Encoding, frozen=True):
    """Binary data as upper-case hexadecimal in ASCII, which is also what a length counts.

    In EBCDIC it is simply :class:`Text` of that code page.
    """

    def decode(self, data: bytes, length: int) -> str:
        return data.decode("latin-1")

    def encode(self, value: str) -> bytes:
        return value.encode("latin-1")


class Binary(Encoding, frozen=True):
    """Binary data as it is; the value is upper-case hexadecimal, the length counts bytes."""

    unit: ClassVar[int] = 2

    def size(self, length: int) -> int:
        return length // 2

    def size_code(self, length: str) -> str:
        return f"({length} >> 1)"

    def decode(self, data: bytes, length: int) -> str:
        return data.hex().upper()

    def encode(self, value: str) -> bytes:
        return unhexlify(value)

    def index(self, position: int, length: int) -> int:
        return position // 2


class Bcd(Encoding, frozen=True):
    """Two digits a byte, lengths count digits; a track's ``=`` is nibble D (ISO/IEC 7813).

    An odd number of digits is filled on the *left* or right with one nibble *fill*.

    >>> bcd("bcd").encode("978").hex(), bcd("bcd right F").encode("12=34").hex()
    ('0978', '12d34f')
    """

    left: bool
    fill: str

    def size(self, length: int) -> int:
        return (length + 1) // 2

    def size_code(self, length: str) -> str:
        return f"({length} + 1 >> 1)"

    def decode(self, data: bytes, length: int) -> str:
        nibbles = data.hex().upper()
        if length % 2:
            fill = nibbles[0] if self.left else nibbles[-1]
            if fill != self.fill:
                raise BadFill
            nibbles = nibbles[1:] if self.left else nibbles[:-1]
        return nibbles.replace("D", "=")

    def encode(self, value: str) -> bytes:
        fill = self.fill if len(value) % 2 else ""
        nibbles = value.replace("=", "D")
        return unhexlify(fill + nibbles if self.left else nibbles + fill)

    def index(self, position: int, length: int) -> int:
        return (position + (length % 2 if self.left else 0)) // 2


class Signed(Encoding, frozen=True):
    """``x+n``: a sign, C or D, as one character, then an amount in the encoding of digits.

    >>> Signed("x+n", Text("ascii"), bcd("bcd")).encode("D00000150").hex()
    '4400000150'
    """

    sign: Text
    digits: Encoding

    def size(self, length: int) -> int:
        return 1 + self.digits.size(length - 1)

    def size_code(self, length: str) -> str:
        return f"1 + {self.digits.size_code(f'({length} - 1)')}"

    def decode(self, data: bytes, length: int) -> str:
        return self.sign.decode(data[:1], 1) + self.digits.decode(data[1:], length - 1)

    def encode(self, value: str) -> bytes:
        return self.sign.encode(value[:1]) + self.digits.encode(value[1:])

    def index(self, position: int, length: int) -> int:
        return 1 + self.digits.index(position - 1, length - 1) if position else 0


def bcd(name: str) -> Bcd:
    """The BCD encoding called ``bcd``, ``bcd left 0`` and so on; ValueError for another name."""
    words = name.split(" ")
    if words == ["bcd"]:
        return Bcd("bcd", left=True, fill="0")
    fills = HEX_DIGITS - {"D"}  # which would read as a separator
    if words[:2] in (["bcd", "left"], ["bcd", "right"]) and len(words) == 3 and words[2] in fills:
        return Bcd(name, left=words[1] == "left", fill=words[2])
    raise ValueError(name)


def encoding_of(name: str) -> Encoding:
    """The encoding called *name*; ValueError if there is none.

    >>> encoding_of("bcd right F").size(5), encoding_of("binary").size(16)
    (3, 8)
    """
    if name in CODECS:
        return Text(name)
    if name in NATIONAL:
        return National(name)
    if name == "binary":
        return Binary(name)
    if name == "hex":
        return HexText(name)
    return bcd(name)
