"""Envelopes: every length in front that there is, and those that lie."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs.doctor.envelopes import ENVELOPES, FRAMES_MAX, Envelope, open_envelopes
from tests.kit.samples.doctor import framed

CASES = [
    ("binary2", "binary", False, False),
    ("little2", "binary, low byte first", False, False),
    ("binary2-inclusive", "binary", True, False),
    ("binary4", "binary", False, False),
    ("ascii4", "ASCII digits", False, False),
    ("ascii4-inclusive", "ASCII digits", True, False),
    ("bcd2", "BCD", False, False),
    ("binary2-etx", "binary", False, True),
    ("etx", "", False, True),
]


@pytest.mark.parametrize(("kind", "name", "inclusive", "etx"), CASES)
@pytest.mark.parametrize("sizes", [(120,), (120, 333), (5, 17, 299)])
def test_a_length_is_recognised(kind, name, inclusive, etx, sizes):
    data = [framed(kind, b"A" * size) for size in sizes]
    found = [(e.kind, e.inclusive, e.etx) for e, _ in open_envelopes(data)]
    assert (name, inclusive, etx) in found
    messages = dict(zip(found, (m for _, m in open_envelopes(data)), strict=True))
    assert [len(message) for message in messages[name, inclusive, etx]] == list(sizes)


@pytest.mark.parametrize("kind", ["binary2", "ascii4", "bcd2"])
def test_frames_in_one_piece_are_cut(kind):
    assert (b"AA",) * 3 in [m for _, m in open_envelopes([framed(kind, b"AA") * 3])]


def test_a_length_must_be_right_in_all():
    data = [framed("binary2", b"A" * 9), framed("binary2", b"A" * 9)[:-1]]
    assert [envelope.kind for envelope, _ in open_envelopes(data)] == [""]


@pytest.mark.parametrize("data", [b"00 5ABCDE", b"+005ABCDE", b"\x00\x0aABCDEFGHIJ"[:-1], b"\0\0"])
def test_what_is_no_length_is_none(data):
    assert [envelope.kind for envelope, _ in open_envelopes([data])] == [""]


def test_there_is_an_end_to_many_frames():
    assert Envelope(kind="binary", size=2).cut(b"\0\1A" * (FRAMES_MAX + 1)) is None


@given(st.binary(max_size=64))
def test_any_bytes_are_cut_into_what_they_have_or_not_at_all(data):
    for envelope in ENVELOPES:
        messages = envelope.cut(data)
        if messages is not None:
            assert messages
            assert all(messages)
            own = (envelope.size + envelope.etx) * len(messages)
            assert sum(map(len, messages)) + own == len(data)
            assert str(envelope)
