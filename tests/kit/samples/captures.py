"""What the tests of captures share: the vectors, and grammars of the formats that are not ours."""

import struct
import tomllib
from pathlib import Path

import construct as c

from cardswitch.specs.errors import DecodeError
from cardswitch.wire.capture.packets import ACK, LINK_RAW, Packet

VECTORS = tomllib.loads((Path(__file__).parents[2] / "vectors" / "pcap.toml").read_text())
SECTION, INTERFACE, NAMES, PACKET = 0x0A0D0D0A, 1, 4, 6  # Kinds of blocks.
HERE, THERE = ("192.0.2.1", 50000), ("192.0.2.2", 8583)


def wire(case):
    """The bytes of a case: hex with remarks."""
    lines = case["wire"].splitlines()
    return bytes.fromhex(" ".join(line.partition("#")[0] for line in lines))


def outcome(function, *given):
    """What *function* returns, or the one error that it documents."""
    try:
        return function(*given)
    except DecodeError as error:
        return error


def tcp(time, sequence, data=b"", flags=ACK, source=HERE, destination=THERE, size=None):
    """A packet that carries *data*; of *size* bytes on the wire, if the capture cut it."""
    size = len(data) if size is None else size
    addresses = b"".join(bytes(map(int, end[0].split("."))) for end in (source, destination))
    ip = struct.pack(">BxH5xB2x", 0x45, 40 + size, 6) + addresses
    header = struct.pack(
        ">HHIIBBHHH", source[1], destination[1], sequence % 2**32, 0, 0x50, flags, 8192, 0, 0
    )
    return Packet(time, ip + header + data, LINK_RAW)


def classic_grammar(order):
    """The classic format in *order*, ``"<"`` or ``">"``, as construct sees it."""
    u16, u32 = c.FormatField(order, "H"), c.FormatField(order, "L")
    return c.Struct(
        "magic" / u32,
        "major" / c.Default(u16, 2),
        "minor" / c.Default(u16, 4),
        "reserved" / c.Default(u32[2], [0, 0]),
        "snaplen" / c.Default(u32, 65535),
        "link_type" / u32,
        "packets"
        / c.GreedyRange(
            c.Struct(
                "seconds" / u32,
                "fraction" / u32,
                "captured" / c.Rebuild(u32, c.len_(c.this.data)),
                "original" / c.Rebuild(u32, c.len_(c.this.data)),
                "data" / c.Bytes(c.this.captured),
            )
        ),
    )


def pcapng_builder(order):
    """Builds sections, interfaces and enhanced packets in *order*, as construct sees them."""
    u16, u32, u64 = (c.FormatField(order, letter) for letter in "HLQ")
    option = c.Struct(
        "code" / u16,
        "size" / c.Rebuild(u16, c.len_(c.this.value)),
        "value" / c.Aligned(4, c.Bytes(c.this.size)),
    )
    section = c.Struct(
        "magic" / c.Const(0x1A2B3C4D, u32),
        "major" / c.Const(1, u16),
        "minor" / c.Const(0, u16),
        "size" / c.Const(2**64 - 1, u64),
    )
    interface = c.Struct(
        "link_type" / u16,
        "reserved" / c.Const(0, u16),
        "snaplen" / u32,
        "options" / c.GreedyRange(option),
    )
    packet = c.Struct(
        "interface" / u32,
        "high" / c.Rebuild(u32, c.this.ticks >> 32),
        "low" / c.Rebuild(u32, c.this.ticks & 0xFFFFFFFF),
        "captured" / c.Rebuild(u32, c.len_(c.this.data)),
        "original" / c.Rebuild(u32, c.len_(c.this.data)),
        "data" / c.Aligned(4, c.Bytes(c.this.captured)),
    )
    bodies = {SECTION: section, INTERFACE: interface, PACKET: packet, NAMES: c.GreedyBytes}

    def build(blocks):
        """The file of (kind, body) in *blocks*: each between lengths that count the whole block."""
        return b"".join(
            u32.build(kind) + u32.build(len(body) + 12) + body + u32.build(len(body) + 12)
            for kind, value in blocks
            for body in [bodies[kind].build(value)]
        )

    return build
