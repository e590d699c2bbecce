"""specs.interop.jpos.export: its DTD and its classes, parts, and what is told as lost."""

import tomllib
from io import StringIO
from itertools import product

import pytest
from lxml import etree
from msgspec.structs import replace

from cardswitch.specs.codec.form import MessageRule
from cardswitch.specs.dialect import list_dialects
from cardswitch.specs.dialect.file import DialectFile, FieldEntry, PartsEntry, read_dialect_file
from cardswitch.specs.grammar.codepages import CODECS
from cardswitch.specs.grammar.fields import COUNTS, parse_notation
from cardswitch.specs.interop.drafts import Draft
from cardswitch.specs.interop.jpos import import_jpos
from cardswitch.specs.interop.jpos.export import export_jpos
from cardswitch.specs.interop.xml_reader import read_xml
from tests.kit.samples.foreign import sample

FORMAT = tomllib.loads(sample("jpos_format.toml"))
THERE = {f"{family}_{name}" for family, names in FORMAT["classes"].items() for name in names}
ENCODINGS = {"mti": "ascii", "bitmap": "hex", "length": "ascii", "a": "ascii"}


def written(entry, parts=None, **more):
    return DialectFile(
        title="Mine & <others>",
        version="0",
        encodings={**ENCODINGS, **more.pop("encodings", {})},
        fields={"48": entry},
        parts={"48": parts} if parts else {},
        **more,
    )


def element(exported):
    root = read_xml(Draft("x"), exported.text)
    return next((one for one in root.children if one.attributes["id"] == "48"), None)


def attributes_of(element, facts):
    """The declarations of its attributes."""
    kinds = {"text": "CDATA", "boolean": "(true|false)", "name_token": "NMTOKEN"}
    said = [(name, "CDATA #REQUIRED") for name in facts["required"]]
    for kind, declared in kinds.items():
        need = "#REQUIRED" if kind == "name_token" else "#IMPLIED"
        said += [(name, f"{declared} {need}") for name in facts[kind]]
    return [f"<!ATTLIST {element} {name} {how}>" for name, how in said]


DTD = etree.DTD(
    StringIO(
        "\n".join(
            line
            for element, facts in FORMAT["elements"].items()
            for line in (
                f"<!ELEMENT {element} {facts['content']}>",
                *attributes_of(element, facts),
            )
        )
    )
)


