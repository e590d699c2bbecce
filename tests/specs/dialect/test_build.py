"""specs.dialect.build: what files may say beyond flat fields: third bitmaps, values."""

import pytest

from cardswitch.specs.codec.shapes import SEEN_MIN
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import DecodeError, DialectError, EncodeError
from cardswitch.specs.message import Message

THREE = (
    'extends = "iso87-binary"\ntertiary = "{}"\n[fields]\n130 = {{ format = "n..9", name = "x" }}\n'
)


def made(folder, text):
    path = folder / "mine.toml"
    path.write_text(text)
    load_dialect.cache_clear()
    return load_dialect(str(path))


def repeatedly(dialect, message, wire):
    """Written and read by the slow path first, by generated code then."""
    for _ in range(SEEN_MIN + 2):
        assert dialect.pack(message).hex() == wire.hex()
        assert dialect.unpack(wire) == message


@pytest.mark.parametrize(
    ("place", "wire"),
    [
        ("together", "8000000000000000 4000000000000000 000000 000007 05012345"),
        ("field 65", "8000000000000000 000000 000007 4000000000000000 05012345"),
    ],
)
def test_a_third_bitmap(tmp_path, place, wire):
    dialect = made(tmp_path, THREE.format(place))
    message = Message("0200", {3: "000000", 11: "000007", 130: "12345"})
    wire = f"0200 a020000000000000 {wire}"
    repeatedly(dialect, message, bytes.fromhex(wire))
    lower = Message("0200", {3: "000000", 70: "301"})
    repeatedly(dialect, lower, dialect.pack(lower))


@pytest.mark.parametrize("place", ["together", "field 65"])
@pytest.mark.parametrize("last", ["0000000000000000", "2000000000000000", "80", ""])
def test_a_third_bitmap_that_lies(tmp_path, place, last):
    dialect = made(tmp_path, THREE.format(place))
    wire = bytes.fromhex("0200 8000000000000000 8000000000000000" + last)
    for _ in range(SEEN_MIN + 2):
        with pytest.raises(DecodeError) as caught:
            dialect.unpack(wire)
        assert caught.value.code in ("bitmap-empty", "bitmap-short", "field-undefined")


def test_bit_65_without_a_third_bitmap_is_an_unknown_field():
    wire = bytes.fromhex("0200 8000000000000000 8000000000000000 4000000000000000")
    with pytest.raises(DecodeError) as caught:
        load_dialect("iso87-binary").unpack(wire)
    assert (caught.value.field, caught.value.offset) == ("65", 10)


def test_values_mean_what_a_table_says(tmp_path):
    text = 'extends = "pos"\n[fields]\n25 = { values = "mine" }\n[values.mine]\n00 = "usual"\n'
    dialect = made(tmp_path, text)
    assert dialect.meaning(dialect.fields[25], "00") == "usual"
    assert dialect.meaning(dialect.fields[25], "99") == ""
    assert dialect.meaning(dialect.fields[49], "978") == "EUR, Euro"
    assert dialect.meaning(dialect.fields[11], "000001") == ""


WRONG = {
    "a field above 128 without a place": ('[fields]\n129 = { format = "n 1" }', 3),
    "a place that is none": ('tertiary = "anywhere"', 2),
    "a header that varies": ('[header]\n1 = { format = "n..9", name = "x", value = "1" }', 3),
    "a header without a default": ('[header]\n1 = { format = "n 4", name = "x" }', 3),
    "an unknown table": ('[fields]\n25 = { values = "nope" }', 3),
    "an unknown count": ('[fields]\n2 = { count = "words" }', 3),
    "an unknown encoding": ('[encodings]\nn = "utf-8"', 3),
    "a size of bitmaps that is none": ('bitmaps = "12"', 2),
    "a third bitmap twice": ('bitmaps = "24"\ntertiary = "together"', 2),
    "an unknown length": ('[encodings]\nlength = "octal"', 3),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_files_are_refused_with_their_line(tmp_path, case):
    text, line = WRONG[case]
    with pytest.raises(DialectError, match=rf"mine\.toml, line {line}: "):
        made(tmp_path, f'extends = "pos"\n{text}\n')


ALWAYS = [
    # The second one is empty and there all the same, as moov-io/iso8583 writes one of 16 bytes.
    ("16, bit 1 never set", "0110 4000000000000000 0000000000000000 16 4242424242424242"),
    ("16", "0110 4000000000000000 0000000000000000 16 4242424242424242"),
    ("16, bit 1 always set", "0110 C000000000000000 0000000000000000 16 4242424242424242"),
    ("24, bit 1 never set", "0110 4000000000000000" + "0" * 32 + "16 4242424242424242"),
    ("8", "0110 4000000000000000 16 4242424242424242"),
]


@pytest.mark.parametrize(("bitmaps", "wire"), ALWAYS)
def test_always_as_many_bytes_of_bitmap(tmp_path, bitmaps, wire):
    dialect = made(tmp_path, f'extends = "iso87-binary"\nbitmaps = "{bitmaps}"\n')
    message = Message("0110", {2: "4242424242424242"})
    repeatedly(dialect, message, bytes.fromhex(wire))
    # A field is added and left out again among fields that are bytes still.
    lazy = dialect.unpack_lazy(bytes.fromhex(wire))
    added = lazy.with_fields({39: "00"})
    assert dialect.pack(added) == dialect.pack(Message("0110", {**message.fields, 39: "00"}))


@pytest.mark.parametrize(
    ("bitmaps", "wire"),
    [
        ("16, bit 1 never set", "0110 C000000000000000 0000000000000000 16 4242424242424242"),
        ("16", "0110 C000000000000000 0000000000000000 16 4242424242424242"),
        ("16, bit 1 always set", "0110 4000000000000000 0000000000000000 16 4242424242424242"),
        ("8", "0110 C000000000000000 16 4242424242424242"),
    ],
)
def test_bits_that_are_not_as_agreed(tmp_path, bitmaps, wire):
    dialect = made(tmp_path, f'extends = "iso87-binary"\nbitmaps = "{bitmaps}"\n')
    for read in (dialect.unpack, dialect.unpack_lazy):
        for _ in range(SEEN_MIN + 2):
            with pytest.raises(DecodeError) as caught:
                read(bytes.fromhex(wire))
            assert (caught.value.code, caught.value.offset) == ("bitmap-marks", 2)


def test_a_field_that_no_bit_can_say(tmp_path):
    dialect = made(tmp_path, 'extends = "iso87-binary"\nbitmaps = "8"\n')
    for _ in range(SEEN_MIN + 2):
        with pytest.raises(EncodeError) as caught:
            dialect.pack(Message("0800", {11: "000001", 70: "301"}))
        assert (caught.value.code, caught.value.field) == ("field-undefined", "70")
