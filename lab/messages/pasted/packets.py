"""A dump of a whole packet, as Wireshark copies it: the message is what TCP carries in it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from cardswitch.specs.errors import DecodeError
from cardswitch.wire.capture.packets import LINK_RAW, Packet, segment_of

from .piece import Piece

_LINKS: Final = {1: "an Ethernet frame", LINK_RAW: "an IP packet"}


def payloads_of(piece: Piece) -> Iterator[Piece]:
    """What TCP carries, if the whole of *piece* is a packet that says its own size.

    >>> ip = "4500002c 00000000 40060000 c0000201 c0000202"
    >>> tcp = "c350 2187 00000007 00000000 5018 ffff 0000 0000"
    >>> [found] = payloads_of(Piece(kind="a dump", data=bytes.fromhex(ip + tcp) + b"0800"))
    >>> found.data, found.kind
    (b'0800', 'a dump of an IP packet')
    """
    for link, words in _LINKS.items():
        try:
            segment = segment_of(Packet(0.0, piece.data, link))
        except DecodeError:
            continue
        if not segment.data or not piece.data.endswith(segment.data):
            continue
        start = len(piece.data) - len(segment.data)
        masked = frozenset(byte - start for byte in piece.masked if byte >= start)
        kind = piece.kind.replace("a dump", f"a dump of {words}", 1)
        yield replace(piece, data=segment.data, masked=masked, kind=kind)
