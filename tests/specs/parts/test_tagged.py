"""specs.parts.tagged: TLV and LTV in every encoding; hostile lengths are refused in their place."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import DecodeError, EncodeError
from cardswitch.specs.parts.layout import PARTS_MAX
from cardswitch.specs.tlv import pack_private, unpack_private

PARTS = load_dialect(str(Path(__file__).parents[2] / "vectors" / "parts_dialect.toml")).form.parts
TAGGED = ["48", "60", "61", "62", "63"]
TAGS = {
    "48": st.text("AZ019", min_size=2, max_size=2),
    "60": st.text("0123456789", min_size=4, max_size=4),
    "61": st.text("AZ09", min_size=3, max_size=3),
    "62": st.text("0123456789ABCDEF", min_size=2, max_size=2),
    "63": st.text("0123456789", min_size=2, max_size=2),
}


@pytest.mark.parametrize("path", TAGGED)
@given(data=st.data())
def test_parts_come_back_in_their_order(path, data):
    layout = PARTS[path]
    tags = TAGS[path].filter(lambda tag: tag not in layout.fields)
    text = st.binary(max_size=40).map(lambda raw: raw.hex().upper())
    text = text if layout.binary else st.text("Aa 1", max_size=40)
    items = data.draw(st.lists(st.tuples(tags, text), max_size=8))
    octets = layout.join([layout.make(tag, value) for tag, value in items])
    parts = layout.split(octets)
    assert [(part.key, part.value) for part in parts] == items
    assert layout.join(parts) == octets
    for part in parts:
        assert part.raw == octets[part.start : part.end]


@pytest.mark.parametrize("path", TAGGED)
@given(octets=st.one_of(st.binary(max_size=30), st.text("0129AZ+ ", max_size=30).map(str.encode)))
def test_anything_is_split_and_joined_or_refused_by_name(path, octets):
    layout = PARTS[path]
    try:
        parts = layout.split(octets)
    except DecodeError:
        return
    assert layout.join(parts) == octets


@given(st.dictionaries(st.text("AZ019", min_size=2, max_size=2), st.text("a 1", max_size=99)))
def test_the_library_reads_the_same(values):
    known = PARTS["48"].fields
    values = {tag: value for tag, value in values.items() if tag not in known}
    octets = pack_private(values).encode()
    parts = PARTS["48"].split(octets)
    assert {part.key: part.value for part in parts} == unpack_private(octets.decode())


@pytest.mark.parametrize(
    ("path", "tag", "value", "octets"),
    [
        ("48", "61", "12345", "363130353132333435"),
        ("48", "92", "", "39323030"),
        ("60", "0001", "123", "000400010123"),
        ("60", "0099", "FF", "00030099FF"),
        ("61", "ABC", "A1", "C1C2C3F0F0F2C1F1"),
        ("62", "DF", "AB", "DF00024142"),
        ("63", "07", "0102", "07020102"),
    ],
)
def test_known_octets(path, tag, value, octets):
    layout, data = PARTS[path], bytes.fromhex(octets)
    assert layout.make(tag, value).raw == data
    [part] = layout.split(data)
    assert (part.key, part.value, part.known) == (tag, value, tag in layout.names)


def test_an_empty_value_is_a_value():
    """K34: a tag without a value is no fault, and no division by nothing."""
    for path in TAGGED:
        layout = PARTS[path]
        tag = next(iter(layout.names), "07")
        [part] = layout.split(layout.make(tag, "").raw)
        assert part.value == ""


def test_tags_may_come_again():
    octets = b"ZZ01A" + b"ZZ01B" + b"ZZ01A"
    parts = PARTS["48"].split(octets)
    assert [part.value for part in parts] == ["A", "B", "A"]
    assert PARTS["48"].join(parts) == octets


def test_tags_are_counted():
    assert len(PARTS["48"].split(b"ZZ00" * PARTS_MAX)) == PARTS_MAX
    with pytest.raises(DecodeError, match="at most 128 tags"):
        PARTS["48"].split(b"ZZ00" * 300)


@pytest.mark.parametrize("length", ["-1", "+5", " 5", "5 ", "1_", "A1", "\n5", "²3", "--"])
def test_a_length_is_digits(length):
    octets = b"ZZ" + length.encode("latin-1") + b"12345678"
    with pytest.raises(DecodeError, match="a length: 2 bytes of ascii") as caught:
        PARTS["48"].split(octets)
    assert (caught.value.field, caught.value.offset) == ("", 2)


def test_an_unknown_tag_is_not_named():
    """It may be a piece of a value, once the lengths are wrong."""
    with pytest.raises(DecodeError) as caught:
        PARTS["48"].split(b"9999" + b"99" * 10)
    assert caught.value.field == ""
    assert "9999" not in str(caught.value)


@pytest.mark.parametrize(
    ("path", "tag", "value"),
    [
        ("48", "Z", "A"),
        ("48", "Z.", "A"),
        ("48", "ZZ", "A" * 100),
        ("48", "ZZ", "€"),
        ("48", "61", "1234"),
        ("60", "0002", "123"),
        ("62", "9C", "0"),
        ("62", "9c", "00"),
        ("63", "07", "00" * 100),
    ],
)
def test_what_would_not_read_back_is_not_made(path, tag, value):
    with pytest.raises(EncodeError):
        PARTS[path].make(tag, value)
