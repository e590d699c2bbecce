"""Streams of other systems are cut into frames."""

import pytest

from cardswitch.wire.capture.cutting import by_length, by_marks, by_segment
from cardswitch.wire.capture.reassembly import Piece

BODY = b"0800"


@pytest.mark.parametrize(
    ("name", "inclusive", "length"),
    [
        ("binary2", False, b"\0\4"),
        ("binary2", True, b"\0\6"),
        ("binary2-little", False, b"\4\0"),
        ("ascii4", False, b"0004"),
        ("ascii4", True, b"0008"),
        ("ascii5", False, b"00004"),
        ("hex4", False, b"0004"),
        ("bcd2", False, b"\0\4"),
        ("vap", False, b"\0\4\0\0"),
    ],
)
def test_lengths(name, inclusive, length):
    cut = by_length(name, inclusive)
    frames = cut([Piece(1.0, (length + BODY) * 2, 0)])
    assert [frame.data for frame in frames.frames] == [BODY, BODY]
    assert frames.unframed == ()
    assert cut([Piece(1.0, length + BODY[:2], 0)]).unframed[0].reason == "the frame is not whole"


@pytest.mark.parametrize(
    ("data", "expected"),
    [(b"\x020800\x03", BODY), (b"\x020800\x03\x7f", BODY), (b"0800", None), (b"\x02", None)],
)
def test_marks(data, expected):
    frames = by_marks([Piece(1.0, data, 0)])
    assert [frame.data for frame in frames.frames] == ([expected] if expected else [])
    assert bool(frames.unframed) == (expected is None)


def test_segments():
    pieces = [Piece(1.0, BODY, 0), Piece(2.0, BODY, 4)]
    assert [(frame.time, frame.data) for frame in by_segment(pieces).frames] == [
        (1.0, BODY),
        (2.0, BODY),
    ]
