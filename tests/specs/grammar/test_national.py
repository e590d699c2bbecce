"""National letters in fields: known answers on every path, and where they are refused."""

import tomllib
from pathlib import Path

import iso8583
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs.codec.shapes import SEEN_MIN
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.dialect.file import read_dialect_file
from cardswitch.specs.dialect.reference import specification
from cardswitch.specs.errors import DecodeError, DialectError, EncodeError
from cardswitch.specs.interop.jpos import export_jpos
from cardswitch.specs.interop.moov_export import export_moov
from cardswitch.specs.interop.pyiso8583 import export_pyiso8583, import_pyiso8583
from cardswitch.specs.interop.wireshark import export_wireshark
from cardswitch.specs.message import Message
from cardswitch.specs.review.partial import read_partly, write_again
from tests.kit.samples.foreign import made

VECTORS = tomllib.loads(
    (Path(__file__).parents[2] / "vectors" / "national.toml").read_text("utf-8")
)
HEAD = b"0100" + b"0000000000200000"  # field 43


def dialect_of(folder, encoding, form="ans..25"):
    path = folder / "mine.toml"
    line = f'43 = {{ format = "{form}", encoding = "{encoding}" }}'
    opaque = '[parts.43]\nlayout = "opaque"'
    path.write_text(f'extends = "iso87-ascii"\n[fields]\n{line}\n{opaque}\n')
    return load_dialect(str(path))


@pytest.mark.parametrize("case", VECTORS["good"], ids=lambda case: case["value"])
def test_known_answers_on_all_paths(case, tmp_path):
    dialect = dialect_of(tmp_path, case["encoding"], case["format"])
    message = Message("0100", {43: case["value"]})
    wire = HEAD + bytes.fromhex(case["wire"])
    for _ in range(SEEN_MIN + 1):  # from slow to generated
        assert dialect.unpack(wire) == message
        assert dialect.pack(message) == wire
        assert dict(dialect.unpack_lazy(wire).fields) == message.fields
        assert dict(dialect.index(wire).fields) == message.fields


@pytest.mark.parametrize("case", VECTORS["bad"], ids=lambda case: case["wire"])
def test_what_stands_for_no_letter_is_refused_with_its_byte_and_shown(case, tmp_path):
    dialect = dialect_of(tmp_path, case["encoding"], case["format"])
    wire = HEAD + bytes.fromhex(case["wire"])
    for read in (dialect.unpack, dialect.unpack_lazy):
        for _ in range(SEEN_MIN + 1):
            with pytest.raises(DecodeError) as caught:
                read(wire)
            assert (caught.value.field, caught.value.offset) == ("43", len(HEAD) + case["at"])
    partial = read_partly(dialect, wire)
    assert (partial.fault, [odd.field for odd in partial.oddities]) == (None, ["43"])
    assert write_again(dialect, partial.message, partial.as_received) == wire


@given(st.sampled_from(["latin-1", "cp1252", "utf-8"]), st.text(max_size=25))
def test_any_text_is_written_and_read_again_or_refused(tmp_path_factory, encoding, text):
    dialect = _cached(tmp_path_factory, encoding)
    try:
        wire = dialect.pack(Message("0100", {43: text}))
    except EncodeError:
        return
    assert dialect.unpack(wire)[43] == text


def _cached(factory, encoding, made={}):  # noqa: B006
    if encoding not in made:
        made[encoding] = dialect_of(factory.mktemp("national"), encoding)
    return made[encoding]


def test_a_padded_text_is_filled_up_in_bytes(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        'extends = "iso87-ascii"\n[fields]\n41 = { encoding = "utf-8", padding = "right space" }\n'
    )
    dialect = load_dialect(str(path))
    wire = dialect.pack(Message("0100", {41: "Zürich"}))
    assert wire.endswith("Zürich ".encode())
    assert dialect.unpack(wire)[41] == "Zürich"


