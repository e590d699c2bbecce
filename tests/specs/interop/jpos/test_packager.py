"""specs.interop.jpos.packager: files read as they are written; hostile ones refused."""

import pytest

from cardswitch.specs.errors import DialectError
from cardswitch.specs.interop.drafts import FAULTS_MAX
from cardswitch.specs.interop.jpos.packager import import_jpos
from cardswitch.specs.message import Message
from tests.kit.samples.foreign import known, made, pairs, sample, try_field
from tests.kit.samples.jpos import BITMAP, CHAR, MTI, SUB, field, packager, parts

SAMPLE = import_jpos(sample("jpos.xml"), "jpos.xml")
DIALECT = made(SAMPLE)
CASES = known("jpos.toml")["field"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['number']} {case['value'][:8]}")
def test_a_field_is_written_as_its_class_means(case):
    try_field(DIALECT, case)


def test_every_field_that_was_imported_is_tried():
    assert {case["number"] for case in CASES} == set(DIALECT.fields) - {95}


def test_what_cannot_be_carried_is_told_with_its_line():
    assert pairs(SAMPLE.losses) == [
        (0, "characters"),
        (8, "headerLength"),
        (18, "field 29"),
        (23, "field 44"),
        (30, "field 49"),
        (36, "field 58"),
        (41, "field 60.0"),
        (45, "field 61"),
        (49, "field 65"),
        (72, "field 130"),
    ]


def test_the_header_is_handed_on():
    message = Message("0200", {3: "012000"}, b"\x01\x02\x03")
    assert DIALECT.unpack(DIALECT.pack(message)) == message


