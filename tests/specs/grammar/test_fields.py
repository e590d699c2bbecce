"""specs.grammar.fields: the notation, and one field at a time."""

import pytest

from cardswitch.specs.errors import DecodeError, EncodeError
from cardswitch.specs.grammar.encodings import encoding_of
from cardswitch.specs.grammar.fields import Padding, make_field, parse_notation


def field(notation, encoding="ascii", length="ascii", padding=None, number=48):
    parsed = parse_notation(notation)
    return make_field(str(number), "test", parsed, encoding_of(encoding), length, padding)


@pytest.mark.parametrize(
    ("text", "kind", "digits", "length"),
    [
        ("n 6", "n", 0, 6),
        ("n..19", "n", 2, 19),
        ("ans...999", "ans", 3, 999),
        ("an 12", "an", 0, 12),
        ("b 8", "b", 0, 8),
        ("z..37", "z", 2, 37),
        ("x+n 8", "x+n", 0, 8),
        ("b....9999", "b", 4, 9999),
    ],
)
def test_notation(text, kind, digits, length):
    notation = parse_notation(text)
    assert (notation.kind, notation.prefix_digits, notation.length) == (kind, digits, length)
    assert str(notation) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "n",
        "n6",
        "n  6",
        "n -6",
        "n 0",
        "n ٣",
        "n 6 ",
        "q 6",
        "n.......9",
        "n 1000000",
        "n . 6",
        "6",
    ],
)
def test_what_is_no_notation(text):
    with pytest.raises(ValueError):
        parse_notation(text)


@pytest.mark.parametrize(
    "wire",
    [b"+5", b" 5", b"\n5", b"5 ", b"A1", b"-1", b"00", b"20", b"1_", b"\xb2\xb2", b"5", b""],
)
def test_only_lengths_that_are_written_right(wire):
    with pytest.raises(DecodeError, match="a length for"):
        field("n..19").locate(wire + b"1" * 30 if len(wire) == 2 else wire, 0)


@pytest.mark.parametrize("wire", ["1a", "a1", "20", "00"])
def test_bcd_lengths(wire):
    with pytest.raises(DecodeError):
        field("n..19", "bcd", "bcd").locate(bytes.fromhex(wire) + bytes(30), 0)


@pytest.mark.parametrize("wire", [b"\xff\xff", b"\x00\x00", b"\x04\x00"])
def test_binary_lengths(wire):
    with pytest.raises(DecodeError):
        field("ans...999", "ascii", "binary").locate(wire + bytes(70000), 0)


def test_hex_text_of_half_a_byte_is_no_length():
    half = field("b...255", "hex")
    assert half.locate(b"002AB", 0) == (3, 5, 2)
    with pytest.raises(DecodeError):
        half.locate(b"003ABC", 0)


@pytest.mark.parametrize(
    ("notation", "encoding", "wire", "offset"),
    [
        ("n 6", "ascii", b"12A456", 2),
        ("n 3", "bcd", b"\x09\x7a", 1),
        ("n 3", "bcd right F", b"\x9b\x7f", 0),
        ("an 3", "ascii", b"A\x00C", 1),
        ("ans 3", "ascii", b"AB\x7f", 2),
        ("ans 3", "ascii", b"A\r\n", 1),
        ("b 2", "hex", b"0aFF", 1),
        ("z 4", "bcd", b"\x12\xf4", 1),
        ("n 2", "ebcdic-500", b"12", 0),
    ],
)
def test_the_first_wrong_byte_is_named(notation, encoding, wire, offset):
    wrong = field(notation, encoding)
    with pytest.raises(DecodeError) as caught:
        wrong.read(b"##" + wire, *wrong.locate(b"##" + wire, 2))
    assert caught.value.offset == offset + 2
    assert caught.value.field == "48"


def test_wrong_fill():
    with pytest.raises(DecodeError, match="odd digit filled"):
        field("n 3", "bcd").read(b"\x19\x78", 0, 2, 3)


@pytest.mark.parametrize(
    ("notation", "value"),
    [
        ("n 6", "12345"),
        ("n 6", "1234567"),
        ("n 6", "12345٣"),
        ("n 6", 123456),
        ("n..19", ""),
        ("n..19", "1" * 20),
        ("b 2", "abcd"),
        ("b 2", "ABC"),
        ("an 2", "é1"),
        ("an 2", b"12"),
    ],
)
def test_values_that_cannot_be_written(notation, value):
    encoding = "binary" if notation.startswith("b") else "ascii"
    with pytest.raises(EncodeError, match="field 48"):
        field(notation, encoding).write(value)


def test_padding_is_not_part_of_the_value():
    right = field("ans 8", padding=Padding(left=False, fill=" "))
    assert right.write("SHOP") == b"SHOP    "
    assert right.read(b"SHOP    ", 0, 8, 8) == "SHOP"
    left = field("n 6", padding=Padding(left=True, fill="0"))
    assert left.write("150") == b"000150"
    assert left.read(b"000000", 0, 6, 6) == "0"


def test_a_prefix_must_be_able_to_say_the_maximum():
    with pytest.raises(ValueError, match="at most 99"):
        field("n..100")
    with pytest.raises(ValueError, match="at most 999"):
        field("b...500", "hex")
    assert field("b..255", "binary", "binary").lengths[b"\xff"] == 510


def make_counted(notation, encoding, count):
    parsed = parse_notation(notation)
    return make_field("48", "test", parsed, encoding_of(encoding), "bcd", None, count)


@pytest.mark.parametrize(
    ("notation", "encoding", "count", "value", "wire"),
    [
        ("n..19", "bcd", "", "123", "030123"),
        ("n..19", "bcd", "nibbles", "123", "030123"),
        ("n..18", "bcd", "bytes", "1234", "021234"),
        ("ans..20", "ascii", "bytes", "AB", "024142"),
        ("ans..20", "ascii", "nibbles", "AB", "044142"),
        ("b..20", "binary", "", "0AFF", "020aff"),
        ("b..20", "binary", "nibbles", "0AFF", "040aff"),
        ("b..20", "hex", "bytes", "0AFF", "0230414646"),
        ("b..20", "hex", "", "0AFF", "0430414646"),
        ("b..20", "ebcdic-037", "bytes", "0AFF", "02f0c1c6c6"),
    ],
)
def test_what_a_length_counts(notation, encoding, count, value, wire):
    counted = make_counted(notation, encoding, count)
    data = counted.write(value)
    assert data.hex() == wire
    start, end, length = counted.locate(data, 0)
    assert counted.read(data, start, end, length) == value
    assert len(value) in counted.legal_lengths


def test_half_bytes_do_not_count_as_bytes():
    counted = make_counted("n..19", "bcd", "bytes")
    with pytest.raises(EncodeError):
        counted.write("123")
    with pytest.raises(ValueError, match="a count of"):
        make_counted("n..19", "bcd", "words")


@pytest.mark.parametrize("digits", [5, 6])
def test_lengths_of_five_and_six_digits(digits):
    wide = field(f"ans{'.' * digits}99999", "ascii", "ascii")
    assert not wide.lengths
    data = wide.write("A" * 12345)
    assert data[:digits] == b"012345"[-digits:]
    assert wide.locate(data, 0) == (digits, digits + 12345, 12345)
    for wrong in (b"00000", b"+0001", b"1_000", b" 1000", b"1000", b""):
        with pytest.raises(DecodeError, match="a length for"):
            wide.locate(wrong.rjust(digits, b"0") if wrong == b"00000" else wrong, 0)
    with pytest.raises(EncodeError):
        wide.write("A" * 100_000)
