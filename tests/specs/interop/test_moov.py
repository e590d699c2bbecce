"""specs.interop.moov: JSON and YAML documents read as they are meant; bad ones refused."""

import json

import pytest

from cardswitch.specs.errors import DialectError
from cardswitch.specs.interop.moov import import_moov
from tests.kit.samples.foreign import known, made, pairs, sample, try_field

JSON = import_moov(sample("moov.json"), "moov.json")
YAML = import_moov(sample("moov.yaml"), "moov.yaml")
CASES = known("moov.toml")


@pytest.mark.parametrize("case", CASES["json"], ids=lambda case: str(case["number"]))
def test_a_field_of_the_json_document(case):
    try_field(made(JSON), case)


@pytest.mark.parametrize("case", CASES["yaml"], ids=lambda case: str(case["number"]))
def test_a_field_of_the_yaml_document(case):
    try_field(made(YAML), case)


def test_every_field_that_was_imported_is_tried():
    assert {case["number"] for case in CASES["json"]} == set(made(JSON).fields) - {58}
    assert {case["number"] for case in CASES["yaml"]} == set(made(YAML).fields)


def test_what_cannot_be_carried_is_told_with_its_line():
    assert pairs(JSON.losses) == [
        (0, "Numeric"),
        (0, "characters"),
        (27, "field 55.9F02"),
        (28, "field 55.9F1E"),
        (31, "field 57"),
        (32, "field 58"),
        (33, "field 65"),
    ]
    assert pairs(YAML.losses) == [
        (0, "Numeric"),
        (0, "EBCDIC"),
        (0, "characters"),
        (19, "field 53"),
        (44, "field 104.56.81"),
    ]


def test_names_are_for_people_and_harmless():
    assert JSON.written.title == "Traps of JSON"
    assert JSON.written.fields["70"].name == "Network [2Jcode"


HEAD = {
    "0": {"type": "String", "length": 4, "enc": "ASCII", "prefix": "ASCII.Fixed"},
    "1": {"type": "Bitmap", "enc": "Binary", "prefix": "Hex.Fixed"},
}
PLAIN = {"type": "String", "length": 8, "enc": "ASCII", "prefix": "ASCII.Fixed"}


def document(changes=None, **more):
    fields = {**HEAD, **more}
    if changes is not None:
        fields["48"] = {**PLAIN, **changes}
    return json.dumps({"fields": fields}, indent=1)


def composite(tag, subfields=None, **more):
    parts = {"1": PLAIN} if subfields is None else subfields
    return document({"type": "Composite", "tag": tag, "subfields": parts, **more})


