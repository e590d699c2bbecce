"""lab.fuzz.chip_grammar: construct reads what we read; where it is missing it has no opinion."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.lab.fuzz import chip_grammar
from cardswitch.lab.fuzz.chip_grammar import SIZE_MAX, read_chip
from cardswitch.specs.errors import DecodeError
from cardswitch.specs.fuzzing.strategies import hostile_tlv, tlv
from cardswitch.specs.tlv import Tlv, pack_tlv, unpack_tlv

pytest.importorskip("construct")


@given(tlv())
def test_construct_reads_the_same(objects):
    data = bytes.fromhex(pack_tlv(objects))
    assert (
        read_chip(data) == objects[: len(objects) if len(data) <= SIZE_MAX else 0]
        or len(data) > SIZE_MAX
    )


@given(st.one_of(hostile_tlv(), st.binary(max_size=30)))
def test_it_never_disagrees_nor_fails(data):
    theirs = read_chip(data)
    try:
        ours = unpack_tlv(data)
    except DecodeError:
        return
    assert theirs == ours


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9F36028001", (Tlv("9F36", b"\x80\x01"),)),
        ("009F3600", (Tlv("9F36"),)),
        ("E1039F0200", (Tlv("E1", children=(Tlv("9F02"),)),)),
        ("9F0281010A", (Tlv("9F02", b"\x0a"),)),  # not the shortest form: looser than ours
        ("9F02", None),
        ("9F0280", None),
        ("E1059F02", None),
    ],
)
def test_known_answers(text, expected):
    assert read_chip(bytes.fromhex(text)) == expected


def test_without_construct_there_is_no_opinion(monkeypatch):
    monkeypatch.setitem(sys.modules, "construct", None)
    chip_grammar.grammar.cache_clear()
    assert read_chip(b"\x9f\x36\x00") is None
    chip_grammar.grammar.cache_clear()


def test_what_is_too_long_is_left_alone():
    assert read_chip(b"\x00" * (SIZE_MAX + 1)) is None
