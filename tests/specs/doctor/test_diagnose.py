"""The diagnosis: what is wrapped, headed and edited is named, the right thing first."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswitch.specs.dialect import list_dialects, load_dialect
from cardswitch.specs.doctor.bases import load_bases
from cardswitch.specs.doctor.diagnose import diagnose, diagnose_with
from cardswitch.specs.doctor.edits import group_edit
from cardswitch.specs.fuzzing.seeds import make_message
from cardswitch.specs.fuzzing.strategies import messages, mutations
from tests.kit.samples.doctor import (
    ECHO,
    HEADER_12,
    SALE,
    TPDU,
    TRACK,
    base,
    bases,
    change,
    framed,
    wire,
)

ODDLY = SALE.with_fields({35: f"{TRACK}0"})
NAMES = ["iso87-ascii", "iso87-binary", "iso87-ebcdic"]
FRAMINGS = [
    "",
    "binary2",
    "binary2-inclusive",
    "little2",
    "binary4",
    "ascii4",
    "bcd2",
    "ascii4-inclusive",
    "binary2-etx",
    "etx",
]
HEADERS = {"none": b"", "TPDU": TPDU, "12 bytes": HEADER_12}
WRAPPED = list(product(NAMES, FRAMINGS, HEADERS))
# How the link is, and what the doctor must say first: the dialect and words of its edits.
EDITED = [
    ("iso87-ascii", [change(48, format="ans..99")], "iso87-ascii", "2 digits"),
    ("iso87-binary", [change(55, format="b..99")], "iso87-binary", "field 55"),
    ("iso87-binary", [change(48, count="nibbles", format="ans...499")], "iso87-binary", "nibbles"),
    ("iso87-ebcdic", [group_edit("n", "bcd")], "iso87-ebcdic", "digits (class n) in bcd"),
    ("iso87-binary", [group_edit("length", "ascii")], "iso87-binary", "lengths in ascii"),
    ("iso87-binary", [group_edit("length", "binary")], "iso87-binary", "lengths in binary"),
    ("iso87-binary", [group_edit("text", "ebcdic-500")], "iso87-binary", "text"),
    ("iso87-binary", [group_edit("z", "ascii")], "iso87-binary", "tracks"),
    ("iso87-binary", [group_edit("b", "hex")], "iso87-binary", "binary data"),
    ("iso87-ascii", [group_edit("bitmap", "binary")], "iso87-ascii", "the bitmap in binary"),
    ("iso87-ebcdic", [group_edit("bitmap", "ebcdic-500")], "iso87-ebcdic", "the bitmap"),
    ("iso87-ascii", [group_edit("mti", "bcd")], "iso87-ascii", "the MTI in bcd"),
    ("iso93-ascii", [change(48, format="ans..99")], "iso93-ascii", "field 48"),
]  # fmt: skip


def found_in(data, *names):
    return diagnose(
        [data] if isinstance(data, bytes) else data, [base(n) for n in names] or bases()
    )


@pytest.mark.parametrize(("name", "kind", "header"), WRAPPED)
def test_envelope_header_and_dialect_are_named(name, kind, header):
    best = found_in(framed(kind, HEADERS[header] + wire(name)))[0]
    assert best.fits
    assert best.remedy.edits == ()
    assert best.base.name == name
    assert best.header_size == len(HEADERS[header])
    assert best.place.envelope.inclusive == kind.endswith("inclusive")
    assert best.place.envelope.etx == kind.endswith("etx")
    assert best.remedy.trial.messages[0].fields == SALE.fields


@pytest.mark.parametrize("name", list_dialects())
def test_every_dialect_is_recognised_by_its_own_messages(name):
    numbers = iter(range(10**6))
    wires = [
        load_dialect(name).pack(
            make_message(load_dialect(name), lambda limit: next(numbers) * 104_729 % limit)
        )
        for _ in range(6)
    ]
    by_version = [each for each in found_in(wires) if each.fits and not each.remedy.edits]
    assert name in [each.base.name for each in by_version]
    assert {each.base.dialect.version for each in by_version} == {load_dialect(name).version}


@pytest.mark.parametrize(
    ("name", "message", "first"),
    [("pos", ODDLY, "pos"), ("iso87-binary", ODDLY, "iso87-binary")],
)
def test_a_track_of_odd_length_tells_on_which_side_it_is_filled(name, message, first):
    assert len(message[35]) % 2
    found = found_in(framed("binary2", TPDU + wire(name, message=message)))
    assert found[0].base.name == first
    assert "TPDU" in found[0].header[0].words


def test_a_header_of_its_own_speaks_for_a_dialect():
    name = "example-ebcdic-header"
    message = SALE.with_fields({48: "9203123"})
    assert found_in(wire(name, message=message))[0].base.name == name


@pytest.mark.parametrize(("name", "edits", "first", "words"), EDITED)
def test_what_no_dialect_reads_is_derived(name, edits, first, words):
    best = found_in(wire(name, *edits, message=SALE if "87" in name else _sale93()))[0]
    assert best.fits
    assert best.base.name == first
    assert words in " ".join(edit.words for edit in best.remedy.edits)


def _sale93():
    return type(SALE)("1200", {n: v for n, v in SALE.fields.items() if n in (2, 3, 4, 11, 41, 48)})


def test_edits_work_behind_frames_and_headers():
    data = wire("iso87-ebcdic", change(48, format="ans..99"))
    best = found_in(framed("ascii4", HEADER_12 + data))[0]
    assert (best.base.name, best.header_size) == ("iso87-ebcdic", 12)
    assert best.remedy.said.fields["48"].format == "ans..99"


def test_several_messages_are_read_as_one_link():
    data = [framed("binary2", TPDU + wire("pos", message=each)) for each in (SALE, ECHO, ODDLY)]
    best = found_in(data)[0]
    assert best.base.name == "pos"
    assert [message.mti for message in best.remedy.trial.messages] == ["0200", "0800", "0200"]


def test_frames_in_one_stream_are_several_messages():
    data = b"".join(framed("binary2", wire("pos", message=each)) for each in (ODDLY, ECHO))
    assert len(found_in(data)[0].remedy.trial.messages) == 2


def test_with_edits_forbidden_nothing_is_edited():
    data = [wire("iso87-ascii", change(48, format="ans..99"))]
    assert not diagnose(data, bases(), edits=False)[0].fits
    assert not diagnose_with(data, base("iso87-ascii"), edits=False)[0].fits


def test_with_a_dialect_only_that_one_is_edited():
    data = wire("pos", change(48, format="ans..99"))
    found = diagnose_with([framed("binary2", TPDU + data)], base("pos"))
    assert {each.base.name for each in found} == {"pos"}
    assert found[0].remedy.said.fields["48"].format == "ans..99"
    assert found[0].header_size == 5


def test_nothing_fits_tells_how_far_it_came():
    [best] = found_in(framed("binary2", TPDU + wire("pos")[:-8]))
    assert not best.fits
    assert best.header_size == 5
    assert best.remedy.trial.error is not None
    assert best.remedy.trial.error.field == "55"


def test_without_an_mti_there_is_nothing_to_tell():
    assert found_in(b"\xff" * 90) == []
    assert diagnose([], bases()) == []


@settings(max_examples=60)
@given(st.lists(st.binary(min_size=1, max_size=120), min_size=1, max_size=3))
def test_junk_fits_nothing(junk):
    assert not any(diagnosis.fits for diagnosis in diagnose(junk, load_bases()[:4]))


@settings(max_examples=12)
@given(data=st.data())
def test_mutated_messages_end_in_a_diagnosis_or_none(data):
    name = data.draw(st.sampled_from(NAMES))
    dialect = load_dialect(name)
    mutated = data.draw(mutations(dialect.pack(data.draw(messages(dialect))), dialect))
    if not mutated:
        return
    for diagnosis in found_in(mutated, name):
        assert diagnosis.fits == (diagnosis.remedy.trial.error is None)


def test_what_is_mended_is_kept_where_nothing_fits_whole():
    data = wire("iso87-ascii", change(42, format="ans..99"))[:-30] + b"~~~" * 9
    best = found_in(data, "iso87-ascii")[0]
    assert not best.fits
    assert best.remedy.count == 1
    assert best.remedy.edits[-1].number == 42
    assert best.remedy.trial.partial is not None
    assert best.remedy.trial.partial[48] == SALE[48]
