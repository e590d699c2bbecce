"""Surfaces: MTI and bitmap in all their encodings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs.doctor.surfaces import bits_at, see_surfaces
from cardswitch.specs.grammar.bitmap import Bitmaps
from cardswitch.specs.grammar.encodings import encoding_of
from tests.kit.samples.doctor import ECHO, SALE, wire

SEEN = [
    ("iso87-ascii", "ascii", "0", "hex"),
    ("iso87-binary", "bcd", "0", "binary"),
    ("iso87-ebcdic", "ebcdic-500", "0", "binary"),
]


@pytest.mark.parametrize("message", [SALE, ECHO])
@pytest.mark.parametrize(("name", "mti", "version", "bitmap"), SEEN)
def test_a_surface_is_seen_and_is_the_least_odd(name, mti, version, bitmap, message):
    found = see_surfaces([wire(name, message=message)])
    best = min(found, key=lambda surface: surface.implausibilities)
    assert (best.mti, best.version, best.bitmap, best.implausibilities) == (mti, version, bitmap, 0)


def test_a_bitmap_in_ebcdic_digits_is_seen():
    found = see_surfaces([("0800" + "0020000000000000" + "000001").encode("cp500")])
    assert ("ebcdic-500", "ebcdic-500") in [(each.mti, each.bitmap) for each in found]


@pytest.mark.parametrize(
    ("bits", "expected"),
    [
        ("4000000000000000" + "0000000000000000", "16"),
        ("C000000000000000" + "0000000000000000", "16, bit 1 always set"),
        ("4000000000000000" + "0000000000000001", "16, bit 1 never set"),
        ("C000000000000000" + "1" * 16, "8, bit 1 always set"),
        ("4000000000000000" + "0" * 32, "24"),
        ("C000000000000000" + "8" + "0" * 31, "24, bit 1 always set"),
    ],
)
@pytest.mark.parametrize("encoding", ["hex", "binary"])
def test_how_many_bitmaps_there_always_are_is_seen(bits, expected, encoding):
    wire = b"0200" + (bits.encode() if encoding == "hex" else bytes.fromhex(bits)) + b"1" * 20
    seen = [str(each) for found in see_surfaces([wire]) for each in found.bitmaps]
    assert expected in seen


def test_a_bitmap_in_lower_case_is_seen():
    assert see_surfaces([b"0800" + b"00c0000000000000" + b"1" * 20])[-1].bitmap == "hex"


def test_all_messages_must_look_the_same():
    assert not see_surfaces([wire("iso87-ascii"), wire("iso87-binary")])
    assert not see_surfaces([b"0800" + b"00200000" * 2, b"1800" + b"00200000" * 2])


@pytest.mark.parametrize(
    "data",
    [b"", b"\0" * 8, b"\x80" + b"\0" * 7, b"\x80" + b"\0" * 15, b"\x80" + b"\0" * 6 + b"\1" * 9],
)
def test_a_bitmap_that_says_nothing_or_too_much_is_none(data):
    bits = bits_at(encoding_of("binary"), data, Bitmaps())
    assert not bits or max(Bitmaps().numbers_of(bits)) > 64


@given(st.binary(max_size=60))
def test_any_bytes_have_surfaces_or_none(data):
    for surface in see_surfaces([data]):
        assert surface.version in "012"
