"""Surfaces: in which encodings an MTI and a bitmap may stand at one place of all messages."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from msgspec import Struct

from ..grammar.bitmap import BITMAP_SIZE, SECOND, numbers_of
from ..grammar.encodings import HEX_DIGITS, encoding_of
from ..grammar.mti import VERSIONS, legal_mtis

MTI_ENCODINGS: Final = ("ascii", "ebcdic-500", "bcd")
BITMAP_ENCODINGS: Final = ("binary", "hex", "ebcdic-500")
_TRACE: Final = 11  # every message that is answered carries a trace number
_UNTRACED: Final = 12  # implausibilities: rather a header before the MTI is taken for one
_USUAL_CLASSES: Final = frozenset("12458")
_USUAL_FUNCTIONS: Final = frozenset("0123")
_USUAL_ORIGINS: Final = frozenset("0123")
_LOOKS_LIKE_TEXT: Final = 4  # implausibilities: eight digits are hardly ever bits
_CROWDED: Final = 40  # fields; no message of a bank has so many, random bits do


class Surface(Struct, frozen=True):
    """MTIs of edition *version* in encoding *mti*, then a bitmap in encoding *bitmap*.

    *implausibilities* is how much of it is seldom seen.
    """

    mti: str
    version: str
    bitmap: str
    implausibilities: int


def see_surfaces(bodies: Sequence[bytes]) -> list[Surface]:
    """Every surface that all *bodies* may have at their beginning.

    >>> wire = b"0800" + b"8220000000000000" + b"0400000000000000"
    >>> [surface for surface in see_surfaces([wire]) if not surface.implausibilities]
    [Surface(mti='ascii', version='0', bitmap='hex', implausibilities=0)]
    """
    found = []
    for mti in MTI_ENCODINGS:
        known = _mtis(mti)
        size = encoding_of(mti).size(4)
        mtis = [known.get(body[:size], "") for body in bodies]
        if not all(mtis) or len({each[0] for each in mtis}) > 1:
            continue
        for bitmap in BITMAP_ENCODINGS:
            fields = [read_numbers(bitmap, body[size:]) for body in bodies]
            if all(fields):
                odd = max(map(_implausibilities, mtis, fields))
                odd += _LOOKS_LIKE_TEXT if bitmap == "binary" and _are_digits(bodies, size) else 0
                found.append(Surface(mti, mtis[0][0], bitmap, odd))
    return found


@lru_cache
def _mtis(name: str) -> dict[bytes, str]:
    """Every legal MTI of every edition, by its bytes."""
    encoding = encoding_of(name)
    return {encoding.encode(mti): mti for version in VERSIONS for mti in legal_mtis(version)}


def read_numbers(name: str, data: bytes) -> list[int]:
    """The fields, up to 128, that the bitmap at the beginning of *data* says; none if it is none.

    >>> read_numbers("binary", bytes.fromhex("8000000000000000 0400000000000000"))
    [70]
    """
    encoding = encoding_of(name)
    size = encoding.size(BITMAP_SIZE * 2)
    bits = b""
    for at in (0, size):
        piece = data[at : at + size]
        text = encoding.decode(piece, BITMAP_SIZE * 2) if len(piece) == size else ""
        if not text or not HEX_DIGITS.issuperset(text):
            return []
        bits += bytes.fromhex(text)
        if not bits[0] & 0x80:
            break
    numbers = [number for number in numbers_of(bits) if number != SECOND]
    # A second bitmap is there for a field above 64 alone.
    return numbers if numbers and (len(bits) == BITMAP_SIZE or numbers[-1] > 64) else []


def _are_digits(bodies: Sequence[bytes], size: int) -> bool:
    """Whether the eight bytes behind the MTI are hexadecimal digits everywhere."""
    pieces = [body[size : size + BITMAP_SIZE] for body in bodies]
    return any(
        all(HEX_DIGITS.issuperset(encoding_of(page).decode(piece, 8)) for piece in pieces)
        for page in ("ascii", "ebcdic-500")
    )


def _implausibilities(mti: str, numbers: list[int]) -> int:
    odd = 0 if _TRACE in numbers else _UNTRACED
    odd += 0 if mti[1] in _USUAL_CLASSES else 2
    odd += 0 if mti[2] in _USUAL_FUNCTIONS else 1
    odd += 0 if mti[3] in _USUAL_ORIGINS else 2
    return odd + (4 if len(numbers) > _CROWDED else 0)
