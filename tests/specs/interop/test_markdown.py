"""specs.interop.markdown: everything of a dialect is in its documentation."""

import pytest

from cardswitch.specs.codec.form import MessageRule
from cardswitch.specs.dialect.file import (
    DialectFile,
    FieldEntry,
    PartsEntry,
    list_dialects,
    read_dialect_file,
)
from cardswitch.specs.interop.markdown import export_markdown


def rows(text):
    return [line for line in text.splitlines() if line.startswith("|")]


@pytest.mark.parametrize("name", list_dialects())
def test_every_field_and_part_of_a_dialect_of_ours(name):
    written = read_dialect_file(name)[1]
    text = export_markdown(name, written).text
    for entry in written.fields.values():
        assert f"| `{entry.format}` |" in text
    for path, parts in written.parts.items():
        assert (f"### Parts of field {path}\n" in text) == (parts.layout != "opaque")
    for mti in written.messages:
        assert f"\n- {mti}: " in text


def test_tables_keep_their_columns():
    text = export_markdown("pos", read_dialect_file("pos")[1]).text
    width = 0
    for line in text.splitlines():
        columns = line.replace("\\|", "").count("|") if line.startswith("|") else 0
        assert not (width and columns) or columns == width
        width = columns


def test_all_that_a_dialect_can_say():
    parts = PartsEntry(
        layout="tlv",
        encodings={},
        fields={"01": FieldEntry(name="one", format="n..2")},
        repeat=False,
        tag="an 2",
        length="n 3",
        counts_tag=True,
    )
    nested = PartsEntry(
        layout="bitmap", fields={"2": FieldEntry(name="two")}, bitmap=8, continues=True, header=3
    )
    text = export_markdown(
        "mine",
        DialectFile(
            title="Mine | *yours*",
            version="1",
            tertiary="together",
            header={"1": FieldEntry(name="route", format="b 2", value="0102")},
            encodings={"mti": "ascii", "bitmap": "hex", "n": "bcd"},
            fields={
                "39": FieldEntry(name="code", format="an 2", values="mine"),
                "48": FieldEntry(
                    name="key",
                    format="ans..9",
                    encoding="ascii",
                    length="bcd",
                    count="bytes",
                    padding="right space",
                ),
            },
            parts={"48": parts, "48.01": nested},
            values={"mine": {"00": "yes | no"}},
            messages={"1100": MessageRule(frozenset([39]), frozenset([48]), frozenset())},
        ),
    ).text
    for line in [
        r"# mine: Mine \| \*yours\*",
        "ISO 8583:1993. MTI in ascii, bitmap in hex. A third bitmap: together.",
        "| 1 | route | `b 2` | `0102` |",
        "| `n` | bcd |",
        "| 39 | code | `an 2` |  | mine |",
        "| 48 | key | `ans..9` | ascii, length bcd, length counts bytes, padded right space |  |",
        "| field | name | 1100 |",
        "| 39 | code | M |",
        "| 48 | key | C |",
        "Tag, length, value; tags `an 2`, lengths `n 3`, which counts the tag too.",
        "| 01 | one | `n..2` |  |  |",
        "| `00` | yes \\| no |",
    ]:
        assert line in text.splitlines()
    assert "8 bytes of bitmap, and as many more where bit 1 is set; 3 bytes before it." in text
