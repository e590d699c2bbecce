"""Frames without a length come out the same however the stream is chopped up."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs.errors import EncodeError
from cardswitch.wire.delimited import Delimited
from cardswitch.wire.framing import FramingError

PLAIN, FRAMED = Delimited(), Delimited(stx_lrc=True)
BYTES = st.integers(0, 255).filter(lambda byte: byte != 3)
PAYLOADS = st.lists(st.lists(BYTES, min_size=1, max_size=30).map(bytes), max_size=6)


def feed(framing, *pieces):
    framer = framing.framer()
    return [frame for piece in pieces for frame in framer.feed(piece)]


@pytest.mark.parametrize(
    ("framing", "wire"), [(PLAIN, "3038303003"), (FRAMED, "0230383030030b"), (FRAMED, "02410342")]
)
def test_known_answers(framing, wire):
    """The LRC of "0800" and ETX: 30^38^30^30 is 08, and 08^03 is 0b."""
    [payload] = feed(framing, bytes.fromhex(wire))
    assert framing.frame(payload).hex() == wire


@given(st.sampled_from([PLAIN, FRAMED]), PAYLOADS, st.data())
def test_the_pieces_of_a_stream_do_not_matter(framing, payloads, data):
    stream = b"".join(map(framing.frame, payloads)) + framing.frame(b"AB")[:-2]
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=6).map(sorted))
    pieces = [stream[start:end] for start, end in pairwise([0, *cuts, len(stream)])]
    assert feed(framing, stream) == payloads
    assert feed(framing, *(stream[i : i + 1] for i in range(len(stream)))) == payloads
    assert feed(framing, *pieces) == payloads


@pytest.mark.parametrize(("framing", "nothing"), [(PLAIN, b"\3"), (FRAMED, b"\2\3\3")])
def test_a_frame_of_nothing_is_a_keep_alive(framing, nothing):
    framer = framing.framer()
    assert framer.feed(nothing + framing.frame(b"A") + nothing) == [b"A"]
    assert not framer.is_partial


@pytest.mark.parametrize(
    ("framing", "wire", "expected"),
    [
        (FRAMED, b"A", "expected an STX, seen 41"),
        (FRAMED, b"\2A\3\0", "expected the LRC"),
        (FRAMED, b"\2A\3B0800", "expected an STX, seen 30"),
        (Delimited(frame_size_max=5), b"123456", "an ETX within 5 bytes"),
        (Delimited(frame_size_max=5), b"123456\3", "an ETX within 5 bytes"),
        (Delimited(stx_lrc=True, frame_size_max=5), b"\x02123456", "an ETX within 5 bytes"),
    ],
)
def test_what_is_no_frame_ends_the_stream(framing, wire, expected):
    with pytest.raises(FramingError, match=expected):
        feed(framing, wire)


def test_frames_before_a_malformed_one_are_not_lost():
    with pytest.raises(FramingError) as caught:
        feed(FRAMED, FRAMED.frame(b"A") + FRAMED.frame(b"B") + b"C")
    assert caught.value.frames == [b"A", b"B"]


def test_the_largest_frame_passes():
    for framing in (Delimited(frame_size_max=5), Delimited(stx_lrc=True, frame_size_max=5)):
        assert feed(framing, framing.frame(b"12345")) == [b"12345"]
        assert feed(framing, *(bytes([b]) for b in framing.frame(b"12345"))) == [b"12345"]


@pytest.mark.parametrize("payload", [b"", b"A\3B", b"x" * 4097])
def test_what_cannot_be_told_apart_is_not_said(payload):
    for framing in (PLAIN, FRAMED):
        with pytest.raises(EncodeError, match="without the byte 03"):
            framing.frame(payload)


def test_a_frame_that_has_begun_is_known():
    framer = PLAIN.framer()
    for piece, is_partial in [(b"A", True), (b"\3", False)]:
        framer.feed(piece)
        assert framer.is_partial == is_partial
