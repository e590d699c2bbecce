"""How messages and dialects are shown."""

import pytest
from hypothesis import given

from cardswitch.lab.messages.views.fields import dialect_document, show_dialect, show_message
from cardswitch.specs.dialect import list_dialects, load_dialect
from cardswitch.specs.fuzzing.strategies import messages
from cardswitch.specs.message import Message

ASCII = load_dialect("iso87-ascii")
PAN = "9999990000000014"
CHIP = "9F3602003C" + "E1055F34020001" + "5A08" + PAN
SALE = Message("0200", {2: PAN, 35: f"{PAN}=30121010000012300000", 43: "SHOP\x1b[2J", 55: CHIP})


@pytest.mark.parametrize("name", list_dialects())
def test_a_dialect_is_shown_whole(name):
    dialect = load_dialect(name)
    lines = show_dialect(dialect)
    header = dialect.form.header
    table = lines[3 + len(header) :][: len(dialect.fields)]
    assert [int(line.split()[0]) for line in table] == list(dialect.fields)
    assert all(f"header: {part.notation} {part.name}" in lines for part in header)
    assert "Parts of fields" in lines
    document = dialect_document(dialect)
    assert [field["number"] for field in document["fields"]] == list(dialect.fields)
    assert document["fields"][0]["format"] == "n..19"


def test_encodings_and_marks_of_a_dialect_are_shown():
    fields = {field["number"]: field for field in dialect_document(load_dialect("pos"))["fields"]}
    assert fields[4]["encoding"] == "bcd"
    assert fields[35]["encoding"] == "bcd right F, length bcd"
    assert fields[28]["encoding"] == "bcd"
    requests = ["0100", "0120", "0200", "0220", "0400", "0420"]
    assert fields[4]["mandatory"] == requests
    assert [mti for mti in fields[2]["conditional"] if mti in requests] == requests
    line = next(line for line in show_dialect(ASCII) if line.startswith(" 11"))
    assert line.split().count("M") == len(ASCII.messages)


def test_values_and_their_parts_are_sizes_unless_unsafe():
    text = "\n".join(show_message(ASCII, SALE))
    for hidden in PAN, "3012101", "003C", "\x1b":
        assert hidden not in text
    for shown in "999999******0014", "card number", "(16)", "9F36", "(4)", "  5F34", "\\x1b":
        assert shown in text


def test_values_and_their_parts_are_shown_if_unsafe():
    lines = [line.split() for line in show_message(ASCII, SALE, unsafe=True)]
    assert ["2", "primary", "account", "number", PAN] in lines
    assert ["card", "number", PAN] in lines
    assert ["expiry", "(YYMM)", "3012"] in lines
    assert ["9F36", "application", "transaction", "counter", "003C"] in lines
    assert ["E1", "unknown"] in lines
    assert any(line[0] == "5F34" and line[-1] == "0001" for line in lines if line)


@pytest.mark.parametrize("fields", [{35: f"{PAN}=29"}, {55: "9F36"}])
def test_what_cannot_be_taken_apart_says_why(fields):
    text = "\n".join(show_message(ASCII, Message("0200", fields)))
    assert "cannot be taken apart" in text
    assert PAN not in text


@given(messages(ASCII))
def test_every_message_can_be_shown(message):
    lines = show_message(ASCII, message)
    assert len(lines) > len(message.fields)
    assert len(show_message(ASCII, message, unsafe=True)) == len(lines)
