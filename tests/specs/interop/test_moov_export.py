"""specs.interop.moov_export: type, encoding and prefix of each field; parts; what is lost."""

import json
import tomllib

import pytest
from msgspec.structs import replace

from cardswitch.specs.dialect import list_dialects
from cardswitch.specs.dialect.file import DialectFile, FieldEntry, PartsEntry, read_dialect_file
from cardswitch.specs.interop.moov import import_moov
from cardswitch.specs.interop.moov_export import export_moov
from tests.kit.samples.foreign import sample

FORMAT = tomllib.loads(sample("moov_format.toml"))
PREFIXES = {
    f"{family}.{size}" for family in FORMAT["prefix_families"] for size in FORMAT["prefix_sizes"]
} | set(FORMAT["other_prefixes"])

ENCODINGS = {"mti": "bcd", "bitmap": "binary", "length": "ascii", "a": "ascii", "b": "binary"}


def written(entry, parts=None, **more):
    parts = {"48": parts} if parts else {}
    return DialectFile(
        extends="",
        title="x",
        version="0",
        encodings=ENCODINGS,
        fields={"48": entry},
        parts=parts,
        **more,
    )


def said(entry, parts=None):
    exported = export_moov("x", written(entry, parts))
    return json.loads(exported.text)["fields"].get("48"), exported.losses


def accept(field):
    """Refuse a field that the tool would not take, or would read otherwise."""
    assert set(field) <= set(FORMAT["keys"])
    assert field["type"] in FORMAT["types"]
    assert field["prefix"] in PREFIXES
    assert ("subfields" in field) == (field["type"] == "Composite")
    if "padding" in field:
        assert field["padding"]["type"] in FORMAT["paddings"]
        assert len(field["padding"]["pad"]) == 1
    if field["type"] == "Composite":
        assert ("tag" in field) != ("bitmap" in field)
        for inner in field["subfields"].values():
            accept(inner)
        if "tag" in field:
            assert set(field["tag"]) <= set(FORMAT["tag_keys"])
            assert field["tag"]["sort"] in FORMAT["sorts"]
            assert field["tag"].get("enc", "ASCII") in FORMAT["encodings"]
        return
    assert field["enc"] in FORMAT["encodings"]
    if field["type"] == "Numeric":
        assert field["length"] <= FORMAT["numeric_digits_max"]
    if field["enc"] == "HexToASCII" and field["type"] != "Bitmap":
        assert field["prefix"].startswith("ASCII.")


@pytest.mark.parametrize("name", list_dialects())
def test_every_dialect_is_in_the_words_of_the_tool(name):
    written = read_dialect_file(name)[1]
    exported = export_moov(name, written)
    document = json.loads(exported.text)
    assert set(document) == {"name", "fields"}
    for field in document["fields"].values():
        accept(field)
    numbers = set(document["fields"])
    assert [int(number) for number in numbers if int(number) in FORMAT["bitmap_bits"]] == [1]
    left_out = {loss.where for loss in exported.losses if "left out" in loss.problem}
    assert {f"field {number}" for number in written.fields if number not in numbers} == left_out
    parts = {
        f"field {path}"
        for path, entry in written.parts.items()
        if "." not in path and path in numbers and document["fields"][path]["type"] != "Composite"
    }
    assert parts <= {loss.where for loss in exported.losses}


def test_fields_above_128_behind_a_bitmap_that_is_a_field_are_told():
    mine = read_dialect_file("example-tertiary")[1]
    exported = export_moov("x", replace(mine, tertiary="field 65"))
    above = {f"field {number}" for number in mine.fields if int(number) > 128}
    assert above <= {loss.where for loss in exported.losses if "left out" in loss.problem}
    assert not [key for key in json.loads(exported.text)["fields"] if int(key) > 128]


