"""Surfaces: MTI and bitmap in all their encodings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs.doctor.surfaces import read_numbers, see_surfaces
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
    [found] = see_surfaces([("0800" + "0020000000000000" + "000001").encode("cp500")])[-1:]
    assert (found.mti, found.bitmap) == ("ebcdic-500", "ebcdic-500")


def test_all_messages_must_look_the_same():
    assert not see_surfaces([wire("iso87-ascii"), wire("iso87-binary")])
    assert not see_surfaces([b"0800" + b"00200000" * 2, b"1800" + b"00200000" * 2])


@pytest.mark.parametrize(
    "data",
    [b"", b"\0" * 8, b"\x80" + b"\0" * 7, b"\x80" + b"\0" * 15, b"\x80" + b"\0" * 6 + b"\1" * 9],
)
def test_a_bitmap_that_says_nothing_or_too_much_is_none(data):
    assert not read_numbers("binary", data) or max(read_numbers("binary", data)) > 64


@given(st.binary(max_size=60))
def test_any_bytes_have_surfaces_or_none(data):
    for surface in see_surfaces([data]):
        assert surface.version in "012"
