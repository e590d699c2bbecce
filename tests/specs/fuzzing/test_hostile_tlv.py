"""specs.fuzzing.hostile_tlv: bombs fit where they are put, and are refused by name."""

from random import Random

from cardswitch.specs.errors import DecodeError
from cardswitch.specs.fuzzing.hostile_tlv import LENGTHS, make_hostile_tlv
from cardswitch.specs.tlv import unpack_tlv


def said(data):
    try:
        unpack_tlv(data)
    except DecodeError as error:
        return error.expected
    return "read"


def test_it_fits_and_is_never_empty():
    for size in (0, 1, 2, 7, 255, 999):
        for seed in range(100):
            assert 1 <= len(make_hostile_tlv(Random(seed).randrange, size)) <= max(1, size)


def test_every_refusal_of_the_reader_is_met():
    seen = {said(make_hostile_tlv(Random(seed).randrange, 999)) for seed in range(500)}
    assert {
        "at most 8 templates deep",
        "at most 128 tags",
        "the end of a tag within 4 bytes",
        "a length byte 00-7F or 81-84",
        "a length of the shortest form",
        "as many bytes as the length says",
        "read",
    } <= seen


def test_lengths_are_whole_bytes():
    assert all(bytes.fromhex(length) for length in LENGTHS)
