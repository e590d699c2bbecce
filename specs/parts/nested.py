"""A bitmap in a field (DE127): its bits say which numbered parts follow, in their order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Final

from ..errors import DecodeError, EncodeError
from ..grammar.bitmap import SECOND, numbers_of
from ..grammar.encodings import HEX_DIGITS, Encoding
from .layout import Layout, Part, octets_of

BITMAP_BYTES_MAX: Final = 16  # 128 parts, as in a message
HEADER: Final = "header"  # the key of what stands before the bitmap


class Numbered(Layout, frozen=True):
    """What layouts with a bitmap share: reading and ordering parts by their numbers."""

    def read_parts(self, octets: bytes, at: int, numbers: Iterable[int]) -> tuple[list[Part], int]:
        """The parts *numbers* from *at* on, and where they end."""
        parts: list[Part] = []
        for number in numbers:
            field = self.fields.get(str(number))
            if field is None:
                hint = "where an unknown part ends nobody knows"
                raise DecodeError("a part that is defined", field=str(number), offset=at, hint=hint)
            body, end, length = field.locate(octets, at)
            value = field.read(octets, body, end, length)
            parts.append(
                Part(
                    key=field.path,
                    name=field.name,
                    value=value,
                    start=at,
                    end=end,
                    raw=octets[at:end],
                    body=body,
                )
            )
            at = end
        return parts, at

    def make(self, key: str, value: str) -> Part:
        """One numbered part, which must be defined."""
        field = self.fields.get(key)
        if field is None:
            raise EncodeError("a part that is defined", field=key)
        raw = field.write(value)
        return Part(
            key=key,
            name=field.name,
            value=value,
            start=0,
            end=len(raw),
            raw=raw,
            body=field.prefix.size,
        )

    def place(self, parts: Sequence[Part], part: Part) -> list[Part]:
        """In the order of their numbers."""
        return sorted([*parts, part], key=lambda one: self._rank(one.key))

    def _rank(self, key: str) -> int:
        """Where the part *key* stands among the others."""
        return int(key)


class Bitmap(Numbered, frozen=True, kw_only=True):
    """*header* octets, a bitmap of *size* bytes in *encoding*, and its parts.

    Only where it *continues* does bit 1 say that as many bytes of bitmap follow again; else bit 1
    is a part like any other. To mix up the two makes a field that its writer cannot read.
    """

    encoding: Encoding
    size: int
    continues: bool = False
    header: int = 0

    padding_keys: ClassVar[frozenset[str]] = frozenset([HEADER])

    def split(self, octets: bytes) -> list[Part]:
        """The header, if there is one, and the parts in order."""
        start = self.header
        bits, at = self._read_bits(octets, start)
        if self.continues and bits[0] & 0x80:
            more, at = self._read_bits(octets, at)
            bits += more
        numbers = [n for n in numbers_of(bits) if not (self.continues and n == SECOND)]
        if self._write_bits(numbers) != octets[start:at]:
            raise DecodeError(f"a part above {self.size * 8}, or bit 1 not set", offset=start)
        parts, end = self.read_parts(octets, at, numbers)
        if end < len(octets):
            seen = f"{len(octets) - end} more bytes"
            raise DecodeError("the end after the last part", offset=end, seen=seen)
        return [*self._read_header(octets), *parts]

    def _read_header(self, octets: bytes) -> list[Part]:
        raw = octets[: self.header]
        value = self.text(raw)
        if not raw:
            return []
        return [Part(key=HEADER, name=HEADER, value=value, start=0, end=self.header, raw=raw)]

    def _read_bits(self, octets: bytes, at: int) -> tuple[bytes, int]:
        """The bits of one bitmap, and where it ends."""
        digits = self.size * 2
        end = at + self.encoding.size(digits)
        if end > len(octets):
            left = max(0, len(octets) - at)
            place = len(octets) - left
            raise DecodeError(f"a bitmap of {end - at} bytes", offset=place, seen=f"{left} bytes")
        text = self.encoding.decode(octets[at:end], digits)
        if not HEX_DIGITS.issuperset(text):
            raise DecodeError("a bitmap of upper-case hexadecimal digits", offset=at)
        return octets_of(text, binary=True), end

    def _write_bits(self, numbers: Sequence[int]) -> bytes:
        width = self.size * 8
        if max(numbers, default=0) > width:
            numbers = [SECOND, *numbers]
            width *= 2
        bits = sum(1 << (width - number) for number in numbers)
        return self.encoding.encode(f"{bits:0{width // 4}X}")

    def make(self, key: str, value: str) -> Part:
        """One numbered part, or the header."""
        if key != HEADER or not self.header:
            return super().make(key, value)
        raw = self.octets(value, EncodeError)
        if len(raw) != self.header:
            raise EncodeError(f"{self.header} bytes", field=HEADER, seen=f"{len(raw)}")
        return Part(key=HEADER, name=HEADER, value=value, start=0, end=len(raw), raw=raw)

    def join(self, parts: Sequence[Part]) -> bytes:
        """Header, bitmap and *parts*; EncodeError if the header is missing."""
        header = b"".join(part.raw for part in parts if part.key == HEADER)
        if len(header) != self.header:
            raise EncodeError(f"a header of {self.header} bytes", field=HEADER, hint="set it first")
        numbered = [part for part in parts if part.key != HEADER]
        bits = self._write_bits([int(part.key) for part in numbered])
        return header + bits + super().join(numbered)

    def _rank(self, key: str) -> int:
        return 0 if key == HEADER else int(key)
