"""Capture files are read as laid by hand and as construct writes them; and written for others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs.errors import DecodeError, EncodeError
from cardswitch.wire.capture.packets import LINK_RAW, Endpoint, segment_of
from cardswitch.wire.capture.pcap import (
    HEADER_SIZE,
    RECORD_SIZE,
    SEGMENT_SIZE_MAX,
    read_capture,
    write_pcap,
)
from cardswitch.wire.capture.reassembly import frames_of, streams_of
from cardswitch.wire.framing import Framing
from tests.kit.samples.captures import HERE, THERE, VECTORS, classic_grammar, outcome, wire

GRAMMARS = {order: classic_grammar(order) for order in "<>"}
TICKS = {0xA1B2C3D4: 10**6, 0xA1B23C4D: 10**9}
CLIENT, HOST = Endpoint(*HERE), Endpoint(*THERE)
PAN = b"9999990000000014"
U32 = st.integers(0, 2**32 - 1)


# Reading ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", VECTORS["files"], ids=lambda case: case["why"])
def test_known_files(case):
    capture = read_capture(wire(case))
    packets = [[p.time, p.link_type, p.data.hex()] for p in capture.packets]
    assert packets == case["packets"]
    assert list(capture.notes) == case.get("notes", [])


@pytest.mark.parametrize("case", VECTORS["refused"], ids=lambda case: case["why"])
def test_what_is_refused_says_where(case):
    with pytest.raises(DecodeError) as caught:
        read_capture(wire(case))
    assert str(caught.value).startswith(case["error"])


@given(
    st.sampled_from("<>"),
    st.sampled_from(sorted(TICKS)),
    st.integers(0, 0xFFFF),
    st.lists(st.tuples(U32, U32, st.binary(max_size=20)), max_size=5),
)
def test_what_construct_writes_is_read(order, magic, link_type, written):
    packets = [{"seconds": s, "fraction": f, "data": data} for s, f, data in written]
    file = {"magic": magic, "link_type": link_type, "packets": packets}
    capture = read_capture(GRAMMARS[order].build(file))
    expected = [(s + f / TICKS[magic], data, link_type) for s, f, data in written]
    assert [(p.time, p.data, p.link_type) for p in capture.packets] == expected


@pytest.mark.parametrize(("magic", "order"), [("a1b2cd34", ">"), ("34cdb2a1", "<")])
def test_modified_files_have_eight_bytes_more_before_each_packet(magic, order):
    packets = [{"seconds": n, "fraction": 500_000, "data": b"0800"[:n]} for n in (1, 2, 3)]
    classic = GRAMMARS[order].build({"magic": 0xA1B2C3D4, "link_type": 1, "packets": packets})
    file, at = bytearray(bytes.fromhex(magic) + classic[4:HEADER_SIZE]), HEADER_SIZE
    for packet in packets:
        end = at + RECORD_SIZE + len(packet["data"])
        file += classic[at : at + RECORD_SIZE] + b"\0\0\0\2\x08\0\0\0"
        file += classic[at + RECORD_SIZE : end]
        at = end
    read = read_capture(bytes(file)).packets
    assert [(one.time, one.data) for one in read] == [(1.5, b"0"), (2.5, b"08"), (3.5, b"080")]


def test_a_file_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr("cardswitch.wire.capture.pcap.FILE_SIZE_MAX", 30)
    with pytest.raises(DecodeError, match="at most 30 bytes of capture, seen 31 bytes"):
        read_capture(bytes(31))


# Writing ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", VECTORS["written"], ids=lambda case: case["why"])
def test_known_talk(case):
    talk = [
        (time, Endpoint(source, port), Endpoint(destination, to), said.encode())
        for time, source, port, destination, to, said in case["talk"]
    ]
    assert write_pcap(talk) == wire(case)


LINES = st.lists(
    st.tuples(
        st.integers(0, 2**31).map(float),
        st.sampled_from([(CLIENT, HOST), (HOST, CLIENT), (Endpoint("192.0.2.9", 1), HOST)]),
        st.binary(max_size=60) | st.just(bytes(SEGMENT_SIZE_MAX * 2 + 1)),
    ).map(lambda line: (line[0], *line[1], line[2])),
    max_size=6,
)


@given(LINES)
def test_what_is_written_is_read_back(talk):
    capture = read_capture(write_pcap(talk))
    for packet in capture.packets:
        assert carried_sum(packet.data[:20]) == 0xFFFF
        size = len(packet.data) - 20
        pseudo = packet.data[12:20] + b"\0\6" + size.to_bytes(2)
        assert carried_sum(pseudo + packet.data[20:]) == 0xFFFF
    said = {}
    for _, source, destination, data in talk:
        said[source, destination] = said.get((source, destination), b"") + data
    streams = streams_of(capture.packets).streams
    found = {(s.source, s.destination): b"".join(p.data for p in s.pieces) for s in streams}
    assert found == {ends: data for ends, data in said.items() if data}
    assert not any(stream.gaps for stream in streams)


def carried_sum(data):
    """The sum of RFC 1071, word by word: all ones if the checksum in *data* is right."""
    total = 0
    for at in range(0, len(data), 2):
        total += int.from_bytes(data[at : at + 2].ljust(2, b"\0"))
        total = (total & 0xFFFF) + (total >> 16)
    return total


def test_each_end_acknowledges_what_the_other_said():
    talk = [(0.0, CLIENT, HOST, b"abc"), (1.0, HOST, CLIENT, b"de"), (2.0, CLIENT, HOST, b"f")]
    segments = [packet.data[20:] for packet in read_capture(write_pcap(talk)).packets]
    numbers = [(int.from_bytes(s[4:8]), int.from_bytes(s[8:12])) for s in segments]
    assert numbers == [(1, 1), (1, 4), (4, 3)]


@pytest.mark.parametrize(
    ("time", "source", "error"),
    [
        (-1.0, CLIENT, "line 2: expected seconds from 0 to 4294967294, seen -1.0"),
        (float("nan"), CLIENT, "seen nan"),
        (float("inf"), CLIENT, "seen inf"),
        (2.0**32, CLIENT, "expected seconds"),
        (1.0, Endpoint("::1", 1), r"line 2: expected an IPv4 address .* seen \[::1\]:1"),
        (1.0, Endpoint("192.0.2.1", 65536), "seen 192.0.2.1:65536"),
        (1.0, Endpoint("192.0.2.1", -1), "seen 192.0.2.1:-1"),
        (1.0, Endpoint("host", 1), "seen host:1"),
    ],
)
def test_what_cannot_be_written_is_named(time, source, error):
    with pytest.raises(EncodeError, match=error):
        write_pcap([(1.0, CLIENT, HOST, b"a"), (time, source, HOST, b"b")])


def test_a_time_is_rounded_to_the_microsecond():
    times = [0.9999996, 1_795_000_000.123457, 4_294_967_294.999]
    capture = read_capture(write_pcap([(time, CLIENT, HOST, b"a") for time in times]))
    assert [packet.time for packet in capture.packets] == [1.0, *times[1:]]


# Whatever a file holds ----------------------------------------------------------------------------

PURCHASE = b"\0\x14" + b"0200" + PAN
FILES = [
    write_pcap([(1.0, CLIENT, HOST, PURCHASE), (2.0, HOST, CLIENT, PURCHASE)] * 3),
    *map(wire, VECTORS["files"]),
    *(
        GRAMMARS["<"].build(
            {
                "magic": 0xA1B2C3D4,
                "link_type": case["link_type"],
                "packets": [{"seconds": 1, "fraction": 0, "data": wire(case)}] * 2,
            }
        )
        for case in VECTORS["segments"]
    ),
]


@given(st.sampled_from(FILES), st.data())
def test_a_changed_file_is_read_or_refused(file, data):
    changed = bytearray(file)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(changed) - 1))
        changed[at : at + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=3))
        if not changed:
            break
    capture = outcome(read_capture, bytes(changed))
    if isinstance(capture, DecodeError):
        assert "99999900" not in str(capture)
        return
    streams = streams_of(capture.packets)
    frames = [frames_of(stream.pieces, Framing("binary2")) for stream in streams.streams]
    assert "99999" not in repr((capture, streams, frames))


def test_a_conversation_comes_out_as_it_was_said():
    framing = Framing("binary2")
    talk = [
        (1.0, CLIENT, HOST, framing.frame(b"0800")),
        (2.0, HOST, CLIENT, framing.frame(b"0810")),
    ]
    capture = read_capture(write_pcap(talk))
    assert {packet.link_type for packet in capture.packets} == {LINK_RAW}
    assert [segment_of(packet).size for packet in capture.packets] == [6, 6]
    streams = streams_of(capture.packets).streams
    found = [frame for stream in streams for frame in frames_of(stream.pieces, framing).frames]
    assert [(frame.time, frame.data) for frame in found] == [(1.0, b"0800"), (2.0, b"0810")]