@pytest.mark.parametrize(
    ("bitmaps", "said", "losses"),
    [
        ("8", {"length": 8, "disableAutoExpand": True}, 0),
        ("16, bit 1 never set", {"length": 16, "disableAutoExpand": True}, 0),
        ("16", {"length": 16, "disableAutoExpand": True}, 1),
        ("24, bit 1 always set", {"length": 24, "disableAutoExpand": True}, 1),
    ],
)
def test_bitmaps_of_one_size(bitmaps, said, losses):
    mine = replace(read_dialect_file("iso87-ascii")[1], bitmaps=bitmaps)
    exported = export_moov("x", mine)
    fields = json.loads(exported.text)["fields"]
    accept(fields["1"])
    assert said.items() <= fields["1"].items()
    assert len([loss for loss in exported.losses if loss.where == "bitmaps"]) == losses
    assert max(map(int, fields)) == (64 if bitmaps == "8" else 128)


def test_special_characters_of_another_page_are_told_by_field():
    exported = export_moov("x", read_dialect_file("iso87-ebcdic")[1])
    told = {loss.where for loss in exported.losses if "special" in loss.problem}
    assert {"field 43", "field 48"} <= told
    assert not {"field 2", "field 4", "field 35", "field 37"} & told


def test_a_bitmap_in_letters_of_ebcdic_is_told():
    mine = read_dialect_file("iso87-ebcdic")[1]
    encodings = mine.encodings | {"bitmap": "ebcdic-500"}
    exported = export_moov("x", replace(mine, encodings=encodings))
    assert "bitmap" in [loss.where for loss in exported.losses]
    accept(json.loads(exported.text)["fields"]["1"])


FIELDS = [
    ("n 6", "ascii", "", "", "Numeric 6 ASCII ASCII.Fixed"),
    ("n 18", "ascii", "", "", "Numeric 18 ASCII ASCII.Fixed"),
    ("n 19", "ascii", "", "", "String 19 ASCII ASCII.Fixed"),
    ("z 37", "ascii", "", "", "String 37 ASCII ASCII.Fixed"),
    ("n..6", "ebcdic-1047", "ebcdic-1047", "", "String 6 EBCDIC1047 EBCDIC.LL"),
    ("n..6", "ascii", "ascii", "", "String 6 ASCII ASCII.LL"),
    ("n 3", "bcd right 0", "", "", "Numeric 3 LBCD BCD.Fixed"),
    ("n..19", "bcd", "bcd", "", "String 19 BCD BCD.LL"),
    ("ans 8", "ebcdic-1047", "", "", "String 8 EBCDIC1047 EBCDIC.Fixed"),
    ("ans....300", "ascii", "binary", "", "String 300 ASCII Binary.LL"),
    ("b 8", "binary", "", "", "Binary 8 Binary Binary.Fixed"),
    ("b 8", "hex", "", "", "Binary 8 HexToASCII ASCII.Fixed"),
    ("b..9", "hex", "ascii", "bytes", "Binary 9 HexToASCII ASCII.LL"),
    ("b..9", "hex", "ascii", "", "String 18 ASCII ASCII.LL"),
    ("x+n 8", "ascii", "", "", "String 9 ASCII ASCII.Fixed"),
    ("z..37", "bcd", "bcd", "", ""),
    ("n 3", "bcd right F", "", "", ""),
    ("b 8", "ebcdic-1047", "", "", ""),
    ("ans.....99999", "ascii", "ascii", "", ""),
    ("n..19", "bcd", "bcd", "bytes", ""),
]


@pytest.mark.parametrize(("form", "encoding", "length", "count", "expected"), FIELDS)
def test_how_a_field_is_said(form, encoding, length, count, expected):
    field, losses = said(
        FieldEntry(name="x", format=form, encoding=encoding, length=length, count=count)
    )
    if not expected:
        assert field is None
        assert "left out" in str(losses[-1])
        return
    seen = [field["type"], str(field["length"]), field["enc"], field["prefix"]]
    assert " ".join(seen) == expected


def test_a_packed_amount_is_a_sign_and_digits():
    field, _ = said(FieldEntry(name="fee", format="x+n 8", encoding="bcd"))
    assert (field["type"], field["length"]) == ("Composite", 5)
    assert [field["subfields"][key]["enc"] for key in "12"] == ["ASCII", "BCD"]


def test_padding():
    field, _ = said(FieldEntry(name="x", format="ans 8", encoding="ascii", padding="right space"))
    assert field["padding"] == {"type": "Right", "pad": " "}


