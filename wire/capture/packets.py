"""Packets of a capture, and the TCP segment in each: links, VLAN tags and IP headers are taken off.

Offsets of link headers are those of the LINKTYPE registry of tcpdump.org.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from msgspec import Struct

from cardswitch.specs.errors import DecodeError

from ..ports import Seconds

PACKETS_MAX: Final = 1_000_000  # Some 300 MB of memory; more is no test any longer.
PACKET_SIZE_MAX: Final = 262_144  # bytes; what capture tools keep of one packet at most.

LINK_RAW: Final = 101  # The link type of packets that begin with their IP header.
TCP: Final = 6  # The protocol's number in an IP header.
_PROTOCOLS: Final = {1: "ICMP", 17: "UDP", 58: "ICMP of IPv6", 132: "SCTP"}
FIN, SYN, RST, PUSH, ACK = 0x01, 0x02, 0x04, 0x08, 0x10

_VLAN_TAGS: Final = frozenset([b"\x81\x00", b"\x88\xa8", b"\x91\x00"])  # 802.1Q, 802.1ad, QinQ
_IP_TYPES: Final = frozenset([b"\x08\x00", b"\x86\xdd"])
# AF_INET, and AF_INET6 of Linux, Windows, NetBSD and OpenBSD, FreeBSD, Darwin.
_IP_FAMILIES: Final = frozenset([2, 10, 23, 24, 28, 30])
# Extension headers of IPv6: how their length byte counts (RFC 8200; RFC 4302 for 51).
_EIGHTS, _FOURS, _FRAGMENT = 8, 4, 0
_EXTENSIONS: Final[Mapping[int, int]] = {
    0: _EIGHTS,  # hop by hop
    43: _EIGHTS,  # routing
    44: _FRAGMENT,
    51: _FOURS,  # authentication
    60: _EIGHTS,  # destination options
    135: _EIGHTS,  # mobility
    139: _EIGHTS,  # host identity
    140: _EIGHTS,  # shim6
}


class Timed(Struct, frozen=True, gc=False):
    """Bytes that were seen at *time*. They may be a card's: `repr` says only how many they are."""

    time: Seconds
    data: bytes

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self.data)} bytes at {self.time}>"


class Packet(Timed, frozen=True, gc=False):
    """One captured packet, from its link header on; *link_type* is a number of the registry.

    >>> Packet(1.5, b"\\x45", LINK_RAW)
    <Packet of 1 bytes at 1.5>
    """

    link_type: int


class Capture(Struct, frozen=True):
    """What a file holds; *notes* say what of it could not be read, and where."""

    packets: tuple[Packet, ...]
    notes: tuple[str, ...] = ()


class Endpoint(Struct, frozen=True, gc=False):
    """One end of a connection: an IP address as text, and a port.

    >>> str(Endpoint("192.0.2.1", 8583)), str(Endpoint("2001:db8::1", 8583))
    ('192.0.2.1:8583', '[2001:db8::1]:8583')
    """

    address: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{host}:{self.port}"


class Segment(Timed, frozen=True, gc=False, kw_only=True):
    """A TCP segment: *data* is what was captured of the *size* bytes that it had on the wire.

    *ends* are both addresses and both ports as they stand in the headers, the source first.
    """

    ends: bytes
    sequence: int
    flags: int
    size: int

    def endpoints(self) -> tuple[Endpoint, Endpoint]:
        """The source and the destination."""
        addresses, ports = self.ends[:-4], self.ends[-4:]
        half = len(addresses) // 2
        kind = IPv4Address if half == 4 else IPv6Address
        return (
            Endpoint(str(kind(addresses[:half])), int.from_bytes(ports[:2])),
            Endpoint(str(kind(addresses[half:])), int.from_bytes(ports[2:])),
        )


def check_packet(number: int, size: int, offset: int) -> None:
    """Raises DecodeError if packet *number*, of *size* bytes, is one too many or too large."""
    if number > PACKETS_MAX:
        raise DecodeError(
            f"at most {PACKETS_MAX} packets", offset=offset, hint="keep only the port you need"
        )
    if size > PACKET_SIZE_MAX:
        raise DecodeError(
            f"at most {PACKET_SIZE_MAX} bytes in a packet",
            offset=offset,
            seen=f"{size} bytes in packet {number}",
            hint="the file is damaged here, or before",
        )


