"""Surfaces: in which encodings an MTI and bitmaps may stand at one place of all messages."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby
from typing import Final

from msgspec import Struct

from ..grammar.bitmap import ALWAYS, BITMAP_SIZE, NEVER, Bitmaps
from ..grammar.encodings import HEX_DIGITS, Encoding, encoding_of
from ..grammar.mti import CLASSES, VERSIONS, legal_mtis

MTI_ENCODINGS: Final = ("ascii", "ebcdic-500", "bcd")
BITMAP_ENCODINGS: Final = ("binary", "hex", "ebcdic-500")
# How many bitmaps there may be, the most usual first, and how implausible that is. Nearly all bytes
# are bits of bitmaps that say nothing in bit 1.
BITMAPS: Final = {
    Bitmaps(): 0,
    Bitmaps(16): 3,
    Bitmaps(16, ALWAYS): 3,
    Bitmaps(8): 3,
    Bitmaps(8, ALWAYS): 5,
    Bitmaps(24): 5,
    Bitmaps(24, ALWAYS): 5,
    Bitmaps(16, NEVER): 8,
    Bitmaps(24, NEVER): 8,
}
_TRACE: Final = 11  # every message that is answered carries a trace number
_UNTRACED: Final = 12  # implausibilities: rather a header before the MTI is taken for one
_USUAL_CLASSES: Final = frozenset("12458")
_USUAL_FUNCTIONS: Final = frozenset("0123")
_USUAL_ORIGINS: Final = frozenset("0123")
_UNUSUAL_MTI: Final = 6  # implausibilities: four digits that the standard does not have
_LOOKS_LIKE_TEXT: Final = 4  # implausibilities: eight digits are hardly ever bits
_CROWDED: Final = 40  # fields; no message of a bank has so many, random bits do


class Surface(Struct, frozen=True):
    """MTIs of edition *version* in encoding *mti*, then bitmaps in encoding *bitmap*.

    *implausibilities* is how much of it is seldom seen; *bitmaps* are all that read these messages
    alike, the most usual first.
    """

    mti: str
    version: str
    bitmap: str
    implausibilities: int
    bitmaps: tuple[Bitmaps, ...] = (Bitmaps(),)


class _Seen(Struct, frozen=True):
    """What *bitmaps* make of some messages: *sizes* in bytes and *numbers* of each."""

    bitmaps: Bitmaps
    sizes: tuple[int, ...]
    numbers: tuple[list[int], ...]


def see_surfaces(bodies: Sequence[bytes]) -> list[Surface]:
    """Every surface that all *bodies* may have at their beginning.

    >>> wire = b"0800" + b"8220000000000000" + b"0400000000000000"
    >>> best = [surface for surface in see_surfaces([wire]) if not surface.implausibilities]
    >>> best[0].mti, best[0].bitmap, str(best[0].bitmaps[0])
    ('ascii', 'hex', '8 + 8')
    """
    found = []
    for mti in MTI_ENCODINGS:
        known = _mtis(mti)
        size = encoding_of(mti).size(4)
        mtis = [known.get(body[:size], "") for body in bodies]
        if not all(mtis) or len({each[0] for each in mtis}) > 1:
            continue
        for bitmap in BITMAP_ENCODINGS:
            for same in _see_bitmaps(bitmap, [body[size:] for body in bodies]):
                odd = max(map(_implausibilities, mtis, same[0].numbers))
                odd += _LOOKS_LIKE_TEXT if _looks_like_text(bitmap, bodies, size) else 0
                odd += BITMAPS[same[0].bitmaps]
                found.append(
                    Surface(mti, mtis[0][0], bitmap, odd, tuple(each.bitmaps for each in same))
                )
    return found


@lru_cache
def _mtis(name: str) -> dict[bytes, str]:
    """Every MTI of every edition, by its bytes, with those of a function or origin unknown."""
    encoding = encoding_of(name)
    digits = "0123456789"
    every = (v + c + f + o for v in VERSIONS for c in CLASSES for f in digits for o in digits)
    return {encoding.encode(mti): mti for mti in every}


def _see_bitmaps(name: str, bodies: Sequence[bytes]) -> list[list[_Seen]]:
    """What *bodies*, from their bitmaps on, may have as such; those together that read alike."""
    encoding = encoding_of(name)
    seen = [
        _Seen(bitmaps, tuple(map(len, bits)), tuple(map(bitmaps.numbers_of, bits)))
        for bitmaps in BITMAPS
        if all(bits := [bits_at(encoding, body, bitmaps) for body in bodies])
    ]
    return [list(same) for _, same in groupby(sorted(seen, key=_sizes), key=_sizes)]


def _sizes(seen: _Seen) -> tuple[int, ...]:
    return seen.sizes


def bits_at(encoding: Encoding, data: bytes, bitmaps: Bitmaps) -> bytes:
    """The bits at the beginning of *data*; nothing if they are not such as *bitmaps* are.

    >>> bits_at(encoding_of("hex"), b"00c0000000000000", Bitmaps()).hex()
    '00c0000000000000'
    """
    bits = b""
    for size in bitmaps.sizes:
        end = encoding.size(size * 2)
        text = encoding.decode(data[:end], size * 2).upper() if end <= len(data) else ""
        if not text or not HEX_DIGITS.issuperset(text):
            return b""
        bits = bytes.fromhex(text)
        if bitmaps.size or not bits[-BITMAP_SIZE] & 0x80:
            break
    numbers = bitmaps.numbers_of(bits)
    if not numbers:
        return b""
    # A second bitmap by need is there for a field above 64 alone.
    needed = numbers[-1] > (len(bits) - BITMAP_SIZE) * 8
    is_agreed = bits == bitmaps.bits_of(numbers) if bitmaps.size else needed
    return bits if is_agreed else b""


def _looks_like_text(bitmap: str, bodies: Sequence[bytes], size: int) -> bool:
    """Whether the eight bytes behind the MTI, taken for bits, are hexadecimal digits everywhere."""
    pieces = [body[size : size + BITMAP_SIZE] for body in bodies]
    return bitmap == "binary" and any(
        all(HEX_DIGITS.issuperset(encoding_of(page).decode(piece, 8).upper()) for piece in pieces)
        for page in ("ascii", "ebcdic-500")
    )


def _implausibilities(mti: str, numbers: list[int]) -> int:
    odd = 0 if _TRACE in numbers else _UNTRACED
    odd += 0 if mti in _legal() else _UNUSUAL_MTI
    odd += 0 if mti[1] in _USUAL_CLASSES else 2
    odd += 0 if mti[2] in _USUAL_FUNCTIONS else 1
    odd += 0 if mti[3] in _USUAL_ORIGINS else 2
    return odd + (4 if len(numbers) > _CROWDED else 0)


@lru_cache
def _legal() -> frozenset[str]:
    return frozenset(mti for version in VERSIONS for mti in legal_mtis(version))
