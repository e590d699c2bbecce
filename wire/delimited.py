"""Frames without a length: their first and last bytes tell where they are.

Such links carry text: a payload that contains the byte ETX cannot be told from one that ends there.
"""

from __future__ import annotations

from functools import reduce
from operator import xor

from msgspec import Struct

from cardswitch.specs.errors import EncodeError

from .framing import ETX, FramingError

STX = b"\x02"


def lrc(data: bytes) -> int:
    """The longitudinal redundancy check of *data*: all its bytes, added without carry.

    >>> lrc(b"AB" + ETX)
    0
    """
    return reduce(xor, data, 0)


class Delimited(Struct, frozen=True, gc=False):
    """An ETX behind the message; with *stx_lrc* also an STX before it and an LRC at the end.

    The LRC is over message and ETX. A frame without payload is a keep-alive and is skipped.

    >>> Delimited().frame(b"0800"), Delimited(stx_lrc=True).frame(b"0800")
    (b'0800\\x03', b'\\x020800\\x03\\x0b')
    """

    stx_lrc: bool = False
    frame_size_max: int = 4096

    def frame(self, payload: bytes) -> bytes:
        """*payload* as it goes out. Raises EncodeError if it cannot be told apart."""
        if not 1 <= len(payload) <= self.frame_size_max or ETX in payload:
            raise EncodeError(
                f"a message of 1 to {self.frame_size_max} bytes without the byte 03",
                seen=f"{len(payload)} bytes",
            )
        if not self.stx_lrc:
            return payload + ETX
        return STX + payload + ETX + bytes([lrc(payload + ETX)])

    @property
    def keepalive(self) -> bytes:
        """A frame without a payload."""
        return STX + ETX + bytes([lrc(ETX)]) if self.stx_lrc else ETX

    def framer(self) -> DelimitedFramer:
        """A framer for one direction of one connection."""
        return DelimitedFramer(self)


class DelimitedFramer:
    """Cuts one stream; what was looked through once is not looked through again.

    *keepalives* counts the frames without a payload, which it skips.
    """

    __slots__ = ("_framing", "_rest", "_seen", "keepalives")

    def __init__(self, framing: Delimited) -> None:
        self._framing = framing
        self._rest = bytearray()
        self._seen = 0  # bytes at the beginning of the rest that are no ETX
        self.keepalives = 0

    @property
    def is_partial(self) -> bool:
        """Whether a frame has begun and is not yet whole."""
        return bool(self._rest)

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that *data* completes.

        Raises FramingError on what is no frame; nothing may be fed after that.

        >>> framer = Delimited().framer()
        >>> framer.feed(b"0800\\x030"), framer.feed(b"810\\x03")
        ([b'0800'], [b'0810'])
        """
        self._rest += data
        frames: list[bytes] = []
        lead, more = (1, 1) if self._framing.stx_lrc else (0, 0)
        while (end := self._rest.find(ETX, self._seen)) >= 0 and end + more < len(self._rest):
            self._begins_well(frames)
            payload = bytes(self._rest[lead:end])
            if lead and lrc(payload + ETX) != self._rest[end + 1]:
                raise FramingError("expected the LRC of the message behind its ETX", frames)
            self._fits(len(payload), frames)
            del self._rest[: end + 1 + more]
            self._seen = 0
            if payload:
                frames.append(payload)
            else:
                self.keepalives += 1
        self._begins_well(frames)
        self._seen = len(self._rest) if end < 0 else end
        self._fits(self._seen - lead, frames)
        return frames

    def _begins_well(self, frames: list[bytes]) -> None:
        if self._framing.stx_lrc and self._rest and not self._rest.startswith(STX):
            raise FramingError(f"expected an STX, seen {self._rest[0]:02x}", frames)

    def _fits(self, size: int, frames: list[bytes]) -> None:
        if size > self._framing.frame_size_max:
            raise FramingError(
                f"expected an ETX within {self._framing.frame_size_max} bytes", frames
            )
