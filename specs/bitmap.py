"""Bitmaps: which fields a message carries, one bit each, most significant first (ISO 8583, 4.2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

BITMAP_SIZE: Final = 8  # bytes: 64 fields
FIELD_MAX: Final = 128
# Bit 1 says that a second bitmap follows, bit 65 that a third one does: neither is a field.
SECOND: Final = 1
THIRD: Final = 65


def numbers_of(bitmap: bytes) -> list[int]:
    """The numbers whose bits are set in *bitmap* (8 or 16 bytes), ascending, with 1 and 65.

    >>> numbers_of(bytes.fromhex("C000000000000001"))
    [1, 2, 64]
    """
    bits = int.from_bytes(bitmap, "big")
    width = len(bitmap) * 8
    return [number for number in range(1, width + 1) if bits >> (width - number) & 1]


def bitmap_of(numbers: Iterable[int]) -> bytes:
    """The shortest bitmap, 8 or 16 bytes, that says *numbers* (2 to 128); bit 1 is set by need.

    >>> bitmap_of([2, 64]).hex(), bitmap_of([70]).hex()
    ('4000000000000001', '80000000000000000400000000000000')
    """
    present = list(numbers)
    two = any(number > 64 for number in present)
    width = 128 if two else 64
    bits = sum(1 << (width - number) for number in present) | (1 << 127 if two else 0)
    return bits.to_bytes(width // 8, "big")
