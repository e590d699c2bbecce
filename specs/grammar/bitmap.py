"""Bitmaps: which fields a message carries, one bit each, most significant first (ISO 8583, 4.2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

BITMAP_SIZE: Final = 8  # bytes: 64 fields
FIELD_MAX: Final = 192  # of three bitmaps; with two it is 128
SECOND_MAX: Final = 128
# Bit 1 says that a second bitmap follows, bit 65 that a third one does: neither is a field.
SECOND: Final = 1
THIRD: Final = 65
# Where a third bitmap stands: behind the others, or among the fields, as field 65.
TOGETHER: Final = "together"
IN_FIELD_65: Final = "field 65"


def numbers_of(bitmap: bytes) -> list[int]:
    """The numbers whose bits are set in *bitmap* (8, 16 or 24 bytes), ascending, with 1 and 65.

    >>> numbers_of(bytes.fromhex("C000000000000001"))
    [1, 2, 64]
    """
    bits = int.from_bytes(bitmap, "big")
    width = len(bitmap) * 8
    return [number for number in range(1, width + 1) if bits >> (width - number) & 1]


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
