"""How dialects are shown."""

import pytest

from cardswitch.lab.messages.views.dialect import dialect_document, show_dialect
from cardswitch.specs.dialect import list_dialects, load_dialect

ASCII = load_dialect("iso87-ascii")


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
    assert sorted(fields[4]["mandatory"]) == sorted([*requests, "0320"])
    assert [mti for mti in fields[2]["conditional"] if mti in requests] == requests
    line = next(line for line in show_dialect(ASCII) if line.startswith(" 11"))
    assert line.split().count("M") == len(ASCII.messages)
