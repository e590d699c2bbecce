"""specs.interop.pyiso8583: specifications read and write what the library itself does."""

import json
import random
import subprocess
import sys

import iso8583
import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from cardswitch.specs.dialect import list_dialects, load_dialect
from cardswitch.specs.dialect.file import DialectFile, FieldEntry, PartsEntry, read_dialect_file
from cardswitch.specs.errors import DialectError
from cardswitch.specs.fuzzing.seeds import make_value
from cardswitch.specs.fuzzing.strategies import messages
from cardswitch.specs.grammar.codepages import CODECS
from cardswitch.specs.grammar.encodings import Bcd, Signed
from cardswitch.specs.interop.pyiso8583 import export_pyiso8583, import_installed, import_pyiso8583
from cardswitch.specs.message import Message
from tests.kit.samples.foreign import made, pairs, sample

SPECIFICATION = json.loads(sample("pyiso8583.json"))
SAMPLE = import_pyiso8583(sample("pyiso8583.json"), "pyiso8583.json")
DIALECT = made(SAMPLE)
INSTALLED = {
    name: made(import_installed(f"iso8583.specs:{name}")) for name in ("default", "default_ascii")
}


def theirs(message, specification):
    """What pyiso8583 writes, and reads again."""
    document = {
        str(number): value.replace("=", "D") if number == 35 else value
        for number, value in message.fields.items()
    }
    data, _ = iso8583.encode({"t": message.mti, **document}, specification)
    back, _ = iso8583.decode(data, specification)
    fields = {int(key): value for key, value in back.items() if key not in "htp1"}
    return bytes(data), Message(back["t"], fields)


def check(dialect, specification, message):
    data, back = theirs(message, specification)
    assert dialect.pack(message) == data
    ours = dialect.unpack(data)
    packed = {35} & set(ours.fields) if specification is SPECIFICATION else set()
    assert ours.with_fields({n: ours[n].replace("=", "D") for n in packed}) == back


@settings(max_examples=100)
@given(messages(DIALECT))
def test_the_sample_is_written_and_read_like_the_library_does(message):
    check(DIALECT, SPECIFICATION, message)


@settings(max_examples=40)
@given(messages(INSTALLED["default"]))
def test_the_default_specification(message):
    check(INSTALLED["default"], iso8583.specs.default, _no_track(message))


@settings(max_examples=40)
@given(messages(INSTALLED["default_ascii"]))
def test_the_default_specification_in_ascii(message):
    check(INSTALLED["default_ascii"], iso8583.specs.default_ascii, _no_track(message))


def _no_track(message):
    """Track 2 is plain text there: nothing to replace."""
    left = message.without(35)
    return left if left.fields else left.with_fields({3: "000000"})


def test_every_trap_of_the_sample():
    fields = SAMPLE.written.fields
    assert pairs(SAMPLE.losses) == [(0, "len_count nibbles"), (0, "characters")]
    assert SAMPLE.written.tertiary == "together"
    assert set(fields) == set(SPECIFICATION) - {"h", "t", "p", "1", "65"}
    assert (fields["2"].format, fields["3"].format, fields["48"].format) == (
        "n..19",
        "b 3",
        "ans...999",
    )
    assert (fields["22"].encoding, fields["56"].format, fields["56"].count) == (
        "bcd right F",
        "b...450",
        "nibbles",
    )
    assert fields["70"].name == "field 70"


LENIENT = [
    ("a length with a sign", "02004000000000000000+5", "2"),
    ("a bitmap with blanks", "020040000000 0000000", "bitmap"),
    (
        "bit 130 without a specification",
        "0200C00000000000000080000000000000004000000000000000",
        "1",
    ),
]


@pytest.mark.parametrize(("case", "text", "field"), LENIENT)
def test_what_the_library_reads_too_kindly_is_refused_with_its_place(case, text, field):
    with pytest.raises(ValueError, match="expected") as caught:
        INSTALLED["default_ascii"].unpack(text.encode() + b"12345")
    assert str(caught.value).startswith("field ")


PLAIN = {"data_enc": "ascii", "len_enc": "ascii", "len_type": 0, "max_len": 4, "desc": "x"}
HEAD = {"t": PLAIN, "p": {**PLAIN, "max_len": 16}}


def with_field(**changes):
    return json.dumps({**HEAD, "4": {**PLAIN, **changes}}, indent=1)


