"""Bitmaps: which fields a message carries, one bit each, most significant first (ISO 8583, 4.2)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from msgspec import Struct

BITMAP_SIZE: Final = 8  # bytes: 64 fields
FIELD_MAX: Final = 192  # of three bitmaps; with two it is 128
SECOND_MAX: Final = 128
# Bit 1 says that a second bitmap follows, bit 65 that a third one does: neither is a field.
SECOND: Final = 1
THIRD: Final = 65
# Where a third bitmap stands: behind the others, or among the fields, as field 65.
TOGETHER: Final = "together"
IN_FIELD_65: Final = "field 65"
# How many bytes of bitmap there are, in dialect files; what bits 1 and 65 say where there are
# always as many stands behind a comma.
AS_NEEDED: Final = "8 + 8"
SIZES: Final = {AS_NEEDED: 0, "8": 8, "16": 16, "24": 24}
_BITMAPS_KEPT: Final = 1_024  # taken apart before: a link speaks some dozens
BY_NEED, NEVER, ALWAYS = "", "bit 1 never set", "bit 1 always set"


def numbers_of(bitmap: bytes) -> list[int]:
    """The numbers whose bits are set in *bitmap* (8, 16 or 24 bytes), ascending, with 1 and 65.

    >>> numbers_of(bytes.fromhex("C000000000000001"))
    [1, 2, 64]
    """
    return list(_numbers_but(bytes(bitmap), ()))


@lru_cache(_BITMAPS_KEPT)
def _numbers_but(bitmap: bytes, marks: tuple[int, ...]) -> tuple[int, ...]:
    """The numbers whose bits are set in *bitmap*, without *marks*."""
    bits = f"{int.from_bytes(bitmap, 'big'):0{len(bitmap) * 8}b}" if bitmap else ""
    return tuple([n for n, bit in enumerate(bits, 1) if bit == "1" and n not in marks])


class Bitmaps(Struct, frozen=True):
    """How many bytes of bitmap stand before the fields of a message, and which bits are no fields.

    *size* is 0 where bit 1 says that eight more bytes follow, or else 8, 16 or 24, always. Then
    *marked* is what bits 1 and 65 say: that a field above 64 or 128 follows, nothing (NEVER set),
    or nothing (ALWAYS set). *third* is where a third bitmap stands, if *size* is 0.
    """

    size: int = 0
    marked: str = BY_NEED
    third: str = ""

    def __str__(self) -> str:
        size = next(name for name, size in SIZES.items() if size == self.size)
        return f"{size}, {self.marked}" if self.marked else size

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many bytes there may be together, the fewest first."""
        return (self.size,) if self.size else (8, 16, 24) if self.third == TOGETHER else (8, 16)

    @property
    def highest(self) -> int:
        """The greatest number of a field that they can say, those in field 65 included."""
        return FIELD_MAX if self.third else self.sizes[-1] * 8

    @property
    def marks(self) -> tuple[int, ...]:
        """The bits that are no fields."""
        return (SECOND,) if self.sizes[-1] * 8 < FIELD_MAX else (SECOND, THIRD)

    def numbers_of(self, bits: bytes) -> list[int]:
        """The numbers of fields that *bits* say, ascending; 65 where a third bitmap stands there.

        >>> Bitmaps().numbers_of(bytes.fromhex("C000000000000001"))
        [2, 64]
        """
        return list(_numbers_but(bytes(bits), self.marks))

    def bits_of(self, numbers: Iterable[int]) -> bytes:
        """The bits that say *numbers* (2 to :attr:`highest`), those of field 65 included.

        >>> Bitmaps(16).bits_of([2]).hex(), Bitmaps(8, ALWAYS).bits_of([2]).hex()
        ('40000000000000000000000000000000', 'c000000000000000')
        """
        present = set(numbers)
        if not self.size:
            return bitmap_of(present)
        highest = max(present, default=0)
        for mark, covered in ((SECOND, 64), (THIRD, SECOND_MAX)):
            needed = highest > covered if self.marked == BY_NEED else self.marked == ALWAYS
            if needed and mark in self.marks:
                present.add(mark)
        width = self.size * 8
        return sum(1 << (width - number) for number in present).to_bytes(self.size, "big")


def parse_bitmaps(text: str, third: str = "") -> Bitmaps:
    """What a dialect file says of its bitmaps; ValueError says what is expected.

    >>> parse_bitmaps("16, bit 1 never set").sizes, str(parse_bitmaps(""))
    ((16,), '8 + 8')
    """
    size, _, marked = (text or AS_NEEDED).partition(", ")
    is_fixed = SIZES.get(size, 0) > 0
    if size not in SIZES or marked not in ("", NEVER, ALWAYS) or (marked and not is_fixed):
        raise ValueError(
            f"one of {', '.join(map(repr, SIZES))} is expected, behind a number alone "
            f"', {NEVER}' or ', {ALWAYS}'"
        )
    if is_fixed and third:
        raise ValueError(f"{AS_NEEDED!r} alone goes with a third bitmap elsewhere (tertiary)")
    return Bitmaps(SIZES[size], marked, third)


def bitmap_of(numbers: Iterable[int]) -> bytes:
    """The shortest bitmap that says *numbers* (2 to 192); bits 1 and 65 are set by need.

    >>> bitmap_of([2, 64]).hex(), bitmap_of([70]).hex()
    ('4000000000000001', '80000000000000000400000000000000')
    >>> bitmap_of([129]).hex()
    '800000000000000080000000000000008000000000000000'
    """
    present = set(numbers)
    highest = max(present, default=0)
    if highest > 64:
        present.add(SECOND)
    if highest > SECOND_MAX:
        present.add(THIRD)
    width = -(-max(highest, 1) // 64) * 64
    bits = sum(1 << (width - number) for number in present)
    return bits.to_bytes(width // 8, "big")
