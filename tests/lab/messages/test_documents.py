"""Messages as JSON and back."""

import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.lab.messages.documents import read_document, split_documents
from cardswitch.lab.messages.pasted.plain import INPUT_SIZE_MAX
from cardswitch.lab.messages.showing import show
from cardswitch.lab.messages.views.fields import FieldsView
from cardswitch.specs.dialect import list_dialects, load_dialect
from cardswitch.specs.errors import FormatError
from cardswitch.specs.fuzzing.strategies import messages
from cardswitch.specs.message import Message

VECTORS = Path(__file__).parents[2] / "vectors" / "messages.toml"
KNOWN = tomllib.loads(VECTORS.read_text("utf-8"))["message"]
PAN = "9999990000000014"
SALE = Message("0200", {2: PAN, 4: "000000001250", 35: f"{PAN}=30121010000012300000"})


def write_document(message, unsafe=False, dialect=None):
    return json.dumps(FieldsView().document(show(dialect, message, unsafe)))


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: f"{known['dialect']} {known['mti']}")
def test_known_messages_come_back_from_json(known):
    message = Message(known["mti"], {int(k): v for k, v in known["fields"].items()})
    assert read_document(write_document(message, unsafe=True).encode()) == message


@pytest.mark.parametrize("name", list_dialects())
@given(data=st.data())
def test_every_message_comes_back_from_json(name, data):
    dialect = load_dialect(name)
    wire = dialect.pack(data.draw(messages(dialect)))
    document = write_document(dialect.unpack(wire), unsafe=True)
    assert dialect.pack(read_document(document.encode())) == wire


def test_json_is_masked_and_then_no_message():
    document = write_document(SALE)
    assert PAN not in document
    assert "999999******0014" in document
    with pytest.raises(FormatError, match="--unsafe"):
        read_document(document.encode())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"", "truncated"),
        (b"{", "truncated"),
        (b"\xff", "malformed"),
        (b"[]", "Expected `object`"),
        (b'{"mti": "0800"}', "missing required field `fields`"),
        (b'{"mti": 800, "fields": {}}', "Expected `str`"),
        (b'{"mti": "0800", "fields": {"11": 1}}', "Expected `str`"),
        (b'{"mti": "0800", "fields": {"011": "1"}}', "numbers of fields"),
        (b'{"mti": "0800", "fields": {"": "1"}}', "numbers of fields"),
        ('{"mti": "0800", "fields": {"١": "1"}}'.encode(), "numbers of fields"),
        (b'{"mti": "0800", "fields": {}, "9999990000000014": 1}', "no other keys"),
        (b'{"mti": "0800", "fields": {"9999990000000014": "1"}}', "numbers of fields"),
        (b'{"mti": ' + b"[" * 100_000, ""),
        (b" " * (INPUT_SIZE_MAX + 1), "of input"),
    ],
)
def test_json_that_is_no_message_is_refused_without_repeating_it(text, expected):
    with pytest.raises(FormatError) as refused:
        read_document(text)
    assert expected in str(refused.value)
    assert PAN not in str(refused.value)


POS = load_dialect("pos")
CHIP = Message("0200", {3: "012000", 11: "000001", 55: "9F3602003C9A03251128"})


def test_parts_have_their_paths_and_names():
    said = json.loads(write_document(CHIP, unsafe=True, dialect=POS))
    assert said["parts"]["3.2"]["value"] == "20"
    assert said["parts"]["55.9F36"] == {"name": "application transaction counter", "value": "003C"}
    secret = CHIP.with_fields({55: "9F37040000003C"})
    masked = json.loads(write_document(secret, dialect=POS))
    assert masked["parts"]["55.9F37"]["value"] == "*** (8)"
    assert masked["parts"]["3.2"]["value"] == "20"


@pytest.mark.parametrize("name", list_dialects())
@given(data=st.data())
def test_every_message_comes_back_from_json_with_its_parts(name, data):
    dialect = load_dialect(name)
    message = dialect.unpack(dialect.pack(data.draw(messages(dialect))))
    document = write_document(message, unsafe=True, dialect=dialect)
    assert read_document(document.encode(), dialect) == message


def test_a_field_is_made_of_its_parts():
    said = json.loads(write_document(CHIP, unsafe=True, dialect=POS))
    said["fields"] = {"11": "000001"}
    assert read_document(json.dumps(said).encode(), POS) == CHIP


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"55.9F36": {"value": "003D"}}, "same value"),
        ({"55.9F33": {"value": "00"}}, "same value"),
        ({"11.1": {"value": "00"}}, "same value"),
        ({"48.1": {"value": "00"}}, "parts of 48"),
        ({f"{PAN}.1": {"value": "00"}}, "paths of parts"),
        ({f"55.{PAN}": {"value": "00"}}, "paths of parts"),
        ({"55.9F36": {"value": 1}}, "Expected `str`"),
    ],
)
def test_parts_that_do_not_fit_are_refused(parts, expected):
    said = json.loads(write_document(CHIP, unsafe=True)) | {"parts": parts}
    with pytest.raises(FormatError) as refused:
        read_document(json.dumps(said).encode(), POS)
    assert expected in str(refused.value)
    assert PAN not in str(refused.value)


def test_parts_need_a_dialect_and_a_fault_is_no_message():
    said = write_document(CHIP, unsafe=True, dialect=POS)
    with pytest.raises(FormatError, match="only a dialect"):
        read_document(said.encode())
    broken = json.dumps(json.loads(said) | {"fault": {"code": "length"}})
    with pytest.raises(FormatError, match="read whole"):
        read_document(broken.encode(), POS)


def test_a_broken_field_says_why_its_parts_end():
    said = json.loads(write_document(Message("0200", {55: "9F3602003C9A"}), True, POS))
    assert list(said["parts"]) == ["55.9F36"]
    assert "at byte" in said["broken"]["55"]


@pytest.mark.parametrize(
    ("lines", "documents"),
    [
        ([], []),
        (["{}"], [(0, "{}")]),
        (["{", "}"], [(0, "{\n}")]),
        (["{}", "", "{}"], [(1, "{}"), (3, "{}")]),
    ],
)
def test_documents_are_split(lines, documents):
    assert list(split_documents(lines)) == documents


def test_a_document_that_never_ends_is_refused():
    with pytest.raises(FormatError, match="of JSON"):
        list(split_documents(["{"] + ["x" * 1000] * 1100))