INNER_BITMAP = '<isofield id="0" length="16" name="B" class="org.jpos.iso.IFB_BITMAP"/>'
BOMB = "".join(f'<!ENTITY {b} "{"&" + a + ";" * 1}&{a};">' for a, b in ["ab", "bc", "cd", "de"])
BAD = {
    "unknown class": (packager(field(4, "org.jpos.iso.IFX_WHAT")), 4, "'IFX_WHAT'"),
    "class of a bank": (packager(field(4, "com.bank.IFA_NUMERIC")), 4, "'com.bank.IFA_NUMERIC'"),
    "validating class": (packager(field(4, "org.jpos.iso.IVA_ALPHA")), 4, "'IVA_ALPHA'"),
    "private class": (packager(field(4, "org.jpos.iso.CTCSubElement")), 4, "CTCSubElement"),
    "validator": (packager(field(4, "org.jpos.iso.validator.X")), 4, "validator.X"),
    "bitmap as a field": (packager(field(4, "org.jpos.iso.IFB_BITMAP")), 4, "another place"),
    "no class": (packager(field(4, "")), 4, "a class"),
    "twice, and once wrong": (
        packager(field(4, CHAR, 0) + "\n" + field("04", CHAR, 0)),
        5,
        "longer",
    ),
    "negative length": (packager(field(4, CHAR, -8)), 4, "length"),
    "length of nothing": (packager(field(4, CHAR, 0)), 4, "longer"),
    "length in words": (packager(field(4, CHAR, "1_6")), 4, "length"),
    "length too long when filled": (
        packager(field(4, "org.jpos.iso.IFA_FLLCHAR", 999_999)),
        4,
        "shorter",
    ),
    "length too long": (packager(field(4, CHAR, 9999999)), 4, "length"),
    "length beyond its prefix": (packager(field(4, "org.jpos.iso.IFA_LLCHAR", 100)), 4, "99"),
    "number too high": (packager(field(193, CHAR)), 4, "id"),
    "number in words": (packager(field("x", CHAR)), 4, "id"),
    "odd pad": (packager(field(4, "org.jpos.iso.IFB_NUMERIC", 8, 'pad="yes"')), 4, "pad"),
    "another element": (packager("<isofeld/>"), 4, "isofield"),
    "another root": ("<other/>", 1, "isopackager"),
    "no MTI": (f"<isopackager>{BITMAP}</isopackager>", 1, "the MTI"),
    "no bitmap": (f"<isopackager>{MTI}</isopackager>", 1, "the bitmap"),
    "odd bitmap": (packager(bitmap=BITMAP.replace("16", "7")), 3, "8, 16 or 24"),
    "text as bitmap": (packager(bitmap=field(1, CHAR, 16)), 3, "IFA_BITMAP"),
    "no bitmap emitted": (packager(attributes='emitBitmap="false"'), 1, "emitBitmap"),
    "header too long": (packager(attributes='headerLength="999"'), 1, "headerLength"),
    "parts without a packager": (packager(field(4, CHAR)[:-2] + "><a/></isofield>"), 4, "parts"),
    "parts without a bitmap": (packager(parts(field(2, CHAR))), 4, "bitmapField"),
    "mixed tags": (
        packager(parts(field(1, "IFEP_LLCHAR") + field(2, CHAR), 'emitBitmap="false"')),
        4,
        "IFEP_LLCHAR alone",
    ),
    "no XML": ("{}", 1, "not well formed"),
    "cut off": ("<isopackager>", 1, "not well formed"),
    "nested": ("<a>" * 1000 + "</a>" * 1000, 1, "at most"),
    "entity": ('<!DOCTYPE a [\n<!ENTITY x "y">]><a>&x;</a>', 2, "entities"),
    "entity bomb": (f'<!DOCTYPE a [<!ENTITY a "aa">{BOMB}]><a>&e;</a>', 1, "entities"),
    "external entity": (
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a/>',
        1,
        "entities",
    ),
    "parameter entity": (
        '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://nowhere.invalid/">]><a/>',
        1,
        "",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_packager_is_refused_with_its_path_and_line(case):
    text, line, words = BAD[case]
    with pytest.raises(DialectError) as caught:
        import_jpos(text, "bad.xml")
    assert f"bad.xml, line {line}: " in str(caught.value)
    assert words in str(caught.value)


def test_a_huge_file_is_refused_before_it_is_read():
    with pytest.raises(DialectError, match=r"bad\.xml: .* at most"):
        import_jpos("<a>" + " " * (1 << 20), "bad.xml")


def test_a_third_bitmap_stands_with_the_others_or_in_field_65():
    together = import_jpos(packager(field(130, CHAR), bitmap=BITMAP.replace("16", "24")), "x.xml")
    inside = packager(field(65, "org.jpos.iso.IFB_BITMAP") + field(130, CHAR))
    assert together.written.tertiary == "together"
    assert import_jpos(inside, "x.xml").written.tertiary == "field 65"


def test_a_bitmap_of_8_bytes_never_goes_on():
    text = packager(field(70, CHAR), bitmap=BITMAP.replace('"16"', '"8"'))
    imported = import_jpos(text, "x.xml")
    assert imported.written.bitmaps == "8"
    assert [loss.where for loss in imported.losses] == ["field 70"]


@pytest.mark.parametrize(
    ("inner", "bitmap", "continues", "losses"),
    [
        (field(2, CHAR), 8, True, 0),
        (field(1, CHAR), 8, False, 1),
        (field(1, CHAR) + field(65, CHAR), 16, False, 1),
    ],
)
def test_an_inner_bitmap_of_16_bytes_is_a_trap(inner, bitmap, continues, losses):
    imported = import_jpos(packager(parts(INNER_BITMAP + inner, 'bitmapField="0"')), "x.xml")
    entry = imported.written.parts["48"]
    assert (entry.bitmap, entry.continues, len(imported.losses)) == (bitmap, continues, losses)


def test_parts_that_do_not_count_from_1_are_numbered_anew():
    inner = field(0, CHAR, 2) + field(1, CHAR, 3)
    text = packager(parts(inner, 'emitBitmap="false" firstField="0"'))
    imported = import_jpos(text, "x.xml")
    assert list(imported.written.parts["48"].fields) == ["1", "2"]
    assert [loss.where for loss in imported.losses] == ["field 48.0", "field 48.1"]


def test_all_faults_of_a_file_are_told_at_once_by_line():
    fields = [field(4, CHAR, 0), field(5, CHAR), field(6, "com.bank.X"), field("x", CHAR)]
    text = packager("\n".join(fields), bitmap=BITMAP.replace("16", "7"))
    with pytest.raises(DialectError) as caught:
        import_jpos(text, "bad.xml")
    told = str(caught.value).splitlines()
    assert [line.partition(": ")[0] for line in told] == [
        f"bad.xml, line {number}" for number in (3, 4, 6, 7)
    ]
    assert "--class com.bank.X=" in told[2]


def test_no_more_faults_are_told_than_anybody_mends_at_once():
    text = packager("\n".join(field(number, CHAR, 0) for number in range(2, 64)))
    with pytest.raises(DialectError) as caught:
        import_jpos(text, "bad.xml")
    told = str(caught.value).splitlines()
    assert (len(told), told[-1]) == (FAULTS_MAX + 1, "bad.xml: 12 faults more")


def test_a_field_that_stands_twice_is_the_last_one():
    imported = import_jpos(packager(field(4, CHAR) + "\n" + field("04", CHAR, 9)), "x.xml")
    assert imported.written.fields["4"].format == "ans 9"
    assert (4, "field 4") in pairs(imported.losses)


def test_classes_of_ones_own_are_like_those_of_jpos():
    inner = field(1, "com.bank.Digits", 2)
    own = {"com.bank.Digits": "org.jpos.iso.IFA_NUMERIC", "com.bank.Sub": "GenericSubFieldPackager"}
    text = packager(parts(inner, 'emitBitmap="false"').replace(SUB, "com.bank.Sub"))
    written = import_jpos(text, "x.xml", classes=own).written
    assert written.parts["48"].fields["1"].format == "n 2"


def test_validators_are_stepped_over_and_told():
    text = packager('<isofieldvalidator id="4" class="org.jpos.iso.IVA_NUM"/>' + field(4, CHAR))
    assert (4, "isofieldvalidator") in pairs(import_jpos(text, "x.xml").losses)


def test_a_validator_inside_its_field_is_told_and_the_field_carried():
    inside = field(4, CHAR).replace("/>", '><isofieldvalidator class="org.x.IVA_NUM"/></isofield>')
    imported = import_jpos(packager(inside), "x.xml")
    assert "4" in imported.written.fields
    assert (4, "field 4 isofieldvalidator") in pairs(imported.losses)


@pytest.mark.parametrize(("length", "version"), [(6, "0"), (12, "1"), (14, "2"), (7, "0")])
def test_the_edition_is_that_of_the_lengths(length, version):
    text = packager(field(12, "org.jpos.iso.IFA_NUMERIC", length))
    assert import_jpos(text, "x.xml").written.version == version
