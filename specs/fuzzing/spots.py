"""Spots: where the parts of a message stand in its bytes, as far as these can be followed."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from msgspec import Struct

from cardswitch.specs.dialect import Dialect
from cardswitch.specs.errors import DecodeError
from cardswitch.specs.grammar.bitmap import (
    BITMAP_SIZE,
    IN_FIELD_65,
    SECOND_MAX,
    THIRD,
    numbers_of,
)
from cardswitch.specs.grammar.encodings import HEX_DIGITS
from cardswitch.specs.grammar.fields import Field

HEADER: Final = "header"
MTI: Final = "MTI"
BITMAP: Final = "bitmap"
LENGTH: Final = "length"
VALUE: Final = "value"
SPOTS_KEPT: Final = 16  # of inputs that are mutated again and again


class Spot(Struct, frozen=True):
    """Bytes *start* up to *end* are of one *kind*; lengths and values belong to a *field*.

    *length* is that of a value, in characters.
    """

    kind: str
    start: int
    end: int
    field: Field | None = None
    length: int = 0


@lru_cache(SPOTS_KEPT)
def find_spots(dialect: Dialect, data: bytes) -> tuple[Spot, ...]:
    """What stands where in *data*, up to the first place that cannot be followed. Never raises.

    >>> from cardswitch.specs.dialect import load_dialect
    >>> spots = find_spots(load_dialect("iso87-ascii"), b"020040000000000000000312")
    >>> [(spot.kind, spot.start, spot.end) for spot in spots]
    [('MTI', 0, 4), ('bitmap', 4, 20), ('length', 20, 22)]
    """
    at = dialect.header_size
    spots = [Spot(HEADER, 0, at)] if at else []
    end = at + dialect.mti.size(4)
    spots.append(Spot(MTI, at, end))
    try:
        shape = dialect.shape_of(data[at:])
    except IndexError:
        return _within(spots, data)
    if len(shape) % dialect.bitmap.size(BITMAP_SIZE * 2):
        return _within(spots, data)
    spots.append(Spot(BITMAP, end, end + len(shape)))
    numbers = dialect.bitmaps.numbers_of(_bits(dialect, shape))
    _follow(dialect, data, end + len(shape), numbers, spots)
    return _within(spots, data)


def _within(spots: list[Spot], data: bytes) -> tuple[Spot, ...]:
    return tuple(spot for spot in spots if spot.start < spot.end <= len(data))


def _bits(dialect: Dialect, shape: bytes) -> bytes:
    """The bits of a bitmap; none if it is not one."""
    text = dialect.bitmap.decode(shape, len(shape))
    if len(text) % 2 or not HEX_DIGITS.issuperset(text):
        return b""
    return bytes.fromhex(text)


def _follow(
    dialect: Dialect, data: bytes, offset: int, numbers: list[int], spots: list[Spot]
) -> None:
    """Add the spots of the fields *numbers*, and of a bitmap among them."""
    for number in numbers:
        if number == THIRD and dialect.bitmaps.third == IN_FIELD_65:
            end = offset + dialect.bitmap.size(BITMAP_SIZE * 2)
            spots.append(Spot(BITMAP, offset, end))
            more = numbers_of(_bits(dialect, data[offset:end]))
            numbers += [SECOND_MAX + n for n in more if SECOND_MAX + n not in numbers]
            offset = end
            continue
        field = dialect.fields.get(number)
        if field is None:
            return
        prefix_end = offset + field.prefix.size
        spots.append(Spot(LENGTH, offset, prefix_end, field))
        try:
            start, offset, length = field.locate(data, offset)
        except DecodeError:
            return
        spots.append(Spot(VALUE, start, offset, field, length))
