"""Headers that stand between the length and the MTI: the TPDU of terminals, or none.

A TPDU is five bytes: the identifier 60, two of destination, two of origin. An answer carries it
with the two addresses exchanged, so that concentrators on the way can find the terminal.
"""

from __future__ import annotations

from typing import Final, Literal, Protocol

from cardswitch.specs.errors import EncodeError

from .framing import FramingError

HeaderName = Literal["none", "tpdu"]
TPDU_SIZE: Final = 5
TPDU_IDENTIFIER: Final = 0x60


class Header(Protocol):
    """Takes the header off a frame and puts one before a message."""

    def strip(self, frame: bytes) -> tuple[bytes, bytes]:
        """The header that an answer to *frame* carries, and what stands behind the header.

        Raises FramingError if *frame* has no such header.
        """
        ...

    def prepend(self, header: bytes, payload: bytes) -> bytes:
        """*payload* behind *header*, or behind the link's own one if *header* is empty."""
        ...


class Tpdu:
    """The five bytes of a TPDU; *destination* and *origin* are of what we send unasked."""

    def __init__(self, destination: bytes = b"\0\0", origin: bytes = b"\0\0") -> None:
        """Each address is two bytes; ValueError if not."""
        self._default = bytes([TPDU_IDENTIFIER]) + destination + origin
        if len(destination) != 2 or len(origin) != 2:
            raise ValueError("a TPDU address is two bytes")

    def strip(self, frame: bytes) -> tuple[bytes, bytes]:
        """See :meth:`Header.strip`.

        >>> header, payload = Tpdu().strip(bytes.fromhex("6000018002") + b"0800")
        >>> header.hex(), payload
        ('6080020001', b'0800')
        """
        if len(frame) < TPDU_SIZE or frame[0] != TPDU_IDENTIFIER:
            raise FramingError("expected a TPDU: identifier 60, then two addresses of two bytes")
        return frame[:1] + frame[3:5] + frame[1:3], frame[TPDU_SIZE:]

    def prepend(self, header: bytes, payload: bytes) -> bytes:
        """See :meth:`Header.prepend`; EncodeError if *header* is no TPDU.

        >>> Tpdu(destination=b"\\x00\\x01").prepend(b"", b"0800").hex()
        '600001000030383030'
        """
        if header and (len(header) != TPDU_SIZE or header[0] != TPDU_IDENTIFIER):
            raise EncodeError("a TPDU of 5 bytes", field="header", seen=f"{len(header)} bytes")
        return (header or self._default) + payload


def header_named(name: HeaderName) -> Header | None:
    """The header that a configuration calls *name*; None where the MTI comes first.

    >>> header_named("none") is None
    True
    """
    return Tpdu() if name == "tpdu" else None
