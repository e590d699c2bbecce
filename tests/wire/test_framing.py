"""Frames come out the same however the stream is chopped; whatever is no length ends it."""

import tomllib
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs.errors import EncodeError
from cardswitch.wire.framing import Ending, Framing, FramingError, LengthEncoding

VECTORS = tomllib.loads((Path(__file__).parents[1] / "vectors" / "framing.toml").read_text())
ENCODINGS = list(get_args(LengthEncoding))
FRAMINGS = [
    Framing(encoding, inclusive, ending=ending)
    for encoding in ENCODINGS
    for inclusive in (False, True)
    for ending in get_args(Ending)
]
PAYLOADS = st.lists(st.binary(min_size=1, max_size=40), max_size=8)


def feed(framing, *pieces):
    framer = framing.framer()
    return [frame for piece in pieces for frame in framer.feed(piece)]


@pytest.mark.parametrize("case", VECTORS["frames"], ids=lambda case: case["wire"])
def test_known_answers(case):
    ending = case.get("ending", "none")
    framing = Framing(case["length_encoding"], case["inclusive"], ending=ending)
    payload, wire = bytes.fromhex(case["payload"]), bytes.fromhex(case["wire"])
    assert framing.frame(payload) == wire
    assert feed(framing, wire) == [payload]


@given(st.sampled_from(FRAMINGS), PAYLOADS, st.binary(max_size=3), st.data())
def test_the_pieces_of_a_stream_do_not_matter(framing, payloads, beginning, data):
    tail = framing.frame(b"ABCD")[: len(beginning)]
    stream = b"".join(map(framing.frame, payloads)) + tail
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=6).map(sorted))
    pieces = [stream[start:end] for start, end in pairwise([0, *cuts, len(stream)])]
    assert feed(framing, stream) == payloads
    assert feed(framing, *(stream[i : i + 1] for i in range(len(stream)))) == payloads
    assert feed(framing, *pieces) == payloads


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_largest_frame_passes_and_one_byte_more_does_not(encoding):
    framing = Framing(encoding, inclusive=True, frame_size_max=1000)
    assert feed(framing, framing.frame(b"x" * 1000)) == [b"x" * 1000]
    longer = Framing(encoding, inclusive=True).frame(b"x" * 1001)
    with pytest.raises(FramingError):
        framing.framer().feed(longer)
    with pytest.raises(EncodeError, match="1 to 1000 bytes, seen 1001 bytes"):
        framing.frame(b"x" * 1001)


@pytest.mark.parametrize("case", VECTORS["malformed"], ids=lambda case: case["why"])
def test_what_is_no_length_ends_the_stream(case):
    framing = Framing(case["length_encoding"])
    with pytest.raises(FramingError, match="expected a length"):
        framing.framer().feed(bytes.fromhex(case["wire"]))


@given(st.binary(min_size=4, max_size=4))
def test_four_bytes_are_a_length_only_if_all_are_ascii_digits(length):
    framing = Framing("ascii4", frame_size_max=9999)
    digits = all(0x30 <= byte <= 0x39 for byte in length)
    assert (length in framing.sizes) == digits


@pytest.mark.parametrize("already", [0, 1, 3, 4, 6, 7])
def test_frames_before_a_malformed_one_are_not_lost(already):
    framer, stream = Framing("binary2").framer(), b"\0\1A\0\1B\xff\xff"
    frames = framer.feed(stream[:already])
    with pytest.raises(FramingError) as caught:
        framer.feed(stream[already:])
    assert frames + caught.value.frames == [b"A", b"B"]


@pytest.mark.parametrize(
    ("encoding", "inclusive", "nothing"),
    [
        ("binary2", False, b"\0\0"),
        ("binary2", True, b"\0\2"),
        ("binary4", False, bytes(4)),
        ("little2", True, b"\2\0"),
        ("little4", True, b"\4\0\0\0"),
        ("ascii4", False, b"0000"),
        ("ascii4", True, b"0004"),
        ("hex4", False, b"0000"),
        ("bcd2", False, b"\0\0"),
        ("bcd2", True, b"\0\2"),
        ("vap", False, bytes(4)),
        ("vap", True, b"\0\4\0\0"),
    ],
)
@pytest.mark.parametrize("ending", get_args(Ending))
def test_a_frame_of_nothing_is_a_keep_alive_at_every_framing(encoding, inclusive, nothing, ending):
    framing = Framing(encoding, inclusive, ending=ending)
    stream = nothing + framing.frame(b"A") + nothing * 3 + framing.frame(b"B") + nothing
    assert feed(framing, stream) == [b"A", b"B"]
    assert feed(framing, *(stream[i : i + 1] for i in range(len(stream)))) == [b"A", b"B"]


def test_hex_digits_may_be_small():
    assert feed(Framing("hex4"), b"001a" + b"x" * 26) == [b"x" * 26]


@pytest.mark.parametrize("ending", ["etx", "counted-etx"])
def test_where_the_etx_must_be_there_is_nothing_else(ending):
    framing = Framing("binary2", ending=ending)
    with pytest.raises(FramingError, match="expected an ETX") as caught:
        feed(framing, framing.frame(b"A") + framing.frame(b"B")[:-1] + b"\4")
    assert caught.value.frames == [b"A"]


def test_a_frame_shorter_than_the_least_is_malformed():
    with pytest.raises(FramingError):
        feed(Framing("binary2", frame_size_min=12), b"\0\x0b" + b"x" * 11)


def test_a_frame_that_has_begun_is_known():
    framer = Framing("binary2").framer()
    for piece, is_partial in [(b"\0", True), (b"\2", True), (b"A", True), (b"B", False)]:
        framer.feed(piece)
        assert framer.is_partial == is_partial


@pytest.mark.parametrize(
    ("encoding", "inclusive", "size"),
    [("ascii4", False, 10_000), ("bcd2", True, 9_998), ("binary2", False, 65_536), ("bcd2", 0, 0)],
)
def test_sizes_that_cannot_be_written_are_refused(encoding, inclusive, size):
    with pytest.raises(ValueError, match="frame sizes 1 to"):
        Framing(encoding, bool(inclusive), frame_size_max=size)


def test_framings_that_are_equal_share_their_tables():
    one, other = Framing("binary2"), Framing("binary2")
    assert one.prefixes is other.prefixes
    assert one.sizes is other.sizes
    assert Framing("binary2", inclusive=True).prefixes != one.prefixes
