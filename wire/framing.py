"""Framing: cuts a stream of bytes into frames by the length in front of each.

Every length is looked up in a table of the legal ones, as bytes: so a digit is decided by its byte
value, and what is not there ("+012", " 012", "1_00", 0xFFFF) is malformed before it costs memory.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache
from typing import Final, Literal

from msgspec import Struct

from cardswitch.specs.errors import EncodeError, Error

LengthEncoding = Literal[
    "binary2", "binary4", "little2", "little4", "ascii4", "hex4", "bcd2", "vap"
]
Ending = Literal["none", "etx", "counted-etx"]
ETX: Final = b"\x03"
FRAMINGS_KEPT: Final = 16  # whose tables are kept: a process speaks a handful
# For every encoding: how many bytes it takes, the greatest length it can say, and how it says it.
_ENCODINGS: Final[Mapping[str, tuple[int, int, Callable[[int], bytes]]]] = {
    "binary2": (2, 0xFFFF, lambda length: length.to_bytes(2, "big")),
    "binary4": (4, 0xFFFF_FFFF, lambda length: length.to_bytes(4, "big")),
    "little2": (2, 0xFFFF, lambda length: length.to_bytes(2, "little")),
    "little4": (4, 0xFFFF_FFFF, lambda length: length.to_bytes(4, "little")),
    "ascii4": (4, 9999, lambda length: b"%04d" % length),
    "hex4": (4, 0xFFFF, lambda length: b"%04X" % length),
    "bcd2": (2, 9999, lambda length: bytes.fromhex(f"{length:04d}")),
    # Of Visa's access points: two bytes of length, and two that are zero.
    "vap": (4, 0xFFFF, lambda length: length.to_bytes(2, "big") + b"\0\0"),
}


class FramingError(Error):
    """The peer's stream cannot be cut into frames. Nothing finds the next one: the link must end.

    *frames* are those that were whole before the fault.
    """

    def __init__(self, text: str, frames: list[bytes] | None = None) -> None:
        super().__init__(text)
        self.frames = frames or []


class Framing(Struct, frozen=True, dict=True):
    """How frames are told apart on a link by their lengths; both ends must agree.

    A length counts the payload, and if *inclusive* also its own bytes. A byte ETX may stand behind
    the payload, and may be counted. What counts nothing is a keep-alive and is skipped. ValueError
    if the sizes cannot be written.

    >>> Framing("binary2").frame(b"0800").hex(), Framing("ascii4", inclusive=True).frame(b"0800")
    ('000430383030', b'00080800')
    """

    length_encoding: LengthEncoding
    inclusive: bool = False
    frame_size_max: int = (
        4096  # Twice the largest message of 128 fields that our dialects describe.
    )
    frame_size_min: int = 1
    ending: Ending = "none"

    def __post_init__(self) -> None:
        largest = _ENCODINGS[self.length_encoding][1] - self._more
        if not 1 <= self.frame_size_min <= self.frame_size_max <= largest:
            raise ValueError(
                f"frame sizes {self.frame_size_min} to {self.frame_size_max}, expected 1 to "
                f"{largest}: what a length in {self.length_encoding} can say"
            )

    @property
    def length_size(self) -> int:
        """How many bytes the length takes."""
        return _ENCODINGS[self.length_encoding][0]

    @cached_property
    def tail(self) -> bytes:
        """What stands behind every payload."""
        return b"" if self.ending == "none" else ETX

    @property
    def _more(self) -> int:
        """What a length counts besides the payload."""
        return self.length_size * self.inclusive + (self.ending == "counted-etx")

    @cached_property
    def prefixes(self) -> Mapping[int, bytes]:
        """For every legal size of a payload: the bytes that go before it."""
        return _prefixes(self)

    @cached_property
    def sizes(self) -> Mapping[bytes, int]:
        """For every legal length as bytes: the size of the payload behind it; 0: a keep-alive.

        A keep-alive has no ETX: its length counts itself if it is inclusive, and nothing else.
        """
        return _sizes(self)

    def frame(self, payload: bytes) -> bytes:
        """*payload* with its length in front. Raises EncodeError if it is too short or too long."""
        try:
            return self.prefixes[len(payload)] + payload + self.tail
        except KeyError:
            raise EncodeError(
                f"a message of {self.frame_size_min} to {self.frame_size_max} bytes",
                seen=f"{len(payload)} bytes",
            ) from None

    @property
    def keepalive(self) -> bytes:
        """A frame without a payload, which has no ETX."""
        return _ENCODINGS[self.length_encoding][2](self.length_size * self.inclusive)

    def framer(self) -> Framer:
        """A framer for one direction of one connection."""
        return Framer(self)


# The tables of a framing take half a megabyte: framings that are equal share them.


@lru_cache(FRAMINGS_KEPT)
def _prefixes(framing: Framing) -> Mapping[int, bytes]:
    encode, more = _ENCODINGS[framing.length_encoding][2], framing._more
    sizes = range(framing.frame_size_min, framing.frame_size_max + 1)
    return {size: encode(size + more) for size in sizes}


@lru_cache(FRAMINGS_KEPT)
def _sizes(framing: Framing) -> Mapping[bytes, int]:
    encode = _ENCODINGS[framing.length_encoding][2]
    sizes = {prefix: size for size, prefix in framing.prefixes.items()}
    if framing.length_encoding == "hex4":
        sizes |= {prefix.lower(): size for prefix, size in sizes.items()}
    sizes[encode(framing.length_size * framing.inclusive)] = 0
    return sizes


class Framer:
    """Cuts one stream, however it is chopped up. Every byte is copied a bounded number of times.

    *keepalives* counts the frames without a payload, which it skips.
    """

    __slots__ = ("_framing", "_length_size", "_needed", "_rest", "_sizes", "_tail", "keepalives")

    def __init__(self, framing: Framing) -> None:
        self._framing = framing
        self._sizes = framing.sizes
        self._length_size = framing.length_size
        self._tail = framing.tail
        self._rest = bytearray()  # The beginning of a frame.
        self._needed = 0  # How long the rest must grow before there is anything to do.
        self.keepalives = 0

    @property
    def is_partial(self) -> bool:
        """Whether a frame has begun and is not yet whole."""
        return bool(self._rest)

    def feed(self, data: bytes) -> list[bytes]:
        """The frames, without their lengths, that *data* completes.

        Raises FramingError on a length that is not legal; nothing may be fed after that.

        >>> framer = Framing("binary2").framer()
        >>> framer.feed(b"\\x00\\x02AB\\x00\\x03C"), framer.feed(b"DE")
        ([b'AB'], [b'CDE'])
        """
        if self._rest:
            self._rest += data
            if len(self._rest) < self._needed:
                return []
            data = bytes(self._rest)
        frames: list[bytes] = []
        start, length_size, end = 0, self._length_size, len(data)
        tail = self._tail
        while (begin := start + length_size) <= end:
            size = self._sizes.get(data[start:begin])
            if size is None:
                raise self._malformed(data[start:begin], frames)
            if not size:
                self.keepalives += 1
                start = begin
                continue
            last = begin + size
            if last + len(tail) > end:
                self._keep(data, start, length_size + size + len(tail))
                return frames
            start = last
            if tail:
                start += len(tail)
                if data[last:start] != tail:
                    raise FramingError("expected an ETX behind the message", frames)
            frames.append(data[begin:last])
        self._keep(data, start, length_size)
        return frames

    def _keep(self, data: bytes, start: int, needed: int) -> None:
        self._rest = bytearray(data[start:])
        self._needed = needed

    def _malformed(self, length: bytes, frames: list[bytes]) -> FramingError:
        framing = self._framing
        return FramingError(
            f"expected a length in {framing.length_encoding} that says {framing.frame_size_min} to "
            f"{framing.frame_size_max} bytes, seen {length.hex()}; do both ends frame alike?",
            frames,
        )
