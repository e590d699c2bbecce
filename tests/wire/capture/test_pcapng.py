"""Blocks are read as construct writes them, in both byte orders, whatever stands between them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs.errors import DecodeError
from cardswitch.wire.capture.pcapng import read_pcapng
from tests.kit.samples.captures import (
    INTERFACE,
    NAMES,
    PACKET,
    SECTION,
    VECTORS,
    pcapng_builder,
    wire,
)

BUILDERS = {order: pcapng_builder(order) for order in "<>"}
FILES = [wire(case) for case in VECTORS["files"] if wire(case).startswith(b"\n\r\r\n")]
# if_tsresol, and the ticks of a second that it says.
RESOLUTIONS = {6: 10**6, 9: 10**9, 0: 1, 0x80: 1, 0x8A: 1024, 0x7F: 10**127, 0xFF: 2**127}
INTERFACES = st.tuples(st.integers(0, 300), st.sampled_from(sorted(RESOLUTIONS)))
COMMENT, RESOLUTION, END = 1, 9, 0


def section(interfaces):
    """The first blocks of a section."""
    yield SECTION, {}
    for link_type, resolution in interfaces:
        options = [(COMMENT, b"x" * (link_type % 5)), (RESOLUTION, bytes([resolution])), (END, b"")]
        named = [{"code": code, "value": value} for code, value in options]
        yield INTERFACE, {"link_type": link_type, "snaplen": 0, "options": named}


@st.composite
def sections(draw):
    """Blocks of one section, and the packets in them as a reader must see them."""
    interfaces = draw(st.lists(INTERFACES, min_size=1, max_size=3))
    blocks, packets = [*section(interfaces)], []
    for _ in range(draw(st.integers(0, 4))):
        number = draw(st.integers(0, len(interfaces) - 1))
        link_type, resolution = interfaces[number]
        ticks, data = draw(st.integers(0, 2**64 - 1)), draw(st.binary(max_size=9))
        blocks.append((PACKET, {"interface": number, "ticks": ticks, "data": data}))
        blocks.append((NAMES, b"abcd" * draw(st.integers(0, 2))))
        packets.append((ticks / RESOLUTIONS[resolution], data, link_type))
    return blocks, packets


@given(st.lists(st.tuples(st.sampled_from("<>"), sections()), min_size=1, max_size=3))
def test_what_construct_writes_is_read(written):
    data = b"".join(BUILDERS[order](blocks) for order, (blocks, _) in written)
    expected = [packet for _, (_, packets) in written for packet in packets]
    capture = read_pcapng(data)
    assert [(p.time, p.data, p.link_type) for p in capture.packets] == expected
    assert capture.notes == ()


@pytest.mark.parametrize("data", FILES)
def test_a_file_cut_anywhere_has_the_packets_before_the_cut(data):
    whole = read_pcapng(data).packets
    for size in range(28, len(data)):
        capture = read_pcapng(data[:size])
        assert capture.packets == whole[: len(capture.packets)]
        assert len(capture.notes) <= 1
    for size in range(28):
        with pytest.raises(DecodeError):
            read_pcapng(data[:size])


def test_interfaces_are_limited(monkeypatch):
    monkeypatch.setattr("cardswitch.wire.capture.pcapng.INTERFACES_MAX", 2)
    two = BUILDERS["<"](section([(1, 6)] * 2))
    assert read_pcapng(two + two).packets == ()
    with pytest.raises(DecodeError, match="at most 2 interfaces"):
        read_pcapng(BUILDERS["<"](section([(1, 6)] * 3)))


def test_other_files_are_refused():
    with pytest.raises(DecodeError, match="at byte 0: expected a section header"):
        read_pcapng(bytes(28))
