"""However a network tore a stream, it is whole again or the holes are named; then it is framed."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs.errors import DecodeError
from cardswitch.wire.capture.packets import ACK, FIN, RST, SYN, Endpoint, Packet
from cardswitch.wire.capture.reassembly import REACH_MAX, Piece, frames_of, streams_of
from cardswitch.wire.framing import Framing
from tests.kit.samples.captures import HERE, THERE, tcp

FRAMING = Framing("binary2")
PAN = b"9999990000000014"


def only(packets):
    """The one stream in *packets*."""
    [stream] = streams_of(packets).streams
    return stream


def pieces(stream):
    return [(piece.time, piece.offset, piece.data) for piece in stream.pieces]


def whole(stream):
    return b"".join(piece.data for piece in stream.pieces)


# Streams ------------------------------------------------------------------------------------------


@st.composite
def torn(draw):
    """A text, and segments that cover it: overlapping, repeated, in any order, SYN and FIN too."""
    text = bytes(range(draw(st.integers(1, 60))))
    initial = draw(st.sampled_from([0, 1000, 2**31 - 20, 2**32 - 1, 2**32 - 30]))
    cuts = draw(st.lists(st.integers(0, len(text)), max_size=8).map(sorted))
    parts = list(pairwise([0, *cuts, len(text)]))
    places = st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))
    parts += [tuple(sorted(pair)) for pair in draw(st.lists(places, max_size=5))]
    sent = [(initial + 1 + start, text[start:end], ACK) for start, end in parts]
    if draw(st.booleans()):
        sent.append((initial, b"", SYN))
    if draw(st.booleans()):
        sent.append((initial + 1 + len(text), b"", FIN | ACK))
    return text, sent


@given(torn(), st.data())
def test_however_a_stream_is_torn_it_is_the_same(stream, data):
    text, sent = stream
    order = data.draw(
        st.permutations(sent + data.draw(st.lists(st.sampled_from(sent), max_size=3)))
    )
    # A FIN alone is not known as part of a stream before that has begun.
    order.insert(0, next(part for part in order if part[1] or part[2] & SYN))
    found = only([tcp(float(time), *part) for time, part in enumerate(order)])
    flags = {flags for *_, flags in sent}
    assert whole(found) == text
    assert (found.gaps, found.has_start, found.has_end) == (0, SYN in flags, FIN | ACK in flags)
    assert [piece.time for piece in found.pieces] == sorted(piece.time for piece in found.pieces)
    assert all(a.offset + len(a.data) == b.offset for a, b in pairwise(found.pieces))


@given(torn(), st.data())
def test_bytes_that_are_missing_are_gaps_and_nothing_is_made_up(stream, data):
    text, sent = stream
    initial = sent[0][0] - 1
    kept = data.draw(st.lists(st.sampled_from(sent), unique=True))
    packets = [tcp(float(time), *part) for time, part in enumerate([(initial, b"", SYN), *kept])]
    known = {at - initial - 1 + i for at, said, _ in kept for i in range(len(said))}
    ends = known | ({len(text)} if any(flags & FIN for *_, flags in kept) else set())
    holes = sum(at - 1 not in known for at in ends if at)
    for found in streams_of(packets).streams:
        assert {piece.offset + i for piece in found.pieces for i in range(len(piece.data))} == known
        assert all(text[p.offset : p.offset + len(p.data)] == p.data for p in found.pieces)
        assert found.gaps == holes


def test_a_byte_has_the_time_when_all_before_it_had_come():
    packets = [tcp(1.0, 1, b"ab"), tcp(2.0, 5, b"ef"), tcp(3.0, 3, b"cd"), tcp(4.0, 1, b"ab")]
    assert pieces(only(packets)) == [(1.0, 0, b"ab"), (3.0, 2, b"cd"), (3.0, 4, b"ef")]


def test_the_segment_that_begins_first_is_right():
    assert whole(only([tcp(1.0, 3, b"CDE"), tcp(2.0, 1, b"abc"), tcp(3.0, 1, b"xyz")])) == b"abcDE"


def test_a_stream_of_which_the_beginning_is_missing_begins_amid():
    found = only([tcp(1.0, 103, b"cd"), tcp(2.0, 101, b"ab")])
    assert (pieces(found), found.has_start) == ([(2.0, 0, b"ab"), (2.0, 2, b"cd")], False)


def test_gaps_at_the_beginning_amid_and_at_the_end_are_counted():
    packets = [tcp(0.0, 0, flags=SYN), tcp(1.0, 4, b"d"), tcp(2.0, 6, b"f"), tcp(3.0, 9, flags=FIN)]
    streams = streams_of(packets)
    assert pieces(streams.streams[0]) == [(1.0, 3, b"d"), (2.0, 5, b"f")]
    assert streams.streams[0].gaps == 3
    assert streams.notes == (
        "gaps: 3, the first is in what 192.0.2.1:50000 said to 192.0.2.2:8583",
    )


def test_what_the_capture_cut_off_is_a_gap():
    assert only([tcp(1.0, 1, b"ab", size=4), tcp(2.0, 5, b"ef")]).gaps == 1
    assert only([tcp(1.0, 1, b"ab", size=4)]).gaps == 1


def test_a_sequence_number_wraps():
    start = 2**32 - 2
    found = only([tcp(0.0, start - 1, flags=SYN), tcp(1.0, start, b"ab"), tcp(2.0, 0, b"cd")])
    assert (whole(found), found.gaps) == (b"abcd", 0)


def test_data_on_a_syn_or_a_fin_counts():
    found = only([tcp(0.0, 9, b"ab", SYN), tcp(1.0, 12, b"cd", FIN | ACK)])
    assert (whole(found), found.has_start, found.has_end) == (b"abcd", True, True)


def test_a_keep_alive_of_one_byte_says_nothing():
    packets = [tcp(0.0, 1, b"ab"), tcp(1.0, 2, b"\0"), tcp(2.0, 3, b"cd"), tcp(3.0, 4, b"")]
    assert whole(only(packets)) == b"abcd"


def test_a_stream_that_is_not_known_does_not_begin_with_a_keep_alive():
    found = only([tcp(0.0, 10), tcp(1.0, 11, b"ab")])
    assert (pieces(found), found.gaps) == ([(1.0, 0, b"ab")], 0)


def test_a_reset_ends_a_stream_and_its_remark_is_not_said():
    found = only([tcp(0.0, 1, b"ab"), tcp(1.0, 3, b"no such port", RST)])
    assert (whole(found), found.gaps, found.has_end) == (b"ab", 0, True)


def test_a_port_used_again_makes_a_new_stream():
    packets = [
        tcp(0.0, 10, flags=SYN),
        tcp(1.0, 11, b"ab"),
        tcp(2.0, 13, flags=FIN),
        tcp(3.0, 500, flags=SYN),
        tcp(3.1, 500, flags=SYN),
        tcp(4.0, 501, b"cd"),
    ]
    first, second = streams_of(packets).streams
    assert (whole(first), first.has_end, first.gaps) == (b"ab", True, 0)
    assert (whole(second), second.has_end, second.gaps) == (b"cd", False, 0)


def test_a_port_used_again_is_seen_without_its_syn():
    near, far = tcp(1.0, 3 + REACH_MAX, b"cd"), tcp(1.0, 4 + REACH_MAX, b"cd")
    assert [whole(s) for s in streams_of([tcp(0.0, 1, b"ab"), near]).streams] == [b"abcd"]
    assert [whole(s) for s in streams_of([tcp(0.0, 1, b"ab"), far]).streams] == [b"ab", b"cd"]
    assert len(streams_of([tcp(0.0, 2, b"ab"), tcp(1.0, 2**31, b"cd")]).streams) == 2


def test_a_syn_behind_data_that_is_known_is_of_a_new_connection():
    assert len(streams_of([tcp(0.0, 10, b"ab"), tcp(1.0, 12, b"cd", SYN)]).streams) == 2
    far = [tcp(0.0, REACH_MAX + 3, b"ab"), tcp(1.0, 1, b"cd", SYN)]
    assert len(streams_of(far).streams) == 2
    assert only([tcp(0.0, 11, b"ab"), tcp(1.0, 10, flags=SYN)]).has_start


def test_each_direction_and_each_port_is_a_stream():
    other = (HERE[0], 50001)
    packets = [
        tcp(0.0, 1, b"a"),
        tcp(1.0, 1, b"b", source=THERE, destination=HERE),
        tcp(2.0, 1, b"c", source=other),
        tcp(3.0, 2, b"d"),
    ]
    found = [(s.source, s.destination, whole(s)) for s in streams_of(packets).streams]
    here, there = Endpoint(*HERE), Endpoint(*THERE)
    assert found == [
        (here, there, b"ad"),
        (there, here, b"b"),
        (Endpoint(*other), there, b"c"),
    ]


def test_connections_that_say_nothing_are_left_out():
    silent = [tcp(0.0, 0, flags=SYN), tcp(1.0, 1, flags=FIN), tcp(2.0, 7, flags=RST | ACK)]
    assert streams_of(silent).streams == ()
    assert streams_of([tcp(0.0, 5), *silent[1:]]).streams == ()


def test_what_is_no_tcp_is_counted_by_its_kind():
    udp = tcp(0.0, 1).data[:9] + b"\x11" + tcp(0.0, 1).data[10:]
    packets = [tcp(0.0, 1, b"a"), Packet(1.0, udp, 101), Packet(2.0, udp, 101), Packet(3.0, b"", 9)]
    tcp_note, link_note = streams_of(packets).notes
    assert tcp_note.startswith("packets passed over: 2, the first is packet 2: at byte 9: expected")
    assert link_note.startswith("packets passed over: 1, the first is packet 4: expected a link")


def test_streams_are_limited(monkeypatch):
    monkeypatch.setattr("cardswitch.wire.capture.reassembly.STREAMS_MAX", 2)
    packets = [tcp(0.0, 1, b"a", source=(HERE[0], port)) for port in (1, 2, 3)]
    assert len(streams_of(packets[:2] * 2).streams) == 2
    with pytest.raises(DecodeError, match="at most 2 TCP streams, seen packet 3"):
        streams_of(packets)


# Frames -------------------------------------------------------------------------------------------


def cut(data, sizes, offset=0):
    """*data* as pieces of *sizes*, one second each."""
    starts = [0, *sizes, len(data)]
    return [
        Piece(float(time), data[start:end], offset + start)
        for time, (start, end) in enumerate(pairwise(starts))
        if end > start
    ]


def frames(found):
    return [(frame.time, frame.offset, frame.data) for frame in found.frames]


def unframed(found):
    return [(part.offset, part.size) for part in found.unframed]


@given(
    st.sampled_from([Framing(e, i) for e in ("binary2", "ascii4", "bcd2") for i in (0, 1)]),
    st.lists(st.binary(max_size=9), min_size=1, max_size=6),
    st.data(),
)
def test_frames_are_those_of_a_framer_and_have_the_time_of_their_last_byte(framing, said, data):
    keep_alive = next(prefix for prefix, size in framing.sizes.items() if not size)
    stream = b"".join(framing.frame(one) if one else keep_alive for one in said)
    sizes = data.draw(st.lists(st.integers(0, len(stream)), max_size=6).map(sorted))
    parts, framer = cut(stream, sizes), framing.framer()
    found = frames_of(parts, framing)
    expected = [(part.time, frame) for part in parts for frame in framer.feed(part.data)]
    assert [(frame.time, frame.data) for frame in found.frames] == expected
    assert unframed(found) == []
    for frame in found.frames:
        assert stream[frame.offset :].startswith(framing.frame(frame.data))


def test_what_has_no_legal_length_is_named_and_the_next_piece_begins_anew():
    parts = cut(b"\0\1A" + b"\xff\xffB" + b"\0\1C", [5, 6])
    found = frames_of(parts, FRAMING)
    assert frames(found) == [(0.0, 0, b"A"), (2.0, 6, b"C")]
    assert unframed(found) == [(3, 2), (5, 1)]
    assert found.unframed[0].reason == "expected a length in binary2 that says 1 to 4096 bytes"


@pytest.mark.parametrize("rest", [b"\0", b"\0\2", b"\0\2A"])
def test_a_frame_that_is_not_whole_is_named(rest):
    found = frames_of(cut(b"\0\1A" + rest, [3], offset=100), FRAMING)
    assert frames(found) == [(0.0, 100, b"A")]
    assert unframed(found) == [(103, len(rest))]
    assert found.unframed[0].reason == "the frame is not whole"


def test_behind_a_gap_framing_begins_anew():
    parts = [Piece(1.0, b"\0\1A\0\5BC", 0), Piece(2.0, b"\0\1D", 9)]
    found = frames_of(parts, FRAMING)
    assert frames(found) == [(1.0, 0, b"A"), (2.0, 9, b"D")]
    assert unframed(found) == [(3, 4)]


def test_nothing_is_framed_as_nothing():
    assert frames_of([], FRAMING) == frames_of(cut(b"", []), FRAMING)
    assert frames_of([], FRAMING).frames == ()


@given(st.binary(min_size=1, max_size=40), st.lists(st.integers(0, 40), max_size=5).map(sorted))
def test_every_byte_is_framed_or_named(data, sizes):
    framing = Framing("binary2", frame_size_max=300)
    parts = cut(data, [min(size, len(data)) for size in sizes])
    found = frames_of(parts, framing)
    spans = [(frame.offset, 2 + len(frame.data)) for frame in found.frames] + unframed(found)
    at = 0
    for offset, size in sorted(spans):
        assert offset == at
        at += size
    assert at == len(data)


def test_nothing_shows_its_bytes():
    streams = streams_of([tcp(1.0, 1, FRAMING.frame(PAN) + PAN)])
    found = frames_of(streams.streams[0].pieces, FRAMING)
    assert found.unframed[0].size == 16
    assert "<Frame of 16 bytes at 1.0>" in repr(found)
    assert "9999" not in repr((streams, found))