TLV = {"length": 2, "enc": "ASCII", "sort": "StringsByInt"}
BAD = {
    "unknown type": (document({"type": "Text"}), "'Text'"),
    "unknown enc": (document({"enc": "UTF8"}), "'UTF8'"),
    "unknown prefix": (document({"prefix": "ASCII.LLLLL"}), "'ASCII.LLLLL'"),
    "unknown padding": (document({"padding": {"type": "Both", "pad": "0"}}), "'Both'"),
    "unknown key": (document({"lenght": 8}), "'lenght'"),
    "long pad": (document({"padding": {"type": "Left", "pad": "00"}}), "one printable"),
    "negative length": (document({"length": -8}), "length"),
    "length of nothing": (document({"length": 0}), "length"),
    "length missing": (document({"length": None}), "length"),
    "length in words": (document({"length": "+8"}), "length"),
    "a bitmap among fields": (document({"type": "Bitmap"}), "field 1 alone"),
    "a tag as encoding": (document({"enc": "BerTLVTag"}), "encoding of values"),
    "a BER length": (document({"prefix": "BerTLV"}), "BER tags"),
    "not a field": (document(**{"48": "x"}), "keys with values"),
    "a list": (document(**{"48": []}), "keys with values"),
    "type as a list": (document({"type": ["String"]}), "one value"),
    "number above": (document(**{"193": PLAIN}), "field number"),
    "number in words": (document(**{"4x": PLAIN}), "field number"),
    "no parts": (composite({"sort": "StringsByInt"}, {}), "with subfields"),
    "unknown sort": (composite({"sort": "Random"}), "a sort of"),
    "unknown tag key": (composite({**TLV, "size": 2}), "'size'"),
    "unknown tag enc": (composite({**TLV, "enc": "Morse"}), "'Morse'"),
    "long pad of a tag": (composite({**TLV, "padding": {"type": "Left", "pad": "00"}}), "its tag"),
    "tag without a length": (composite({**TLV, "length": 0}), "tag length"),
    "fixed parts under tags": (composite(TLV), "written alike"),
    "no BER part": (composite({"enc": "BerTLVTag", "sort": "StringsByHex"}), "BerTLV"),
    "part beyond the bitmap": (
        document({"type": "Composite", "bitmap": HEAD["1"], "subfields": {"200": PLAIN}}),
        "part",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_document_is_refused_with_its_path_and_a_line(case):
    text, words = BAD[case]
    with pytest.raises(DialectError, match=r"^bad\.json, line \d+: ") as caught:
        import_moov(text, "bad.json")
    assert words in str(caught.value)


def test_the_line_is_that_of_the_field():
    text = document({"type": "Text"})
    line = text.splitlines().index('  "48": {') + 1
    with pytest.raises(DialectError, match=f"line {line}: field 48: "):
        import_moov(text, "bad.json")


def test_of_a_field_that_stands_twice_the_last_one_counts():
    imported = import_moov(document(**{"48": PLAIN, "048": {**PLAIN, "length": 9}}), "x.json")
    assert imported.written.fields["48"].format == "ans 9"
    assert "field 48" in [loss.where for loss in imported.losses]


def test_all_faults_of_a_document_are_told_at_once():
    inner = {"1": {**PLAIN, "enc": "Morse"}, "2": {**PLAIN, "type": "Text"}}
    text = composite({"sort": "StringsByInt"}, inner, length=16)
    text = text.replace('"type": "Bitmap"', '"type": "Bits"')
    with pytest.raises(DialectError) as caught:
        import_moov(text, "bad.json")
    told = str(caught.value).splitlines()
    assert [word for word in ("'Bits'", "'Morse'", "'Text'") if word in caught.value.args[0]]
    assert (len(told), [line.split(": ")[1] for line in told]) == (
        3,
        ["field 1", "field 48.1", "field 48.2"],
    )


def test_a_tag_without_a_sort_and_an_index_are_read():
    inner = {"01": {**PLAIN, "type": "IndexTag", "prefix": "ASCII.LL"}}
    tag = {"length": 2, "enc": "ASCII"}
    imported = import_moov(composite(tag, inner, prefix="ASCII.LLL", length=99), "x.json")
    assert imported.written.parts["48"].layout == "tlv"


WHOLE = {
    "no fields": ("{}", "fields"),
    "other keys": ('{"fields": {}, "schema": 1}', "'schema'"),
    "no MTI": ('{"fields": {"1": {}}}', "field 0"),
    "MTI of 8": (document(**{"0": PLAIN}), "length of 4"),
    "no bitmap": (document(**{"1": PLAIN}), "a Bitmap"),
    "odd bitmap": (document(**{"1": {**HEAD["1"], "length": 7}}), "8, 16 or 24"),
    "narrow bitmap": (
        document(**{"1": {**HEAD["1"], "disableAutoExpand": True}, "70": PLAIN}),
        "above 64",
    ),
}


@pytest.mark.parametrize("case", WHOLE)
def test_a_document_that_is_no_message_is_refused(case):
    text, words = WHOLE[case]
    with pytest.raises(DialectError, match=words):
        import_moov(text, "bad.json")


def test_what_can_be_said_of_a_third_bitmap():
    assert import_moov(document(**{"130": PLAIN}), "x").written.tertiary == "together"


@pytest.mark.parametrize(
    ("changes", "bitmaps"),
    [
        ({}, ""),
        ({"disableAutoExpand": True}, "8"),
        ({"length": 16}, "16, bit 1 never set"),
        ({"length": 16, "disableAutoExpand": True}, "16, bit 1 never set"),
        ({"length": 24}, "24, bit 1 never set"),
    ],
)
def test_how_many_bytes_of_bitmap(changes, bitmaps):
    imported = import_moov(document(**{"1": {**HEAD["1"], "length": 8, **changes}}), "x")
    assert imported.written.bitmaps == bitmaps
    assert len(imported.losses) == (changes == {"length": 16})


@pytest.mark.parametrize("prefix", ["Hex.LL", "Binary.LLLL", "None.Fixed"])
def test_a_length_that_ours_has_not_leaves_its_field_out(prefix):
    imported = import_moov(document({"prefix": prefix}), "x")
    assert "48" not in imported.written.fields
    assert [loss.where for loss in imported.losses] == ["field 48"]


def test_a_composite_without_one_of_its_parts_is_taken_as_a_whole():
    parts = {"1": PLAIN, "2": {**PLAIN, "prefix": "Hex.LL"}}
    imported = import_moov(composite({"sort": "StringsByInt"}, parts), "x")
    assert imported.written.parts == {}
    assert imported.written.fields["48"].format == "b 8"
    assert len(imported.losses) == 2


@pytest.mark.parametrize(
    ("changes", "form", "encoding"),
    [
        ({"enc": "Binary"}, "b 8", "binary"),
        ({"type": "Binary", "enc": "ASCII"}, "ans 8", "ascii"),
        ({"type": "Track2", "enc": "BCD"}, "z 8", "bcd"),
        ({"enc": "ASCIIToHex", "prefix": "ASCII.LL"}, "b..8", "binary"),
    ],
)
def test_types_and_encodings_that_do_not_match(changes, form, encoding):
    imported = import_moov(document(changes), "x")
    kind = form.split(" ")[0].split(".")[0]
    assert imported.written.fields["48"].format == form
    assert imported.written.encodings[kind] == encoding
