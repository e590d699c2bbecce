"""Prescriptions: for each edit that a link may need, that edit comes first."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.doctor.edits import group_edit
from cardswitch.specs.doctor.prescribe import prescribe, tell_apart
from cardswitch.specs.doctor.trial import try_dialect
from cardswitch.specs.fuzzing.strategies import mutations
from tests.kit.samples.doctor import SALE, TRACK, base, change, wire

ODD_TRACK = SALE.with_fields({35: f"{TRACK}0"})
LONG = SALE.with_fields({41: "TERM0001TERM"})
MANUAL = SALE.with_fields({22: "901"})
LETTERS = SALE.with_fields({25: "A1"})
# Which dialect is nearly right, how the link really is, the message; the edit to be named first.
CASES = [
    ("iso87-ascii", change(48, format="ans..99"), SALE, 'ans..99"'),
    ("iso87-binary", change(48, format="ans..99"), SALE, 'ans..99"'),
    ("iso87-ebcdic", change(48, format="ans..99"), SALE, 'ans..99"'),
    ("iso87-ascii", change(2, format="n...19"), SALE, '2 = { format = "n...19"'),
    ("iso87-binary", change(35, format="z...104"), SALE, '35 = { format = "z...'),
    ("iso87-binary", change(55, format="b..99"), SALE, '55 = { format = "b..'),
    ("iso87-ascii", change(55, format="b..49"), SALE, '55 = { format = "b..'),
    ("pos", change(2, count="bytes"), SALE, '2 = { count = "bytes"'),
    ("iso87-binary", change(2, count="bytes"), SALE, '2 = { count = "bytes"'),
    ("iso87-binary", change(48, count="nibbles", format="ans...499"), SALE, "nibbles"),
    ("iso87-ascii", change(55, count="bytes"), SALE, '55 = { count = "bytes"'),
    ("iso87-binary", change(48, length="binary"), SALE, '48 = { length = "binary"'),
    ("iso87-binary", change(48, length="ascii"), SALE, '48 = { length = "ascii"'),
    ("iso87-ascii", change(48, length="bcd"), SALE, '48 = { length = "bcd"'),
    ("iso87-ebcdic", change(48, length="binary"), SALE, '48 = { length = "binary"'),
    ("iso87-binary", change(35, encoding="bcd right F"), ODD_TRACK, "bcd right F"),
    ("pos", change(35, encoding="bcd"), ODD_TRACK, '"bcd"'),
    ("iso87-binary", change(22, encoding="bcd right F"), SALE, '22 = { encoding = "bcd right F"'),
    ("iso87-binary", change(22, encoding="bcd right 0"), MANUAL, '22 = { encoding = "bcd right 0"'),
    ("iso87-binary", change(41, encoding="ebcdic-500"), SALE, '41 = { encoding = "ebcdic-500"'),
    ("iso87-ebcdic", change(4, encoding="bcd"), SALE, '4 = { encoding = "bcd"'),
    ("iso87-binary", change(52, encoding="hex"), SALE, '52 = { encoding = "hex"'),
    ("iso87-ascii", change(52, encoding="binary"), SALE, '52 = { encoding = "binary"'),
    ("iso87-ascii", change(43, format="ans..40"), SALE, '43 = { format = "ans..'),
    ("iso87-binary", change(41, format="ans 12"), LONG, '41 = { format = "ans 12"'),
    ("iso87-ascii", change(25, format="an 2"), LETTERS, '25 = { format = "an 2"'),
    ("iso87-binary", group_edit("length", "binary"), SALE, 'length = "binary"'),
    ("iso87-binary", group_edit("n", "ascii"), SALE, 'n = "ascii"'),
    ("iso87-binary", group_edit("text", "ebcdic-500"), SALE, 'ans = "ebcdic-500"'),
    ("iso87-ascii", group_edit("bitmap", "binary"), SALE, 'bitmap = "binary"'),
    ("iso87-ascii", group_edit("mti", "bcd"), SALE, 'mti = "bcd"'),
    ("iso87-ascii", group_edit("b", "binary"), SALE, 'b = "binary"'),
]


@pytest.mark.parametrize(("name", "edit", "message", "said"), CASES)
def test_the_edit_that_the_link_needs_comes_first(name, edit, message, said):
    data = wire(name, edit, message=message)
    assert not try_dialect(base(name).dialect, [data], strictly=True).fits
    first = prescribe(base(name), [data])[0]
    assert said in first.toml
    assert first.toml.startswith(f'extends = "{name}"')
    assert first.remedy.trial.messages[0].fields == message.fields
    assert "reads to the last byte" in first.why


def test_two_faults_are_a_pair():
    edits = change(43, format="ans..40"), change(48, format="ans..99")
    first = prescribe(base("iso87-ascii"), [wire("iso87-ascii", *edits)])[0]
    assert {edit.number for edit in first.remedy.edits} == {43, 48}


def test_a_field_that_is_not_defined_is_defined(tmp_path):
    path = tmp_path / "few.toml"
    lines = [f'{n} = {{ format = "n {size}" }}' for n, size in ((3, 6), (4, 12), (11, 6), (25, 2))]
    encodings = 'mti = "ascii"\nbitmap = "hex"\nlength = "ascii"\nn = "ascii"\nans = "ascii"\n'
    encodings += 'b = "hex"\nz = "ascii"\na = "ascii"\nan = "ascii"\n'
    text = f'version = "0"\n[encodings]\n{encodings}[fields]\n' + "\n".join(lines)
    path.write_text(text, "utf-8")
    few = SALE.without(*(set(SALE.fields) - {3, 4, 11, 25, 48}))
    data = load_dialect("iso87-ascii").pack(few)
    first = prescribe(base(str(path)), [data])[0]
    assert first.remedy.said.fields["48"].format == "ans...999"


def test_what_reads_needs_nothing():
    assert prescribe(base("pos"), [wire("pos")]) == []


def test_a_second_message_decides():
    edit = change(48, format="ans..99")
    one = wire("iso87-ascii", edit)
    two = wire("iso87-ascii", edit, message=SALE.with_fields({48: "A"}))
    assert len(prescribe(base("iso87-ascii"), [one])) > 1
    [only] = prescribe(base("iso87-ascii"), [one, two])
    assert 'ans..99"' in only.toml


def test_what_would_tell_edits_apart_is_said():
    found = prescribe(base("iso87-ascii"), [wire("iso87-ascii", change(48, format="ans..99"))])
    assert "field 48 has another length" in tell_apart(found[:2])
    assert tell_apart(found[:1]) == ""
    assert tell_apart([]) == ""
    both = prescribe(
        base("iso87-binary"),
        [
            wire(
                "iso87-binary",
                change(41, format="ans 16"),
                message=SALE.with_fields({41: "TERM0001" * 2}),
            )
        ],
    )
    assert "41, 42" in tell_apart(both[:2])


def test_it_is_always_the_same():
    data = [wire("pos", change(48, format="ans..99"))]
    assert [p.toml for p in prescribe(base("pos"), data)] == [
        p.toml for p in prescribe(base("pos"), data)
    ]


@settings(max_examples=15)
@given(data=st.data())
def test_mutated_messages_end_in_prescriptions_or_none(data):
    mutated = data.draw(mutations(wire("pos"), load_dialect("pos")))
    for prescription in prescribe(base("pos"), [mutated]):
        assert prescription.remedy.trial.fits
