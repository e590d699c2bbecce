"""specs.dialect.fields: an entry and the encodings around it make a field, or say what is wrong."""

from pathlib import Path

import pytest

from cardswitch.specs.dialect.fields import build_field, check_encodings, default_encoding
from cardswitch.specs.dialect.file import FieldEntry, Source
from cardswitch.specs.errors import DialectError
from cardswitch.specs.grammar.encodings import Signed

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
        ({"format": "n 6", "encoding": "utf-8"}, "unknown encoding 'utf-8'"),
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