def segment_of(packet: Packet) -> Segment:
    """The TCP segment in *packet*.

    Raises DecodeError, with an offset in the packet, if it holds none that can be understood.
    Checksums are not looked at: senders whose network card fills them in are captured without.

    >>> ip = "4500002c 00000000 40060000 c0000201 c0000202"
    >>> tcp = "c350 2187 00000007 00000000 5018 ffff 0000 0000"
    >>> segment = segment_of(Packet(0.0, bytes.fromhex(ip + tcp) + b"0800", LINK_RAW))
    >>> segment.sequence, segment.data, str(segment.endpoints()[1])
    (7, b'0800', '192.0.2.2:8583')
    """
    data, link = packet.data, _LINKS.get(packet.link_type)
    if link is None:
        raise DecodeError("a link type that is known", seen=f"{packet.link_type}")
    start = link(data)
    version = _part(data, start, 1)[0] >> 4
    if version == 4:
        return _segment_in_ipv4(packet, start)
    if version == 6:
        return _segment_in_ipv6(packet, start)
    raise DecodeError("IP version 4 or 6", offset=start)


# Links: where in the packet does IP begin? --------------------------------------------------------


def _ethernet(data: bytes) -> int:
    return _behind_tags(data, 12, 14)


def _cooked(data: bytes) -> int:
    return _behind_tags(data, 14, 16)


def _cooked_2(data: bytes) -> int:
    return _behind_tags(data, 0, 20)


def _raw(data: bytes) -> int:
    return 0


def _loopback(data: bytes) -> int:
    """Four bytes of address family, in the order of the machine that captured."""
    family = _part(data, 0, 4)
    if _IP_FAMILIES.isdisjoint([int.from_bytes(family, "big"), int.from_bytes(family, "little")]):
        raise DecodeError("IP", offset=0, seen="another address family")
    return 4


def _behind_tags(data: bytes, type_at: int, start: int) -> int:
    """Where the IP header begins: at *start*, or behind the VLAN tags that stand there."""
    kind = _part(data, type_at, 2)
    while kind in _VLAN_TAGS:
        kind, start = _part(data, start + 2, 2), start + 4
    if kind not in _IP_TYPES:
        raise DecodeError("IP", offset=type_at, seen=f"EtherType {kind.hex()}")
    return start


_LINKS: Final[Mapping[int, Callable[[bytes], int]]] = {
    0: _loopback,
    1: _ethernet,
    12: _raw,
    14: _raw,
    LINK_RAW: _raw,
    108: _loopback,
    113: _cooked,
    228: _raw,
    229: _raw,
    276: _cooked_2,
}

# Headers: what does TCP carry? --------------------------------------------------------------------


def _segment_in_ipv4(packet: Packet, start: int) -> Segment:
    header = _part(packet.data, start, 20)
    size = 4 * (header[0] & 0x0F)
    if size < 20:
        raise DecodeError("an IPv4 header of 20 bytes or more", offset=start, seen=f"{size} bytes")
    if int.from_bytes(header[6:8]) & 0x3FFF:  # More fragments, or not the first.
        raise DecodeError("a whole IP packet, no fragment", offset=start + 6)
    _check_protocol(header[9], start + 9)
    # A length of 0 is of a packet that the network card cuts, after the capture.
    end = start + (int.from_bytes(header[2:4]) or len(packet.data) - start)
    return _segment(packet, header[12:20], start + size, end)


def _segment_in_ipv6(packet: Packet, start: int) -> Segment:
    data = packet.data
    header = _part(data, start, 40)
    kind, at = header[6], start + 40
    end = at + (int.from_bytes(header[4:6]) or len(data) - at)
    while (unit := _EXTENSIONS.get(kind)) is not None:
        extension = _part(data, at, 4)
        if unit == _FRAGMENT and int.from_bytes(extension[2:4]) & 0xFFF9:
            raise DecodeError("a whole IP packet, no fragment", offset=at + 2)
        kind = extension[0]
        at += 8 + extension[1] * unit
    _check_protocol(kind, at)
    return _segment(packet, header[8:40], at, end)


def _check_protocol(protocol: int, offset: int) -> None:
    if protocol != TCP:
        raise DecodeError(
            "TCP", offset=offset, seen=_PROTOCOLS.get(protocol, f"IP protocol {protocol}")
        )


def _segment(packet: Packet, addresses: bytes, start: int, end: int) -> Segment:
    header = _part(packet.data, start, 20)
    begin = start + 4 * (header[12] >> 4)
    if not start + 20 <= begin <= end:
        raise DecodeError("a TCP header that fits into its packet", offset=start + 12)
    return Segment(
        packet.time,
        packet.data[begin:end],
        ends=addresses + header[:4],
        sequence=int.from_bytes(header[4:8]),
        flags=header[13],
        size=end - begin,
    )


def _part(data: bytes, start: int, size: int) -> bytes:
    part = data[start : start + size]
    if len(part) < size:
        raise DecodeError("a packet that holds its headers whole", offset=start)
    return part
