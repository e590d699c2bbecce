"""specs.parts.datasets: identifiers, lengths, TLV or a bitmap within, as ISO 8583:2003 has them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import DecodeError, EncodeError
from cardswitch.specs.parts.ber import Ber
from cardswitch.specs.parts.datasets import DBM_BYTES_MAX, TLV, DatasetBitmap, Datasets, element_max
from cardswitch.specs.parts.layout import PARTS_MAX

PARTS = load_dialect(str(Path(__file__).parents[2] / "vectors" / "parts_dialect.toml")).form.parts
DATASETS, BITMAP = PARTS["34"], PARTS["34.71"]

identifiers = st.integers(1, 0xFE).map(lambda number: f"{number:02X}")
hexes = st.binary(max_size=300).map(lambda raw: raw.hex().upper())
elements = st.fixed_dictionaries(
    {},
    optional={
        "1": st.just("AB"),
        "3": st.text("XY", min_size=1, max_size=9),
        "15": st.just("C"),
        "16": st.just("D"),
        TLV: st.just("950100"),
    },
)


@given(st.lists(st.tuples(identifiers, hexes), max_size=6))
def test_datasets_come_back_in_their_order(items):
    octets = DATASETS.join([DATASETS.make(key, value) for key, value in items])
    parts = DATASETS.split(octets)
    assert [(part.key, part.value) for part in parts] == items
    assert DATASETS.join(parts) == octets


@given(elements)
def test_elements_come_back(values):
    parts = []
    for key, value in values.items():
        parts = BITMAP.place(parts, BITMAP.make(key, value))
    octets = BITMAP.join(parts)
    read = BITMAP.split(octets)
    assert {part.key: part.value for part in read} == values
    assert BITMAP.join(read) == octets
    assert len(octets) - sum(len(part.raw) for part in read) == (
        3 if {"15", "16"} & values.keys() else 2
    )


@given(st.sampled_from([DATASETS, BITMAP]), st.binary(max_size=40))
def test_anything_is_split_and_joined_or_refused_by_name(layout, octets):
    try:
        parts = layout.split(octets)
    except DecodeError:
        return
    assert layout.join(parts) == octets


def test_what_an_identifier_holds():
    assert isinstance(DATASETS.inner("01"), Ber)
    assert isinstance(DATASETS.inner("70"), Ber)
    assert isinstance(DATASETS.inner("71"), DatasetBitmap)
    undeclared = Datasets(binary=True, content=Ber(binary=True))
    assert (undeclared.inner("71"), undeclared.inner("70")) == (None, undeclared.content)
    for key in ("72", "FE", "00", "FF", "1", "011", ""):
        assert DATASETS.inner(key) is None
    assert isinstance(BITMAP.inner(TLV), Ber)
    assert BITMAP.inner("1") is None


def test_datasets_are_counted():
    assert len(DATASETS.split(b"\x01\0\0" * PARTS_MAX)) == PARTS_MAX
    with pytest.raises(DecodeError, match="at most 128 datasets"):
        DATASETS.split(b"\x01\0\0" * (PARTS_MAX + 1))


def test_names():
    known, unknown = DATASETS.split(b"\x01\0\0\x02\0\0")
    assert (known.name, known.known) == ("authentication", True)
    assert (unknown.name, unknown.known) == ("", False)


@pytest.mark.parametrize(
    ("size", "last"), [(2, 14), (3, 21), (4, 28), (DBM_BYTES_MAX, element_max())]
)
def test_how_many_elements_a_bitmap_says(size, last):
    """14 in two bytes: bit 16 says that TLV follows. Where a byte follows, it is element 15."""
    # Every element is an octet, so that the highest alone tells the size of the bitmap.
    one = BITMAP.make("1", "AB")
    part = type(one)(key=str(last), name="", value="", start=0, end=0, raw=b"")
    assert len(BITMAP.join([part])) == size
    if last < element_max():
        beyond = type(one)(key=str(last + 1), name="", value="", start=0, end=0, raw=b"")
        assert len(BITMAP.join([beyond])) == size + 1


@pytest.mark.parametrize("octets", ["", "00", "80", "8000", "C000", "40"])
def test_a_bitmap_cut_off(octets):
    with pytest.raises(DecodeError):
        BITMAP.split(bytes.fromhex(octets))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("00", ""),
        ("FF", ""),
        ("1", ""),
        ("0101", ""),
        ("zz", ""),
        ("01", "0"),
        ("01", "00" * 65536),
    ],
)
def test_what_would_not_read_back_is_not_made(key, value):
    with pytest.raises(EncodeError):
        DATASETS.make(key, value)
    assert DATASETS.make("01", "00" * 65535).raw[:3] == b"\x01\xff\xff"
