"""specs.dialect.fields: an entry and the encodings around it make a field, or say what is wrong."""

from pathlib import Path

import pytest

from cardswitch.specs.codec.shapes import SEEN_MIN
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.dialect.fields import build_field, check_encodings, default_encoding
from cardswitch.specs.dialect.file import FieldEntry, Source
from cardswitch.specs.errors import DialectError, EncodeError
from cardswitch.specs.grammar.encodings import Signed
from cardswitch.specs.message import Message

SOURCE = Source(Path("mine.toml"), ())
ENCODINGS = {"mti": "bcd", "length": "ascii", "n": "bcd", "a": "ascii", "ans": "ascii"}


def built(table="fields", **entry):
    return build_field(SOURCE, table, "4", FieldEntry(**entry), ENCODINGS)


def test_a_field_takes_the_encoding_of_its_class_or_its_own():
    assert built(format="n 6").encoding.name == "bcd"
    assert built(format="n 6", encoding="ascii").encoding.name == "ascii"
    assert built(format="n..9", length="binary").prefix.encoding == "binary"


def test_an_amount_with_a_sign_is_a_letter_before_digits():
    encoding = built(format="x+n 8").encoding
    assert isinstance(encoding, Signed)
    assert (encoding.sign.name, encoding.digits.name) == ("ascii", "bcd")


def test_a_part_says_its_path_in_full():
    assert built(table="parts.48", format="n 6").path == "48.4"
    assert built(format="n 6").path == "4"


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({"format": "q 6"}, "fields.4.format"),
        ({"format": "n 6", "encoding": "utf-7"}, "unknown encoding 'utf-7'"),
        ({"format": "n 6", "encoding": "hex"}, "cannot be used here"),
        ({"format": "n..6", "length": "octal"}, "fields.4.length"),
        ({"format": "ans..6", "padding": "left 0"}, "only a fixed field"),
        ({"format": "ans 6", "padding": "middle"}, "'left 0' or 'right space'"),
    ],
)
def test_what_cannot_be_is_refused_by_its_key(entry, says):
    with pytest.raises(DialectError, match=says):
        built(**entry)


def test_encodings_are_checked_before_fields_are_built():
    check_encodings(SOURCE, "encodings", ENCODINGS)
    for wrong in ({"n": "hex"}, {"length": "octal"}, {"ans": "morse"}):
        with pytest.raises(DialectError, match=f"encodings.{next(iter(wrong))}"):
            check_encodings(SOURCE, "encodings", wrong)
    assert default_encoding(SOURCE, ENCODINGS, "mti").name == "bcd"
    with pytest.raises(DialectError, match=r"encodings\.bitmap"):
        default_encoding(SOURCE, ENCODINGS, "bitmap")


@pytest.mark.parametrize(
    ("format_", "length", "empty"),
    [("ans..25", "ascii", b"00"), ("n..19", "bcd", b"\x00"), ("b...255", "binary", b"\0\0")],
)
def test_an_empty_value_is_read_and_written_where_a_field_allows_it(
    tmp_path, format_, length, empty
):
    path = tmp_path / "mine.toml"
    path.write_text(
        'extends = "iso87-ascii"\n[fields]\n'
        f'44 = {{ name = "more", format = "{format_}", length = "{length}", min = 0 }}\n'
    )
    dialect = load_dialect(str(path))
    message = Message("0110", {11: "000001", 44: "", 70: "301"})
    wire = b"0110" + b"80200000001000000400000000000000" + b"000001" + empty + b"301"
    for _ in range(SEEN_MIN + 1):  # as the walk has it, and as it is generated
        assert dialect.pack(message) == wire
        assert dialect.unpack(wire) == message
        assert dialect.unpack_lazy(wire) == message
    assert message.fields[44] == dialect.unpack_lazy(wire)[44]
    strict = load_dialect("iso87-ascii")
    with pytest.raises(EncodeError, match="min = 0"):
        strict.pack(message)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("4 = { min = 0 }", "a length before the value"),
        ("44 = { min = 26 }", "a least length of 0 to 25"),
        ("44 = { min = -1 }", "a least length of 0 to 25"),
    ],
)
def test_a_least_length_that_cannot_be_is_refused(tmp_path, line, expected):
    path = tmp_path / "mine.toml"
    path.write_text(f'extends = "iso87-ascii"\n[fields]\n{line}\n')
    with pytest.raises(DialectError, match=expected):
        load_dialect(str(path))


def test_more_than_one_character_may_be_the_least(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('extends = "iso87-ascii"\n[fields]\n44 = { min = 4 }\n')
    field = load_dialect(str(path)).fields[44]
    assert field.write("ABCD") == b"04ABCD"
    with pytest.raises(EncodeError):
        field.write("ABC")
