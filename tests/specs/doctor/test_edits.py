"""Edits: laid over a file, and written as one."""

from cardswitch.specs.doctor.edits import build, group_edit, laid_over, patch
from tests.kit.samples.doctor import base, change, dialect


def test_a_patch_says_what_is_edited_and_nothing_else():
    said = patch("pos", [change(48, format="ans..99"), group_edit("n", "ascii")])
    assert said.extends == "pos"
    assert said.encodings == {"n": "ascii"}
    assert list(said.fields) == ["48"]
    assert said.fields["48"].name == ""


def test_two_edits_of_one_field_are_one_line():
    said = patch("pos", [change(48, format="ans..99"), change(48, length="ascii")])
    assert (said.fields["48"].format, said.fields["48"].length) == ("ans..99", "ascii")


def test_what_is_not_edited_stays():
    written = laid_over(base("pos").written, patch("pos", [change(48, format="ans..99")]))
    assert written.fields["48"].name == base("pos").written.fields["48"].name
    assert written.fields["2"] == base("pos").written.fields["2"]


def test_text_changes_as_a_whole():
    edited = dialect("iso87-ascii", group_edit("text", "ebcdic-500"))
    assert {edited.fields[n].encoding.name for n in (37, 41, 48)} == {"ebcdic-500"}
    assert edited.fields[4].encoding.name == "ascii"


def test_what_no_dialect_can_be_is_none():
    assert build(base("pos"), (change(2, format="n..120"),)) is None


def test_a_field_whose_parts_no_longer_fit_loses_them():
    built = build(base("iso87-ascii"), (change(55, format="ans...255"),))
    assert built is not None
    assert built[0].parts["55"].layout == "opaque"
    assert built[1].fields[55].notation.kind == "ans"
