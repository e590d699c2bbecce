"""specs.parts.nested: construct reads the same bitmaps; bit 1 is a part, or says more follow."""

from pathlib import Path

import construct as con
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import DecodeError, EncodeError
from cardswitch.specs.parts.nested import HEADER

PARTS = load_dialect(str(Path(__file__).parents[2] / "vectors" / "parts_dialect.toml")).form.parts
PLAIN, CONTINUED, HEADED, IN_TEXT = (PARTS[path] for path in ("126", "125", "124", "127"))


def bits(count):
    return con.Bitwise(con.Array(count, con.Flag))


PLAIN_ORACLE = con.Struct(
    "bits" / bits(64),
    "1" / con.If(con.this.bits[0], con.Bytes(2)),
    "2" / con.If(con.this.bits[1], con.Bytes(2)),
    "64" / con.If(con.this.bits[63], con.Bytes(1)),
    con.Terminated,
)
CONTINUED_ORACLE = con.Struct(
    "bits" / bits(64),
    "more" / con.If(con.this.bits[0], bits(64)),
    "2" / con.If(con.this.bits[1], con.Bytes(2)),
    "65" / con.If(con.this.more and con.this.more[0], con.Bytes(1)),
    "128" / con.If(lambda c: c.more and c.more[63], con.PascalString(con.Bytes(2), "ascii")),
    con.Terminated,
)
NUMBER = st.text("0123456789", min_size=3, max_size=3)
plain = st.fixed_dictionaries(
    {}, optional={"1": st.just("AB"), "2": NUMBER, "64": st.sampled_from(["00", "FF"])}
)
continued = st.fixed_dictionaries(
    {}, optional={"2": NUMBER, "65": st.just("Z"), "128": st.text("XY9", min_size=1, max_size=9)}
)


def joined(layout, values):
    parts = []
    for key, value in values.items():
        parts = layout.place(parts, layout.make(key, value))
    return layout.join(parts)


@given(plain)
def test_construct_reads_a_bitmap_alike(values):
    octets = joined(PLAIN, values)
    theirs = PLAIN_ORACLE.parse(octets)
    parts = PLAIN.split(octets)
    assert {part.key: part.value for part in parts} == values
    assert {part.key: part.raw for part in parts} == {
        key: theirs[key] for key in ("1", "2", "64") if theirs[key] is not None
    }
    assert PLAIN.join(parts) == octets


@given(continued)
def test_a_second_bitmap_is_there_by_need(values):
    octets = joined(CONTINUED, values)
    assert {part.key: part.value for part in CONTINUED.split(octets)} == values
    needs_second = bool({"65", "128"} & values.keys())
    flags = bits(64).parse(octets)
    assert flags[0] is needs_second
    assert flags[1] is ("2" in values)
    if needs_second:
        assert bits(64).parse(octets[8:])[0] is ("65" in values)
    assert CONTINUED.join(CONTINUED.split(octets)) == octets


@given(st.sampled_from([PLAIN, CONTINUED, HEADED, IN_TEXT]), st.binary(max_size=30), st.data())
def test_anything_is_split_and_joined_or_refused_by_name(layout, octets, data):
    head = data.draw(st.sampled_from([b"", b"\x40", b"\xc0" + bytes(7), b"4" + b"0" * 15]))
    octets = head + octets
    try:
        parts = layout.split(octets)
    except DecodeError:
        return
    assert layout.join(parts) == octets


def test_bit_1_is_a_part_where_the_bitmap_cannot_continue():
    """jPOS 701, 703: written as 8 bytes because of parts 1 to 6, read as 16 because of bit 1."""
    octets = joined(PLAIN, {"1": "AB", "2": "123"})
    assert octets.hex().upper() == "C0000000000000004142" + "0123"
    assert [part.key for part in PLAIN.split(octets)] == ["1", "2"]
    with pytest.raises(DecodeError, match="a bitmap of 8 bytes"):
        CONTINUED.split(octets)


def test_parts_stand_in_the_order_of_their_numbers():
    assert joined(PLAIN, {"64": "00", "1": "AB"}) == joined(PLAIN, {"1": "AB", "64": "00"})


def test_a_bitmap_in_text_is_hexadecimal():
    parts = IN_TEXT.split(b"000000000200000000")
    assert [(part.key, part.value) for part in parts] == [("39", "00")]
    for wrong in (b"000000000g00000000", b"00000000020000\x0000", b"0x0000000200000000"):
        with pytest.raises(DecodeError, match="upper-case hexadecimal"):
            IN_TEXT.split(wrong)


def test_a_header_stays():
    octets = bytes.fromhex("0102030080414243")
    header, word = HEADED.split(octets)
    assert (header.key, header.value, word.value) == (HEADER, "010203", "ABC")
    assert HEADED.join([header, word]) == octets
    other = HEADED.make(HEADER, "FFFFFF")
    assert HEADED.join(HEADED.place([word], other)).hex() == "ffffff0080414243"
    assert HEADED.is_empty([header])
    for refused in (
        lambda: HEADED.join([word]),
        lambda: HEADED.make(HEADER, "FF"),
        lambda: PLAIN.make(HEADER, "FF"),
        lambda: HEADED.make("8", "A"),
    ):
        with pytest.raises(EncodeError):
            refused()


def test_a_bit_without_a_part_is_named():
    with pytest.raises(DecodeError) as caught:
        PLAIN.split(bytes.fromhex("4000000000000002012300"))
    assert (caught.value.field, caught.value.offset) == ("63", 10)