TEXT = {"ans": "ascii", "n": "ascii", "length": "ascii", "an": "ascii"}
ONE = {"01": FieldEntry(name="a", format="ans..9")}
TWO = {"2": FieldEntry(name="a", format="ans..9")}
PARTS = [
    (
        "ans 6",
        "ascii",
        PartsEntry(
            layout="positional", encodings=TEXT, fields={"1": FieldEntry(name="a", format="ans 6")}
        ),
    ),
    (
        "ans...99",
        "ascii",
        PartsEntry(
            layout="tlv",
            encodings=TEXT,
            fields={"01": FieldEntry(name="a", format="ans..9")},
            tag="an 2",
            length="n 2",
        ),
    ),
    (
        "b..99",
        "binary",
        PartsEntry(
            layout="bitmap",
            encodings={**TEXT, "bitmap": "binary"},
            fields={"1": FieldEntry(name="a", format="ans 6")},
            bitmap=8,
        ),
    ),
    (
        "b..99",
        "binary",
        PartsEntry(layout="ber-tlv", encodings={}, fields={"9F02": FieldEntry(name="amount")}),
    ),
    (
        "b..99",
        "binary",
        PartsEntry(
            layout="tlv",
            encodings={**TEXT, "b": "binary"},
            fields={"56": FieldEntry(name="a", format="b....90", length="binary")},
            tag="b 1",
            length="b 2",
        ),
    ),
]


@pytest.mark.parametrize(
    ("form", "encoding", "parts"), PARTS, ids=lambda one: getattr(one, "layout", "")
)
def test_parts_come_back_as_they_were(form, encoding, parts):
    entry = FieldEntry(
        name="x", format=form, encoding=encoding, length="binary" if form[0] == "b" else "ascii"
    )
    exported = export_moov("x", written(entry, parts))
    back = import_moov(exported.text, "x").written
    assert back.fields["48"].format == form
    found = back.parts["48"]
    assert (found.layout, found.tag, found.length, found.bitmap) == (
        parts.layout,
        parts.tag,
        parts.length,
        parts.bitmap,
    )
    assert [found.fields[key].format for key in parts.fields] == [
        one.format for one in parts.fields.values()
    ]


@pytest.mark.parametrize(
    "parts",
    [
        PartsEntry(
            layout="positional",
            encodings=TEXT,
            fields={"1": FieldEntry(name="a", format="ans 6")},
            repeat=True,
        ),
        PartsEntry(layout="ltv", encodings=TEXT, fields=ONE, tag="an 2", length="n 2"),
        PartsEntry(
            layout="tlv", encodings=TEXT, fields=ONE, tag="an 2", length="n 2", counts_tag=True
        ),
        PartsEntry(
            layout="tlv",
            encodings=TEXT,
            fields={"01": FieldEntry(name="named")},
            tag="an 2",
            length="n 2",
        ),
        PartsEntry(
            layout="bitmap",
            encodings={**TEXT, "bitmap": "hex"},
            fields=TWO,
            bitmap=8,
            continues=True,
        ),
        PartsEntry(
            layout="bitmap", encodings={**TEXT, "bitmap": "hex"}, fields=TWO, bitmap=8, header=2
        ),
        PartsEntry(
            layout="positional",
            encodings=TEXT,
            fields={"1": FieldEntry(name="a", format="ans.....9")},
        ),
    ],
)
def test_parts_that_cannot_be_said_are_told(parts):
    field, losses = said(
        FieldEntry(name="x", format="ans...99", encoding="ascii", length="ascii"), parts
    )
    assert (field["type"], field["enc"]) == ("String", "ASCII")
    assert f"its parts ({parts.layout}) cannot be said" in str(losses[-1])


def test_what_a_document_has_no_place_for_is_told():
    header = {"1": FieldEntry(name="h", format="b 2", encoding="binary", value="0000")}
    mine = written(
        FieldEntry(name="x", format="ans 8", encoding="ascii"), header=header, tertiary="field 65"
    )
    places = [loss.where for loss in export_moov("x", mine).losses]
    assert places == ["tertiary", "header"]
