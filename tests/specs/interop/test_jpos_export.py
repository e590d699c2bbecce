"""specs.interop.jpos_export: the class of each field, its parts, and what is told as lost."""

import pytest

from cardswitch.specs.codec.form import MessageRule
from cardswitch.specs.dialect.file import DialectFile, FieldEntry, PartsEntry
from cardswitch.specs.interop.drafts import Draft
from cardswitch.specs.interop.jpos import import_jpos
from cardswitch.specs.interop.jpos_export import export_jpos
from cardswitch.specs.interop.xml_reader import read_xml

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
    root = read_xml(Draft("x"), exported.text)
    assert root.attributes == {"name": "Mine & <others>", "headerLength": "2"}
