"""Packet captures as bytes: files of both formats become packets, and talk becomes a file.

Classic files are of draft-ietf-opsawg-pcap, sections 4 and 5; the other format is in `pcapng`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address
from typing import Final

from cardswitch.specs.errors import DecodeError, EncodeError

from ..ports import Seconds
from .packets import (
    ACK,
    LINK_RAW,
    PACKET_SIZE_MAX,
    PUSH,
    TCP,
    Capture,
    Endpoint,
    Packet,
    check_packet,
)
from .pcapng import SECTION, read_pcapng

FILE_SIZE_MAX: Final = 256 << 20  # bytes; a file is read into memory, and its packets again.
SEGMENT_SIZE_MAX: Final = 1460  # bytes; what Ethernet carries, so what readers are used to.
HEADER_SIZE: Final = 24
RECORD_SIZE: Final = 16  # bytes before every packet

_MICROSECONDS: Final = 1_000_000
# By the first four bytes: the byte order, and the ticks of a second.
_CLASSIC: Final[Mapping[bytes, tuple[str, int]]] = {
    bytes.fromhex("a1b2c3d4"): (">", _MICROSECONDS),
    bytes.fromhex("d4c3b2a1"): ("<", _MICROSECONDS),
    bytes.fromhex("a1b23c4d"): (">", 1_000_000_000),
    bytes.fromhex("4d3cb2a1"): ("<", 1_000_000_000),
}

# Linux kernels patched by Alexey Kuznetsov wrote these: eight bytes more before every packet.
_MODIFIED: Final[Mapping[bytes, tuple[str, int]]] = {
    bytes.fromhex("a1b2cd34"): (">", _MICROSECONDS),
    bytes.fromhex("34cdb2a1"): ("<", _MICROSECONDS),
}
MODIFIED_SIZE: Final = 8  # bytes: number of the interface, protocol, kind of packet
MAGICS: Final = (SECTION, *_CLASSIC, *_MODIFIED)

# One line of talk: when, from whom, to whom, and what.
Talk = tuple[Seconds, Endpoint, Endpoint, bytes]


def read_capture(data: bytes) -> Capture:
    """The packets of the capture file *data*, classic pcap or pcapng, in the order of the file.

    Times are seconds since the epoch, as exact as a float is: to a quarter of a microsecond. A file
    that ends within a packet is read up to it, with a note. Raises DecodeError with the offset in
    the file, and the number of the packet counted from 1, if it is too large, damaged, or other.

    >>> header = "d4c3b2a1 0200 0400 00000000 00000000 ffff0000 65000000"
    >>> read_capture(bytes.fromhex(header + "01000000 20a10700 01000000 01000000 45")).packets
    (<Packet of 1 bytes at 1.5>,)
    """
    if len(data) > FILE_SIZE_MAX:
        raise DecodeError(
            f"at most {FILE_SIZE_MAX} bytes of capture",
            seen=f"{len(data)} bytes",
            hint="keep only the port you need",
        )
    magic = data[:4]
    if magic == SECTION:
        return read_pcapng(data)
    if magic in _CLASSIC:
        return _read_classic(data, *_CLASSIC[magic], RECORD_SIZE)
    if magic in _MODIFIED:
        return _read_classic(data, *_MODIFIED[magic], RECORD_SIZE + MODIFIED_SIZE)
    raise DecodeError(
        "a capture, classic pcap or pcapng",
        offset=0,
        hint="is it a text export, or packed by something else than gzip? save it as pcapng",
    )


def _read_classic(data: bytes, order: str, ticks: int, record_size: int) -> Capture:
    if len(data) < HEADER_SIZE:
        raise DecodeError(f"a file header of {HEADER_SIZE} bytes", seen=f"{len(data)} bytes")
    major, minor, link_type = struct.unpack_from(order + "4xHH12xI", data)
    if (major, minor) != (2, 4):
        raise DecodeError("version 2.4 of pcap", offset=4, seen=f"version {major}.{minor}")
    link_type &= 0xFFFF  # Above stands the length of Ethernet's checksum.
    record = struct.Struct(order + "4I")
    packets: list[Packet] = []
    start = HEADER_SIZE
    while start + record_size <= len(data):
        seconds, fraction, size, _ = record.unpack_from(data, start)
        check_packet(len(packets) + 1, size, start)
        begin, end = start + record_size, start + record_size + size
        if end > len(data):
            break
        packets.append(Packet(seconds + fraction / ticks, data[begin:end], link_type))
        start = end
    if start == len(data):
        return Capture(tuple(packets))
    note = f"the file ends within packet {len(packets) + 1}, which starts at byte {start}"
    return Capture(tuple(packets), (note,))


def write_pcap(talk: Iterable[Talk]) -> bytes:
    """A classic pcap file with *talk* as TCP over IPv4, whole to readers that follow streams.

    Each direction between two endpoints is one stream, from sequence number 1 on, without the
    handshake; what is longer than a segment becomes several. Raises EncodeError, with the number of
    the line counted from 1, if a time, an address or a port cannot be written.

    >>> here, there = Endpoint("192.0.2.1", 50000), Endpoint("192.0.2.2", 8583)
    >>> len(write_pcap([(1.5, here, there, b"0800")])), 24 + 16 + 20 + 20 + 4
    (84, 84)
    """
    header = struct.pack(">IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, PACKET_SIZE_MAX, LINK_RAW)
    written = bytearray(header)
    sent: dict[tuple[Endpoint, Endpoint], int] = {}
    for line, (time, source, destination, payload) in enumerate(talk, 1):
        stamp = _stamp(time, line)
        ends = _ends(source, line), _ends(destination, line)
        acknowledged = sent.get((destination, source), 1)
        sequence = sent.get((source, destination), 1)
        for start in range(0, len(payload), SEGMENT_SIZE_MAX):
            part = payload[start : start + SEGMENT_SIZE_MAX]
            packet = _packet(*ends, sequence + start, acknowledged, part)
            written += stamp + struct.pack(">II", len(packet), len(packet)) + packet
        sent[source, destination] = sequence + len(payload)
    return bytes(written)


def _stamp(time: Seconds, line: int) -> bytes:
    if not 0 <= time < 0xFFFFFFFF:  # Nor is that which is no number.
        raise EncodeError("seconds from 0 to 4294967294", field=f"line {line}", seen=f"{time}")
    return struct.pack(">II", *divmod(round(time * _MICROSECONDS), _MICROSECONDS))


def _ends(endpoint: Endpoint, line: int) -> tuple[bytes, bytes]:
    try:
        return IPv4Address(endpoint.address).packed, struct.pack(">H", endpoint.port)
    except (ValueError, struct.error):
        raise EncodeError(
            "an IPv4 address and a port of 0 to 65535", field=f"line {line}", seen=str(endpoint)
        ) from None


def _packet(
    source: tuple[bytes, bytes],
    destination: tuple[bytes, bytes],
    sequence: int,
    acknowledged: int,
    payload: bytes,
) -> bytes:
    """IPv4 and TCP headers of 20 bytes each (RFC 791, RFC 9293) and *payload*."""
    addresses, ports = source[0] + destination[0], source[1] + destination[1]
    numbers = struct.pack(">II", sequence & 0xFFFFFFFF, acknowledged & 0xFFFFFFFF)
    tcp_size = 20 + len(payload)
    start = ports + numbers + bytes([0x50, PUSH | ACK]) + b"\xff\xff"
    pseudo = addresses + struct.pack(">HH", TCP, tcp_size)
    tcp = start + _checksum(pseudo + start + payload) + bytes(2) + payload
    # No identification, never to be fragmented, time to live 64.
    ip = struct.pack(">BBHHHBB", 0x45, 0, 20 + tcp_size, 0, 0x4000, 64, TCP)
    return ip + _checksum(ip + addresses) + addresses + tcp


def _checksum(data: bytes) -> bytes:
    """The Internet checksum of RFC 1071.

    >>> _checksum(bytes.fromhex("0001 f203 f4f5 f6f7")).hex()
    '220d'
    """
    data += bytes(len(data) % 2)
    # Folding the carries in leaves the rest by 65535, as 1 to 65535: headers are never all zeros.
    total = (int.from_bytes(data) - 1) % 0xFFFF + 1
    return (0xFFFF - total).to_bytes(2)
