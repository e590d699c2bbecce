"""Edits of one field: each makes another field, and a real one."""

import pytest

from cardswitch.specs.dialect.build import build_field
from cardswitch.specs.dialect.file import FieldEntry, lay_fields_over
from cardswitch.specs.doctor.field_edits import (
    as_data_sets,
    definitions,
    rare_edits,
    usual_edits,
)
from cardswitch.specs.errors import DialectError
from tests.kit.samples.doctor import base

NAMES = ["iso87-ascii", "iso87-binary", "iso87-ebcdic", "iso93-ascii", "iso2003"]


def made(name, number, edit):
    """The field that *edit* makes, or None."""
    written = base(name).written
    entry = lay_fields_over(written.fields, {str(number): edit.entry})[str(number)]
    try:
        return build_field(base(name).source, "fields", str(number), entry, written.encodings)
    except DialectError:
        return None


@pytest.mark.parametrize("name", NAMES)
def test_no_edit_leaves_a_field_as_it_was(name):
    for key, entry in base(name).written.fields.items():
        number = int(key)
        own = base(name).dialect.fields[number]
        edits = list(usual_edits(number, entry, base(name).written.encodings))
        fields = [made(name, number, edit) for edit in edits]
        assert own.notation not in [
            f.notation
            for e, f in zip(edits, fields, strict=True)
            if f and e.entry.format and not e.entry.length and not e.entry.count
        ]
        assert sum(field is not None for field in fields) > len(edits) / 2


@pytest.mark.parametrize("number", [2, 3, 48, 52, 55])
def test_rare_edits_are_real_fields_too(number):
    written = base("pos").written
    edits = list(rare_edits(number, written.fields[str(number)], written.encodings))
    assert all(edit.rarity >= 5 for edit in edits)
    assert all(made("pos", number, edit) for edit in edits)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (FieldEntry(format="ans...999"), ["ans..99", "binary", "bytes"]),
        (FieldEntry(format="n 6"), ["ascii", "n..99"]),
        (FieldEntry(format="z..37"), ["bcd right F", "nibbles"]),
    ],
)
def test_what_differs_from_link_to_link_is_among_the_usual(entry, words):
    edits = list(usual_edits(48, entry, {"length": "bcd", "n": "bcd", "ans": "ascii", "z": "bcd"}))
    said = {
        word
        for e in edits
        for word in (e.entry.format, e.entry.encoding, e.entry.length, e.entry.count)
    }
    assert said.issuperset(words)


def test_an_undefined_field_is_first_what_the_standard_says():
    first, second, *rest = definitions(48, "0")
    assert (first.entry.format, first.rarity) == ("ans...999", 0)
    assert second.rarity == 1
    assert {edit.number for edit in rest} == {48}
    assert next(definitions(190, "0")).entry.format == "ans...999"


@pytest.mark.parametrize(
    ("values", "paths"),
    [
        (["0100059F3602003C"], ["55", "55.01"]),
        (["0100059F3602003C", "0200039A012601" + "0000"], None),
        (["0100059F3602003C", "0200039A0126"], ["55", "55.01", "55.02"]),
        (["9F3602003C"], None),
        (["010000"], None),
        ([], None),
    ],
)
def test_data_sets_are_seen_by_their_objects(values, paths):
    edit = as_data_sets(55, FieldEntry(name="chip data"), values)
    assert (edit and [path for path, _ in edit.parts]) == paths
