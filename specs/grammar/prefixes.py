"""Prefixes: how the length of a variable field is written. One axis of the field grammar.

A prefix has a number of decimal digits (LL = 2) and an encoding: a code page, `bcd` (two digits a
byte, zeros in front) or `binary` (LL one byte, LLL two). Which lengths are legal stands in tables:
to look one up is stricter, and faster, than to convert it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from msgspec import Struct

from .codepages import CODECS

PREFIX_DIGITS_MAX: Final = 6  # the widest that anyone has been seen to use
PREFIX_ENCODINGS: Final = frozenset([*CODECS, "bcd", "binary"])
# A table has an entry for each length; above this, lengths are computed one by one.
TABLE_SIZE_MAX: Final = 9999
TABLES_CACHED_MAX: Final = 512  # a dialect has a dozen, which many of its fields share
_DECIMAL: Final = {f"{digit}": digit for digit in range(10)}


class Prefix(Struct, frozen=True):
    """A length of *digits* decimal digits in *encoding*; no digits: the field is fixed."""

    digits: int = 0
    encoding: str = "ascii"

    @property
    def size(self) -> int:
        """Bytes that the prefix takes.

        >>> Prefix(3, "ascii").size, Prefix(3, "bcd").size, Prefix(2, "binary").size
        (3, 2, 1)
        """
        return self.digits if self.encoding in CODECS else (self.digits + 1) // 2

    @property
    def maximum(self) -> int:
        """The greatest length that can be written.

        >>> Prefix(3, "bcd").maximum, Prefix(2, "binary").maximum
        (999, 255)
        """
        if self.encoding == "binary":
            return int(256**self.size) - 1
        return int(10**self.digits) - 1

    def encode(self, count: int) -> bytes:
        """The prefix that says *count*, which is at most :attr:`maximum`.

        >>> Prefix(2, "ascii").encode(9), Prefix(3, "bcd").encode(255).hex()
        (b'09', '0255')
        """
        if self.encoding == "binary":
            return count.to_bytes(self.size, "big")
        if self.encoding == "bcd":
            return bytes.fromhex(f"{count:0{self.size * 2}d}")
        return f"{count:0{self.digits}d}".encode(CODECS[self.encoding])

    def decode(self, data: bytes) -> int:
        """The length that *data*, of :attr:`size` bytes, says; KeyError if it says none.

        >>> Prefix(5, "ascii").decode(b"00042"), Prefix(5, "bcd").decode(b"\\x00\\x00\\x42")
        (42, 42)
        """
        if len(data) != self.size:
            raise KeyError
        if self.encoding == "binary":
            return int.from_bytes(data, "big")
        text = data.hex() if self.encoding == "bcd" else data.decode(CODECS[self.encoding])
        count = 0
        for character in text:
            count = count * 10 + _DECIMAL[character]
        return count


class Counting(Struct, frozen=True, kw_only=True):
    """How long a value may be, and how its length is written.

    Values have *minimum*, *minimum* + *step*, … up to *maximum* characters; *unit* characters count
    as *counts* in the prefix: a byte of binary data is two hexadecimal digits and counts as one.
    """

    prefix: Prefix
    maximum: int
    step: int = 1
    unit: int = 1
    counts: int = 1
    minimum: int = 1

    @property
    def legal(self) -> range:
        """How many characters a value may have."""
        return range(self.minimum, self.maximum + 1, self.step)

    def count(self, characters: int) -> int:
        """What the prefix of a value of *characters* says."""
        return characters * self.counts // self.unit

    def tables(self) -> tuple[Mapping[bytes, int], Mapping[int, bytes]]:
        """What each legal prefix says in characters, and the prefix of each legal length.

        KeyError is all that they answer to what is not legal.

        >>> lengths, prefixes = Counting(prefix=Prefix(2, "bcd"), maximum=19).tables()
        >>> lengths[b"\\x19"], prefixes[7]
        (19, b'\\x07')
        """
        return _tables(self)


class _Lengths(dict[bytes, int]):
    """The legal prefixes of a field that is too long for a table."""

    def __init__(self, counting: Counting) -> None:
        super().__init__()
        self.counting = counting

    def __missing__(self, data: bytes) -> int:
        counting = self.counting
        characters, rest = divmod(
            counting.prefix.decode(bytes(data)) * counting.unit, counting.counts
        )
        if rest or characters not in counting.legal:
            raise KeyError
        return characters


class _Prefixes(dict[int, bytes]):
    """The other direction."""

    def __init__(self, counting: Counting) -> None:
        super().__init__()
        self.counting = counting

    def __missing__(self, characters: int) -> bytes:
        if characters not in self.counting.legal:
            raise KeyError
        return self.counting.prefix.encode(self.counting.count(characters))


@lru_cache(maxsize=TABLES_CACHED_MAX)
def _tables(counting: Counting) -> tuple[Mapping[bytes, int], Mapping[int, bytes]]:
    if counting.maximum > TABLE_SIZE_MAX * counting.step:
        return _Lengths(counting), _Prefixes(counting)
    prefixes = {
        characters: counting.prefix.encode(counting.count(characters))
        for characters in counting.legal
    }
    return {data: characters for characters, data in prefixes.items()}, prefixes
