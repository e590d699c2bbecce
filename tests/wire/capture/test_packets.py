"""Under every link and IP header the same segment is found; what has none is named, not guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs.errors import DecodeError
from cardswitch.wire.capture.packets import (
    LINK_RAW,
    Capture,
    Endpoint,
    Packet,
    check_packet,
    segment_of,
)
from tests.kit.samples.captures import VECTORS, outcome, tcp, wire

LINKS = sorted({case["link_type"] for case in VECTORS["segments"]})


@pytest.mark.parametrize("case", VECTORS["segments"], ids=lambda case: case["why"])
def test_known_segments(case):
    segment = segment_of(Packet(1.5, wire(case), case["link_type"]))
    source, destination = segment.endpoints()
    assert str(source) == case.get("source", "192.0.2.1:50000")
    assert str(destination) == case.get("destination", "192.0.2.2:8583")
    assert (segment.time, segment.sequence, segment.flags, segment.size) == (1.5, 7, 0x18, 4)
    assert segment.data.decode() == case.get("data", "0800")


@pytest.mark.parametrize("case", VECTORS["without"], ids=lambda case: case["why"])
def test_what_has_no_segment_is_named_with_its_place(case):
    with pytest.raises(DecodeError) as caught:
        segment_of(Packet(1.5, wire(case), case["link_type"]))
    assert case["error"] in str(caught.value)


@pytest.mark.parametrize("case", VECTORS["segments"], ids=lambda case: case["why"])
def test_a_packet_cut_anywhere_is_a_shorter_segment_or_named(case):
    whole = wire(case)
    for size in range(len(whole)):
        segment = outcome(segment_of, Packet(1.5, whole[:size], case["link_type"]))
        if isinstance(segment, DecodeError):
            assert "headers whole" in str(segment) or "fits into its packet" in str(segment)
        else:
            assert b"0800".startswith(segment.data)


@given(st.sampled_from(LINKS), st.sampled_from(VECTORS["segments"]), st.data())
def test_no_packet_raises_anything_else(link_type, case, data):
    changed = bytearray(wire(case))
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    segment = outcome(segment_of, Packet(1.5, bytes(changed), link_type))
    assert isinstance(segment, DecodeError) or len(segment.data) <= segment.size


def test_many_tags_are_read_in_one_pass():
    tags = bytes.fromhex("81000064") * 50_000
    with pytest.raises(DecodeError, match="IP"):
        segment_of(Packet(0.0, bytes(12) + tags + b"\x08\x06", 1))


def test_a_limit_is_named(monkeypatch):
    monkeypatch.setattr("cardswitch.wire.capture.packets.PACKETS_MAX", 5)
    check_packet(5, 262_144, 40)
    with pytest.raises(DecodeError, match="at byte 40: expected at most 5 packets"):
        check_packet(6, 1, 40)
    with pytest.raises(
        DecodeError, match=r"at byte 40: .* 262144 .* seen 262145 bytes in packet 3"
    ):
        check_packet(3, 262_145, 40)


def test_nothing_shows_its_bytes():
    packet = tcp(1.5, 7, b"9999990000000014")
    shown = f"{packet} {segment_of(packet)} {Capture((packet,))}"
    assert "<Segment of 16 bytes at 1.5>" in shown
    assert "9999" not in shown


def test_endpoints_are_values():
    assert Endpoint("192.0.2.1", 1) == Endpoint("192.0.2.1", 1)
    assert segment_of(tcp(0.0, 1)).endpoints()[0] == Endpoint("192.0.2.1", 50000)
    assert tcp(0.0, 1).link_type == LINK_RAW
