"""specs.interop.jpos: packagers read as they are written, traps and all; hostile ones refused."""

import pytest

from cardswitch.specs.errors import DialectError
from cardswitch.specs.interop.jpos import import_jpos
from cardswitch.specs.message import Message
from tests.kit.samples.foreign import known, made, pairs, sample, try_field

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


MTI = '<isofield id="0" length="4" name="MTI" class="org.jpos.iso.IFA_NUMERIC"/>\n'
BITMAP = '<isofield id="1" length="16" name="B" class="org.jpos.iso.IFB_BITMAP"/>\n'


def packager(fields="", attributes="", bitmap=BITMAP):
    return f"<isopackager {attributes}>\n{MTI}{bitmap}{fields}\n</isopackager>"


def field(number, name, length=8, more=""):
    return f'<isofield id="{number}" length="{length}" name="x" class="{name}" {more}/>'


def parts(inner, attributes="", packager_name="GenericSubFieldPackager"):
    return (
        '<isofieldpackager id="48" length="99" name="x" class="org.jpos.iso.IFA_LLBINARY" '
        f'packager="org.jpos.iso.packager.{packager_name}" {attributes}>{inner}</isofieldpackager>'
    )


CHAR = "org.jpos.iso.IF_CHAR"
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
    "duplicate": (packager(field(4, CHAR) + "\n" + field("04", CHAR)), 5, "on line 4 already"),
    "negative length": (packager(field(4, CHAR, -8)), 4, "length"),
    "length of nothing": (packager(field(4, CHAR, 0)), 4, "longer"),
    "length in words": (packager(field(4, CHAR, "1_6")), 4, "length"),
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
    "unknown packager": (packager(parts("", "", "Mine")), 4, "'Mine'"),
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