PARTS = """
[parts.48]
layout = "positional"
[parts.48.fields]
1 = { format = "ans 3" }
2 = { format = "ans 2" }
"""


@pytest.mark.parametrize(
    ("page", "value", "first"),
    [("latin-1", "Zü1Ab", "Zü1"), ("cp1252", "5 €–b", "5 €"), ("utf-8", "€é", "€")],
)
def test_parts_of_a_text_are_those_of_its_page(page, value, first, tmp_path):
    """Lengths count bytes, those of parts as well: of UTF-8, three stand for one character."""
    path = tmp_path / "mine.toml"
    line = f'48 = {{ format = "ans 5", encoding = "{page}" }}'
    path.write_text(f'extends = "iso87-ascii"\n[fields]\n{line}{PARTS}')
    dialect = load_dialect(str(path))
    message = dialect.unpack(dialect.pack(Message("0100", {48: value})))
    assert [dialect.read(message, key) for key in ("48.1", "48.2")] == [first, value[len(first) :]]
    assert dialect.write(message, "48.1", "Abc")[48] == "Abc" + value[len(first) :]


def test_parts_of_a_national_text_have_its_letters(tmp_path):
    path = tmp_path / "mine.toml"
    line = '48 = { format = "ans 5", encoding = "latin-1" }'
    path.write_text(f'extends = "iso87-ascii"\n[fields]\n{line}{PARTS}')
    dialect = load_dialect(str(path))
    message = Message("0100", {48: "Zü1Ab"})
    assert [dialect.read(message, path) for path in ("48.1", "48.2")] == ["Zü1", "Ab"]
    assert dialect.write(message, "48.1", "Ärz")[48] == "ÄrzAb"


@pytest.mark.parametrize(
    "line",
    [
        '[fields]\n2 = { encoding = "utf-8" }',
        '[encodings]\nmti = "latin-1"',
        '[encodings]\nlength = "latin-1"',
        '[fields]\n48 = { encoding = "utf-8", count = "characters" }',
        '[fields]\n55 = { encoding = "cp1252" }',
    ],
)
def test_digits_lengths_and_bytes_have_no_letters(line, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(f'extends = "iso87-ascii"\n{line}\n')
    with pytest.raises(DialectError):
        load_dialect(str(path))


def test_whole_classes_and_signs(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('extends = "iso87-ascii"\n[encodings]\na = "latin-1"\nans = "latin-1"\n')
    dialect = load_dialect(str(path))
    message = Message("0100", {28: "C00000150", 44: "Größe"})
    assert dialect.unpack(dialect.pack(message)) == message


@pytest.mark.parametrize(
    ("exporter", "page", "is_told"),
    [
        (export_jpos, "latin-1", False),
        (export_jpos, "utf-8", True),
        (export_moov, "latin-1", True),
        (export_wireshark, "latin-1", True),
        (export_pyiso8583, "utf-8", False),
    ],
)
def test_an_export_says_where_a_tool_has_no_such_page(exporter, page, is_told, tmp_path):
    dialect_of(tmp_path, page)
    written = read_dialect_file(str(tmp_path / "mine.toml"))[1]
    told = [loss.problem for loss in exporter("mine", written).losses if loss.where == "field 43"]
    assert any(page in problem for problem in told) == is_told


@pytest.mark.parametrize("page", ["latin-1", "cp1252", "utf-8"])
def test_pyiso8583_has_the_same_pages(page, tmp_path):
    dialect = dialect_of(tmp_path, page)
    wire = dialect.pack(Message("0100", {43: "Zürich"}))
    assert iso8583.decode(wire, specification(dialect))[0]["43"] == "Zürich"
    written = read_dialect_file(str(tmp_path / "mine.toml"))[1]
    back = made(import_pyiso8583(export_pyiso8583("mine", written).text, "x.json"))
    assert back.unpack(wire)[43] == "Zürich"
