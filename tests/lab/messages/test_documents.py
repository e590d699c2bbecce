"""Messages as JSON and back."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.lab.messages.documents import read_document, write_document
from cardswitch.lab.messages.pasted.plain import INPUT_SIZE_MAX
from cardswitch.specs.dialect import list_dialects, load_dialect
from cardswitch.specs.errors import FormatError
from cardswitch.specs.fuzzing.strategies import messages
from cardswitch.specs.message import Message

VECTORS = Path(__file__).parents[2] / "vectors" / "messages.toml"
KNOWN = tomllib.loads(VECTORS.read_text("utf-8"))["message"]
PAN = "9999990000000014"
SALE = Message("0200", {2: PAN, 4: "000000001250", 35: f"{PAN}=30121010000012300000"})


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
