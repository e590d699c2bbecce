"""Prefixes: how the length of a variable field is written. One axis of the field grammar.

A prefix has a number of decimal digits (LL = 2) and an encoding: `ascii`, `ebcdic-500`,
`ebcdic-037`, `bcd` (two digits a byte, zeros in front) or `binary` (LL one byte, LLL two).
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from .encodings import CODECS

# LLLL is the widest in use; its table of legal lengths has 9,999 entries at most.
PREFIX_DIGITS_MAX: Final = 4
PREFIX_ENCODINGS: Final = frozenset([*CODECS, "bcd", "binary"])


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
