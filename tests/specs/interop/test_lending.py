"""specs.interop.lending: names where there are none, parts where the form is the same."""

from cardswitch.specs.dialect.file import DialectFile, FieldEntry, PartsEntry, read_dialect_file
from cardswitch.specs.interop.drafts import Imported
from cardswitch.specs.interop.lending import lend
from tests.kit.samples.foreign import made

ISO87 = read_dialect_file("_iso87")[1]
FIELDS = {
    "3": FieldEntry(name="field 3", format="n 6"),
    "22": FieldEntry(name="how it was read", format="n 4"),
    "39": FieldEntry(name="answer", format="an 2"),
    "43": FieldEntry(name="field 43", format="ans 40"),
    "55": FieldEntry(name="field 55", format="b...255"),
    "90": FieldEntry(name="field 90", format="n 42"),
    "129": FieldEntry(name="field 129", format="n 2"),
}
ENCODINGS = {"mti": "ascii", "bitmap": "hex", "length": "ascii", "b": "hex", "n": "ascii"}
ENCODINGS |= {"an": "ascii", "ans": "ascii"}
WRITTEN = DialectFile(
    version="0",
    tertiary="together",
    encodings=ENCODINGS,
    fields=FIELDS,
    parts={"90": PartsEntry(layout="positional", fields={"1": FieldEntry(format="n 42")})},
)
LENT = lend(Imported(WRITTEN), ISO87).written


def test_names_are_lent_to_fields_that_have_none():
    names = {key: entry.name for key, entry in LENT.fields.items()}
    assert names["3"] == "processing code"
    assert (names["22"], names["39"], names["129"]) == ("how it was read", "answer", "field 129")


def test_parts_are_lent_to_fields_of_the_same_form_that_have_none():
    assert set(LENT.parts) == {"3", "43", "55", "90"}
    assert LENT.parts["90"] == WRITTEN.parts["90"]


def test_meanings_are_lent_to_fields_of_the_same_form():
    assert (LENT.fields["39"].values, LENT.fields["22"].values) == ("response_codes", "")


def test_nothing_is_lent_of_how_a_field_is_written():
    assert {key: entry.format for key, entry in LENT.fields.items()} == {
        key: entry.format for key, entry in FIELDS.items()
    }
    assert LENT.encodings == WRITTEN.encodings


def test_what_was_lent_is_a_dialect():
    parts = made(Imported(LENT)).parts_of("3", "012000")
    assert [part.value for part in parts] == ["01", "20", "00"]


def test_parts_of_bytes_are_lent_only_as_tags():
    data_sets = read_dialect_file("_iso2023")[1]
    written = DialectFile(fields={"43": FieldEntry(name="field 43", format="b....9999")})
    lent = lend(Imported(written), data_sets).written
    assert (lent.parts, lent.fields["43"].name) == ({}, "card acceptor name and place")