def accepted(exported):
    """The XML of *exported*, once it is as jPOS wants it."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    root = etree.fromstring(exported.text.encode(), parser)
    assert DTD.validate(root), DTD.error_log
    assert root.getroottree().docinfo.public_id == FORMAT["public_id"]
    for one in root.iter("isofield", "isofieldpackager"):
        assert one.get("class").removeprefix("org.jpos.iso.") in THERE
        assert one.get("packager", FORMAT["packager"]) == FORMAT["packager"]
    return root


@pytest.mark.parametrize("name", list_dialects())
def test_every_dialect_is_as_the_tool_wants_it(name):
    written = read_dialect_file(name)[1]
    exported = export_jpos(name, written)
    root = accepted(exported)
    numbers = {one.get("id") for one in root}
    left_out = {loss.where for loss in exported.losses if "left out" in loss.problem}
    assert {f"field {number}" for number in written.fields if number not in numbers} == left_out
    assert max(map(int, numbers)) <= int(root.get("maxValidField", "128"))


def sizes(parts):
    """Prefix and length of each part: of classes jPOS has fewer."""
    forms = [parse_notation(entry.format) for entry in parts.fields.values()]
    return [(form.prefix_digits, form.length) for form in forms]


@pytest.mark.parametrize("name", list_dialects())
def test_parts_are_written_and_read_again_or_told(name):
    written = read_dialect_file(name)[1]
    back = import_jpos(export_jpos(name, written).text, "x.xml", written.version).written
    told = {loss.where for loss in export_jpos(name, written).losses}
    for number, parts in written.parts.items():
        left_out = number not in back.fields
        is_said = parts.layout in ("positional", "bitmap") and not parts.repeat
        if is_said and not left_out:
            assert sizes(back.parts[number]) == sizes(parts)
        else:
            assert told & {f"field {number}", f"field {number.partition('.')[0]}"}


@pytest.mark.parametrize("digits", range(1, 7))
@pytest.mark.parametrize("length", ["ascii", "bcd", "binary", "ebcdic-1047"])
@pytest.mark.parametrize("kind", ["n", "ans", "b", "z"])
def test_no_class_is_written_that_is_not_there(kind, length, digits):
    form = f"{kind}{'.' * digits}4"
    for encoding, count in product(("bcd", "bcd right F", "binary", "hex", *CODECS), COUNTS):
        entry = FieldEntry(format=form, encoding=encoding, length=length, count=count)
        exported = export_jpos("x", written(entry))
        accepted(exported)
        assert (element(exported) is None) == any("left out" in str(one) for one in exported.losses)


CLASSES = [
    ("n 6", "ascii", "", "", "IFA_NUMERIC 6"),
    ("n 6", "bcd", "", "", "IFB_NUMERIC 6 true"),
    ("n 3", "bcd right 0", "", "", "IFB_NUMERIC 3 false"),
    ("n 3", "bcd right F", "", "", "IFB_FNUMERIC 3 false"),
    ("n 3", "ebcdic-1047", "", "", "IFE_NUMERIC 3"),
    ("n..19", "ascii", "ascii", "", "IFA_LLNUM 19"),
    ("n..19", "bcd", "bcd", "", "IFB_LLNUM 19 true"),
    ("n..19", "bcd right F", "bcd", "", "IFB_FLLNUM 19 false"),
    ("n..19", "bcd", "binary", "", "IFB_LLHNUM 19 true"),
    ("n.9", "ascii", "ascii", "", "IFA_LCHAR 9"),
    ("ans 8", "ascii", "", "", "IF_CHAR 8"),
    ("ans 8", "ebcdic-1047", "", "", "IFE_CHAR 8"),
    ("ans...99", "ascii", "bcd", "", "IFB_LLLCHAR 99"),
    ("ans...99", "ebcdic-1047", "binary", "", "IFB_LLLHECHAR 99"),
    ("ans..99", "ebcdic-1047", "ascii", "", "IFAE_LLCHAR 99"),
    ("ans..99", "ascii", "ebcdic-1047", "", "IFEA_LLCHAR 99"),
    ("b 8", "hex", "", "", "IFA_BINARY 8"),
    ("b 8", "binary", "", "", "IFB_BINARY 8"),
    ("b 8", "ebcdic-1047", "", "", "IFE_BINARY 8"),
    ("b..20", "hex", "ascii", "", "IFA_LLCHAR 40"),
    ("b..20", "hex", "ascii", "bytes", "IFA_LLABINARY 20"),
    ("b..20", "binary", "ascii", "", "IFA_LLBINARY 20"),
    ("b..20", "binary", "bcd", "nibbles", "IFB_LLHEX 20"),
    ("b..20", "binary", "ebcdic-1047", "", "IFE_LLBINARY 20"),
    ("x+n 8", "ascii", "", "", "IFA_AMOUNT 9"),
    ("x+n 8", "bcd", "", "", "IFB_AMOUNT 9 true"),
    ("n 3", "bcd right E", "", "", ""),
    ("x+n 8", "ebcdic-1047", "", "", ""),
    ("n..19", "bcd", "ascii", "", ""),
    ("n..19", "bcd", "bcd", "bytes", ""),
    ("ans..20", "ascii", "ascii", "nibbles", ""),
    ("b..20", "hex", "bcd", "bytes", ""),
]


@pytest.mark.parametrize(("form", "encoding", "length", "count", "said"), CLASSES)
def test_the_class_of_a_field(form, encoding, length, count, said):
    exported = export_jpos(
        "x",
        written(FieldEntry(name="x", format=form, encoding=encoding, length=length, count=count)),
    )
    found = element(exported)
    if not said:
        assert found is None
        assert "left out" in str(exported.losses[0])
        return
    name, size, *pad = said.split()
    assert found.attributes["class"] == f"org.jpos.iso.{name}"
    assert found.attributes["length"] == size
    assert found.attributes.get("pad") == (pad[0] if pad else None)
    assert not exported.losses


POSITIONAL = PartsEntry(
    layout="positional",
    encodings={"n": "bcd", "length": "ascii"},
    fields={"1": FieldEntry(name="a", format="n 4"), "2": FieldEntry(name="b", format="n 2")},
)
BITMAP = PartsEntry(
    layout="bitmap",
    encodings={"bitmap": "binary", "ans": "ascii", "length": "ascii"},
    fields={
        "2": FieldEntry(name="a", format="ans 4"),
        "66": FieldEntry(name="b", format="ans..20"),
    },
    bitmap=8,
    continues=True,
)
LTV = PartsEntry(
    layout="ltv",
    encodings={"n": "ascii", "ans": "ascii", "length": "ascii"},
    fields={"01": FieldEntry(name="a", format="ans..4")},
    tag="n 2",
    length="n 2",
    counts_tag=True,
)


@pytest.mark.parametrize("parts", [POSITIONAL, BITMAP, LTV], ids=lambda parts: parts.layout)
def test_parts_come_back_as_they_were(parts):
    exported = export_jpos(
        "x", written(FieldEntry(name="x", format="b...999", encoding="binary"), parts)
    )
    back = import_jpos(exported.text, "x.xml").written.parts["48"]
    assert (back.layout, back.bitmap, back.continues) == (
        parts.layout,
        parts.bitmap,
        parts.continues,
    )
    assert {key: entry.format for key, entry in back.fields.items()} == {
        key: entry.format for key, entry in parts.fields.items()
    }


def test_what_jpos_cannot_say_is_told():
    mine = written(
        FieldEntry(name="x", format="ans 8", encoding="ebcdic-500", padding="left *"),
        PartsEntry(layout="tlv", encodings={"an": "ascii"}, fields={}, tag="an 2", length="n 2"),
        header={"1": FieldEntry(name="h", format="n 4", encoding="bcd", value="6000")},
        messages={"0200": MessageRule(frozenset([48]))},
        tertiary="field 65",
    )
    exported = export_jpos("x", mine)
    assert [loss.where for loss in exported.losses] == ["field 48"] * 3 + ["header", "messages"]
    root = accepted(exported)
    assert root.attrib == {"headerLength": "2", "thirdBitmapField": "65", "maxValidField": "192"}
    assert "Mine & <others>" in exported.text


@pytest.mark.parametrize(("bitmaps", "length", "highest"), [("8", 8, 64), ("16", 16, 128)])
def test_bitmaps_of_one_size(bitmaps, length, highest):
    mine = replace(read_dialect_file("iso87-ascii")[1], bitmaps=bitmaps)
    exported = export_jpos("x", mine)
    elements = read_xml(Draft("x.xml"), exported.text).children
    said = {int(one.attributes["id"]): int(one.attributes["length"]) for one in elements}
    assert (said[1], max(said)) == (length, highest)
    told = {loss.where for loss in exported.losses}
    assert ("bitmaps" in told, "field 66" in told) == (bitmaps == "16", bitmaps == "8")


def test_parts_of_a_part_come_behind_one_that_is_plain():
    """As the DTD has it: an isofieldpackager never comes first."""
    inner = replace(POSITIONAL, fields={"1": FieldEntry(name="c", format="n 2")})
    mine = written(FieldEntry(name="x", format="ans 6", encoding="ascii"), POSITIONAL)
    exported = export_jpos("x", replace(mine, parts=mine.parts | {"48.1": inner}))
    accepted(exported)
    back = import_jpos(exported.text, "x.xml").written.parts
    assert [len(back[path].fields) for path in ("48", "48.1")] == [2, 1]


@pytest.mark.parametrize("parts", [POSITIONAL, BITMAP], ids=lambda parts: parts.layout)
def test_parts_one_of_which_has_no_class_are_told_whole_where_they_would_move(parts):
    """Behind a bitmap the others stay where they are."""
    odd = {"2": FieldEntry(name="odd", format="n 3", encoding="bcd right E")}
    whole = replace(parts, fields=parts.fields | odd)
    exported = export_jpos("x", written(FieldEntry(format="b 8", encoding="binary"), whole))
    accepted(exported)
    assert (element(exported).tag == "isofield") == (parts is POSITIONAL)
    where = "field 48" if parts is POSITIONAL else "field 48.2"
    assert [loss.where for loss in exported.losses] == [where]


def test_names_are_text_that_xml_can_carry():
    entry = FieldEntry(name="a\x00--\x1b", format="n 6", encoding="ascii")
    exported = export_jpos("x", replace(written(entry), title="b\x00--\x1b"))
    accepted(exported)
    assert element(exported).attributes["name"] == "a --"
