"""Remedies: what passes the trial, cheapest first; and what is refused."""

import pytest

from cardswitch.specs.doctor.remedies import DOUBT_MAX, FIELDS_MIN, find_remedies, surface_edits
from cardswitch.specs.doctor.surfaces import Surface
from cardswitch.specs.message import Message
from tests.kit.samples.doctor import SALE, base, change, wire

BCD = Surface("bcd", "0", "binary", 0)
ASCII = Surface("ascii", "0", "hex", 0)


def test_the_surface_decides_how_mti_and_bitmap_are_edited():
    assert surface_edits(base("pos"), BCD) == ()
    assert [edit.words for edit in surface_edits(base("pos"), ASCII)] == [
        "the MTI in ascii",
        "the bitmap in hex",
    ]
    # All pages of EBCDIC have the same digits.
    header = base("example-ebcdic-header")
    assert surface_edits(header, Surface("ebcdic-500", "0", "binary", 0)) == ()


def test_remedies_pass_the_trial_and_are_ranked():
    remedies = find_remedies(base("pos"), [wire("pos", change(48, format="ans..99"))], BCD).remedies
    assert all(remedy.trial.fits for remedy in remedies)
    assert [remedy.rank for remedy in remedies] == sorted(remedy.rank for remedy in remedies)
    assert remedies[0].said.fields["48"].format == "ans..99"
    assert remedies[0].doubt <= DOUBT_MAX


def test_what_needs_an_edit_for_nothing_is_left_out():
    data = wire("pos", change(41, format="ans 16"), message=SALE.with_fields({41: "TERM0001" * 2}))
    remedies = find_remedies(base("pos"), [data], BCD, group_cost=0).remedies
    sets = [set(remedy.edits) for remedy in remedies]
    assert not any(one > other for one in sets for other in sets)


def test_a_message_that_was_cut_is_no_remedy():
    assert find_remedies(base("pos"), [wire("pos")[:-9]], BCD).remedies == ()


def test_of_a_message_with_hardly_a_field_nothing_is_derived():
    few = Message("0200", dict(list(SALE.fields.items())[: FIELDS_MIN - 1]))
    data = wire("pos", change(3, encoding="ascii"), message=few)
    assert find_remedies(base("pos"), [data], BCD).remedies == ()


def test_two_messages_with_a_fault_each_need_both_edits():
    edits = change(48, format="ans..99"), change(41, encoding="ebcdic-500")
    data = [wire("pos", *edits, message=SALE.without(gone)) for gone in (41, 48)]
    best = find_remedies(base("pos"), data, BCD).remedies[0]
    assert {edit.number for edit in best.edits} == {41, 48}


def shop(name, page):
    """A sale at the shop *name*, whose letters are in *page*."""
    padded = name.encode(page).ljust(25) + "BERLIN".encode(page).ljust(13) + b"DE"
    message = SALE.with_fields({43: padded.decode(page)})
    return wire("iso87-ascii", change(43, encoding=page), message=message)


@pytest.mark.parametrize(
    ("name", "page"), [("CAFÉ", "latin-1"), ("“CAFÉ” – BAR", "cp1252"), ("カフェ", "utf-8")]
)
def test_national_letters_are_read_in_their_page(name, page):
    best = find_remedies(base("iso87-ascii"), [wire("iso87-ascii"), shop(name, page)], ASCII)
    remedy = best.remedies[0]
    assert [edit.words for edit in remedy.edits] == [f"text (classes a to ans) in {page}"]
    assert remedy.trial.messages[1][43].startswith(name)
    assert (remedy.trial.oddities, remedy.trial.findings) == ((), ())


@pytest.mark.parametrize("page", ["latin-1", "utf-8"])
def test_national_letters_stand_beside_another_fault(page):
    message = SALE.with_fields({43: "CAFÉ".encode(page).ljust(40).decode(page)})
    other = change(48, format="ans..99")
    data = wire("iso87-ascii", change(43, encoding=page), other, message=message)
    best = find_remedies(base("iso87-ascii"), [data], ASCII).remedies[0]
    assert {edit.number for edit in best.edits} == {0, 48}
    assert best.trial.messages[0].fields == message.fields
    assert best.trial.oddities == ()


def test_text_of_another_kind_is_in_no_page_of_national_letters():
    data = wire("iso87-ascii", change(43, encoding="ebcdic-500"))
    for remedy in find_remedies(base("iso87-ascii"), [data], ASCII).remedies:
        assert not any("latin-1" in edit.words or "utf-8" in edit.words for edit in remedy.edits)