BAD = {
    "unknown codec": (with_field(data_enc="klingon"), "'klingon'"),
    "unknown length": (with_field(len_type=2, len_enc="rot13"), "'rot13'"),
    "packed text": (with_field(data_enc="bcd"), "data_enc"),
    "negative length": (with_field(max_len=-4), "max_len"),
    "length of nothing": (with_field(max_len=0), "greater length"),
    "length in words": (with_field(max_len="1_6"), "max_len"),
    "wide prefix": (with_field(len_type=9), "len_type"),
    "wide binary prefix": (with_field(len_type=4, len_enc="b"), "len_type"),
    "odd count": (with_field(len_count="bits"), "len_count"),
    "odd pad": (with_field(data_enc="b", len_count="nibbles", left_pad="D"), "left_pad"),
    "half a byte": (with_field(data_enc="b", len_count="nibbles", max_len=3), "half a byte"),
    "unknown key": (with_field(length=4), "'length'"),
    "not a field": (json.dumps({**HEAD, "4": 5}), "keys with values"),
    "number above": (json.dumps({**HEAD, "193": PLAIN}), "field 193"),
    "number in words": (json.dumps({**HEAD, "x": PLAIN}), "field x"),
    "number with a zero": (json.dumps({**HEAD, "04": PLAIN}), "leading zeros"),
    "no MTI": (json.dumps({"p": PLAIN}), "the MTI"),
    "no bitmap": (json.dumps({"t": PLAIN}), "the bitmap"),
    "two kinds of bitmap": (
        json.dumps({**HEAD, "1": {**PLAIN, "data_enc": "b"}}),
        "like the first",
    ),
    "header of any length": (json.dumps({**HEAD, "h": {**PLAIN, "len_type": 2}}), "one length"),
    "not a dictionary": ("[]", "keys with values"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_specification_is_refused_with_its_path_and_a_line(case):
    text, words = BAD[case]
    with pytest.raises(DialectError, match=r"^bad\.json, line \d+: ") as caught:
        import_pyiso8583(text, "bad.json")
    assert words in str(caught.value)


def test_all_faults_of_a_specification_are_told_at_once():
    text = json.dumps({**HEAD, "4": {**PLAIN, "max_len": 0}, "5": 7, "04": PLAIN}, indent=1)
    with pytest.raises(DialectError) as caught:
        import_pyiso8583(text, "bad.json")
    assert [line.split(": ")[1] for line in str(caught.value).splitlines()] == [
        "field 4",
        "field 5",
        "field 04",
    ]


def test_a_header_is_kept_as_it_is():
    text = json.dumps({**HEAD, "h": {**PLAIN, "max_len": 2}, "4": PLAIN})
    imported = import_pyiso8583(text, "x.json")
    message = Message("0200", {4: "1234"}, b"\xff\x00")
    assert made(imported).unpack(made(imported).pack(message)) == message
    assert [loss.where for loss in imported.losses] == ["characters", "field h"]


@pytest.mark.parametrize(
    "place",
    [
        "iso8583.specs",
        "iso8583.specs:",
        "iso8583.specs:nothing",
        "iso8583.nothing:default",
        "iso8583.specs:__doc__",
        "os:environ",
        "mine:spec",
        "../mine:spec",
        "a b:c",
    ],
)
def test_only_specifications_of_installed_packages_are_imported(place, tmp_path, monkeypatch):
    (tmp_path / "mine.py").write_text("raise SystemExit")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    with pytest.raises(DialectError):
        import_installed(place)
    assert "mine" not in sys.modules


# Exporting ----------------------------------------------------------------------------------------

# A Python that knows pyiso8583 and nothing of ours: no codec that we register.
ALONE = """
import iso8583, json, sys
answers = {}
for name, (specification, messages) in json.load(sys.stdin).items():
    answers[name] = []
    for data in map(bytes.fromhex, messages):
        document, _ = iso8583.decode(data, specification)
        answers[name].append((document, iso8583.encode(dict(document), specification)[0].hex()))
json.dump(answers, sys.stdout)
"""


def spoken(dialect, numbers):
    """Messages that have all of the fields *numbers* between them, and one with two bitmaps."""
    pick = random.Random(dialect.name).randrange
    values = {n: make_value(dialect.fields[n], pick) for n in numbers}
    groups = [numbers[at : at + 20] for at in range(0, len(numbers), 20)]
    mti, header = f"{dialect.version}200", dialect.form.header_default
    return [Message(mti, {n: values[n] for n in group}, header) for group in groups]


def as_theirs(field, value):
    """The value as that tool has it: packed amounts as bytes, packed tracks with D."""
    if isinstance(field.encoding, Signed) and isinstance(field.encoding.digits, Bcd):
        return field.encoding.encode(value).hex().upper()
    if field.padding:
        return field.padding.pad(value, field.notation.length)
    return value.replace("=", "D") if isinstance(field.encoding, Bcd) else value


def test_every_dialect_is_read_and_written_by_the_library_alone():
    asked, expected = {}, {}
    for name in list_dialects():
        dialect = load_dialect(name)
        rows = json.loads(export_pyiso8583(name, read_dialect_file(name)[1]).text)
        numbers = [number for number in dialect.fields if str(number) in rows]
        messages = [without_brackets(one) for one in spoken(dialect, numbers)]
        asked[name] = rows, [dialect.pack(one).hex() for one in messages]
        expected[name] = [
            {str(n): as_theirs(dialect.fields[n], value) for n, value in one.fields.items()}
            | {"t": one.mti, **({"h": one.header.hex().upper()} if one.header else {})}
            for one in messages
        ]
    words = [sys.executable, "-I", "-c", ALONE]
    ran = subprocess.run(words, input=json.dumps(asked), capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    for name, answers in json.loads(ran.stdout).items():
        for (document, again), data, fields in zip(
            answers, asked[name][1], expected[name], strict=True
        ):
            assert {key: document[key] for key in document if key not in "p1"} == fields
            assert again == data


def without_brackets(message):
    """What IBM-1047 has elsewhere than IBM-037 is told as a loss."""
    table = str.maketrans("[]^", "()*")
    fields = {number: value.translate(table) for number, value in message.fields.items()}
    return Message(message.mti, fields, message.header)


def test_characters_that_no_codec_of_python_has_are_told_by_field():
    exported = export_pyiso8583("x", read_dialect_file("example-ebcdic-header")[1])
    told = {loss.where for loss in exported.losses if "1047" in loss.problem}
    assert {"field 43", "field 48"} <= told
    assert not {"field 2", "field 4", "field 35", "field 37"} & told
    printable = "".join(map(chr, range(32, 127)))
    differ = [c for c in printable if c.encode("cp037") != c.encode(CODECS["ebcdic-1047"])]
    assert differ == ["[", "]", "^"]


def test_fields_above_128_behind_a_bitmap_that_is_a_field_are_left_out():
    mine = replace(read_dialect_file("example-tertiary")[1], tertiary="field 65")
    exported = export_pyiso8583("x", mine)
    left_out = {loss.where for loss in exported.losses if "left out" in loss.problem}
    assert {f"field {number}" for number in mine.fields if int(number) > 128} == left_out
    assert not [key for key in json.loads(exported.text) if key.isdigit() and int(key) > 128]


@settings(max_examples=25)
@given(messages(load_dialect("iso87-ascii")))
def test_what_is_exported_works_in_the_library(message):
    exported = export_pyiso8583("iso87-ascii", read_dialect_file("iso87-ascii")[1])
    data, _ = theirs(message.without(35), json.loads(exported.text)) if _some(message) else (0, 0)
    assert not data or data == load_dialect("iso87-ascii").pack(message.without(35))


def _some(message):
    return set(message.fields) - {35}


def test_what_the_library_cannot_say_is_told():
    written = DialectFile(
        version="0",
        tertiary="field 65",
        header={"1": FieldEntry(name="id", format="n 2", encoding="bcd", value="60")},
        encodings={"mti": "ascii", "bitmap": "hex", "length": "ascii", "a": "ascii"},
        fields={
            "28": FieldEntry(name="fee", format="x+n 8", encoding="bcd"),
            "41": FieldEntry(
                name="terminal", format="ans 8", encoding="ascii", padding="right space"
            ),
            "48": FieldEntry(name="private", format="ans...99", encoding="ascii"),
            "56": FieldEntry(name="counted", format="b..20", encoding="hex", count="bytes"),
        },
        parts={
            "48": PartsEntry(
                layout="positional", fields={"1": FieldEntry(name="a", format="ans 2")}
            )
        },
    )
    exported = export_pyiso8583("mine", written)
    places = [loss.where for loss in exported.losses]
    assert places == ["field 48", "header", "tertiary", "field 28", "field 41", "field 56"]
    assert "56" not in json.loads(exported.text)
