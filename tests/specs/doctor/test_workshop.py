"""The workshop: the ways to read one field, each made once."""

from cardswitch.specs.doctor.bases import load_base
from cardswitch.specs.doctor.workshop import UNSETTLED, workshop_of
from tests.kit.samples.doctor import base


def choices(name, number, kind, settled=UNSETTLED):
    return workshop_of(base(name)).choices(number, settled, kind)


def test_a_field_is_its_own_first_and_then_in_every_encoding_of_its_class():
    own = choices("iso87-ascii", 11, "own")
    assert (own[0].settled[1], own[0].groups) == ("", 0)
    assert {each.settled[1] for each in own} == {
        "", "bcd", "bcd right F", "bcd right 0", "bcd left F", "ebcdic-500",
    }  # fmt: skip
    assert {each.groups for each in own[1:]} == {1}


def test_what_is_settled_stays_so():
    first = choices("iso87-ascii", 11, "own")[1].settled
    [only] = choices("iso87-ascii", 12, "own", first)
    assert (only.settled, only.groups) == (first, 0)
    assert workshop_of(base("iso87-ascii")).encodings(first)["n"] == first[1]


def test_edits_are_those_that_read_otherwise():
    own = {(each.field.notation, each.settled) for each in choices("pos", 48, "own")}
    usual = choices("pos", 48, "usual")
    assert all(each.edit is not None and each.cost >= 1 for each in usual)
    as_own = [each for each in usual if (each.field.notation, each.settled) in own]
    assert all(each.edit.entry.length or each.edit.entry.count or each.edit.entry.encoding
               or each.edit.entry.min is not None for each in as_own)  # fmt: skip


def test_what_is_undefined_may_be_defined_and_what_is_kept_is_not_edited():
    assert choices("iso87-ascii", 65 + 38, "own")
    kept = workshop_of(load_base("iso87-ascii", [48]))
    assert kept.choices(48, UNSETTLED, "usual") == []
    assert kept.choices(48, UNSETTLED, "own")


def test_what_was_made_is_not_made_again():
    first = choices("pos", 48, "usual")
    assert choices("pos", 48, "usual") is first
    assert workshop_of(base("pos")) is workshop_of(base("pos"))
    fields = {id(each.field) for each in choices("iso87-ascii", 48, "rare")}
    assert fields == {id(each.field) for each in choices("iso87-ascii-binary", 48, "rare")}
