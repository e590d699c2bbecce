"""How streams of a capture are cut into frames: lengths that no link of ours has, marks, or none.

A capture may be of any system; ours speak the framings of :mod:`cardswitch.wire.framing` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Final

from msgspec import Struct

from .reassembly import Frame, Frames, Piece, Unframed, frames_of

FRAME_SIZE_MAX: Final = 4096  # bytes; twice the largest message of 128 fields, as most are
# What no shorter length explains may be a longer message, as those of 2003 are; it is tried last,
# since of a stream that begins amid a frame, a wrong length leads farther astray.
LONG_SIZE_MAX: Final = 0xFFFF
STX: Final = 0x02
Cut = Callable[[Sequence[Piece]], Frames]
# How a length is written, how many bytes it takes, and the most that it can say.
_LENGTHS: Final[Mapping[str, tuple[int, int, Callable[[int], bytes]]]] = {
    "binary2": (2, 0xFFFF, lambda size: size.to_bytes(2, "big")),
    "binary2-little": (2, 0xFFFF, lambda size: size.to_bytes(2, "little")),
    "ascii4": (4, 9999, lambda size: b"%04d" % size),
    "ascii5": (5, 99_999, lambda size: b"%05d" % size),
    "hex4": (4, 0xFFFF, lambda size: b"%04X" % size),
    "bcd2": (2, 9999, lambda size: bytes.fromhex(f"{size:04d}")),
    # The length, and two bytes that are zero.
    "vap": (4, 0xFFFF, lambda size: size.to_bytes(2, "big") + bytes(2)),
}


class Lengths(Struct, frozen=True):
    """Lengths in front of frames: how many bytes one takes, and what each legal one says."""

    length_encoding: str
    length_size: int
    sizes: Mapping[bytes, int]
    frame_size_min: int = 1
    frame_size_max: int = FRAME_SIZE_MAX


@cache
def _lengths(name: str, inclusive: bool, size_max: int) -> Lengths:
    width, most, encode = _LENGTHS[name]
    own = width if inclusive else 0
    size_max = min(size_max, most - own)
    sizes = {encode(size + own): size for size in range(size_max + 1)}
    return Lengths(name, width, sizes, frame_size_max=size_max)


def by_length(name: str, inclusive: bool = False, size_max: int = FRAME_SIZE_MAX) -> Cut:
    """Cuts by the length called *name*, which counts itself if it is *inclusive*.

    What says more than *size_max* bytes is no length.

    >>> pieces = [Piece(1.0, b"0008" + b"0800", 0)]
    >>> [frame.data for frame in by_length("ascii4", inclusive=True)(pieces).frames]
    [b'0800']
    """
    return lambda pieces: frames_of(pieces, _lengths(name, inclusive, size_max))


def by_marks(pieces: Sequence[Piece]) -> Frames:
    """Segments between STX and ETX, behind which one byte of a check may stand.

    >>> [frame.data for frame in by_marks([Piece(1.0, b"\\x020800\\x03\\x7f", 0)]).frames]
    [b'0800']
    """
    frames, unframed = [], []
    for piece in pieces:
        data = piece.data
        end = next((at for at in (len(data) - 1, len(data) - 2) if data[at : at + 1] == b"\3"), 0)
        if data[0] == STX and end > 1:
            frames.append(Frame(piece.time, data[1:end], piece.offset))
        else:
            reason = "no STX in front, or no ETX behind"
            unframed.append(Unframed(piece.offset, len(data), reason))
    return Frames(tuple(frames), tuple(unframed))


def by_segment(pieces: Sequence[Piece]) -> Frames:
    """Every segment as a frame: senders without any framing write a message at a time."""
    return Frames(tuple(Frame(piece.time, piece.data, piece.offset) for piece in pieces))
