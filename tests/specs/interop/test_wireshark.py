"""specs.interop.wireshark: the tables of a dissector say what the dialect says.

What is tested is the text; the tables are read back by a small reader of Lua's constants.
"""

import re

import pytest

from cardswitch.specs.dialect import list_dialects, load_dialect
from cardswitch.specs.dialect.file import DialectFile, FieldEntry, PartsEntry, read_dialect_file
from cardswitch.specs.interop.wireshark import export_wireshark
from cardswitch.specs.masking import OPEN_FIELDS

STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
OPENERS = ("function", "then", "do", "repeat")


def table(text, name):
    """The constant table that *text* calls *name*, as Python."""
    start = text.index(f"local {name} = ") + len(f"local {name} = ")
    end = text.find("\nlocal ", start)
    lua = text[start:end].partition("\n\n")[0]
    return eval(_python(lua), {"__builtins__": {}}, {"true": True, "false": False})


def _python(lua):
    """A Lua table constructor as a Python dictionary; lists keep their braces as tuples."""
    strings = []

    def keep(match):
        body = re.sub(r"\\(\d{3})", lambda code: chr(int(code[1])), match[1])
        strings.append(body.replace('\\"', '"').replace("\\\\", "\\"))
        return f"@{len(strings) - 1}@"

    bare = STRING.sub(keep, lua)
    bare = re.sub(r"\[([^\]]+)\] =", r"\1:", bare)
    bare = re.sub(r"([A-Za-z_]+) =", r"'\1':", bare)
    bare = re.sub(r"'order': \{(.*)\}( \})", r"'order': (\1,)\2", bare)
    return re.sub(r"@(\d+)@", lambda match: repr(strings[int(match[1])]), bare)


@pytest.mark.parametrize("name", list_dialects())
def test_the_tables_say_what_the_dialect_says(name):
    dialect = load_dialect(name)
    text = export_wireshark(name, read_dialect_file(name)[1]).text
    head = table(text, "dialect")
    assert (head["mti"], head["bitmap"]) == (dialect.mti.name, dialect.bitmap.name)
    assert (head["header"], head["port"]) == (dialect.header_size, 8583)
    fields = table(text, "fields")
    assert set(fields) == set(dialect.fields)
    for number, field in dialect.fields.items():
        said, counting = fields[number], field.counting
        assert said["length"] == field.notation.characters
        assert said["digits"] == field.prefix.digits
        assert (said["unit"], said["counts"]) == (counting.unit, counting.counts)
        assert said["name"] == field.name
        assert bool(said.get("secret")) == (number not in OPEN_FIELDS)
        encoding = getattr(field.encoding, "digits", field.encoding).name
        assert said["encoding"] == ("bcd" if encoding.startswith("bcd") else encoding)


def test_pages_are_there_where_they_are_used():
    text = export_wireshark("x", read_dialect_file("iso87-ebcdic")[1]).text
    assert table(text, "pages")["ebcdic-500"][0xF1] == "1"
    text = export_wireshark("x", read_dialect_file("iso87-ascii")[1]).text
    assert table(text, "pages") == {}


def test_parts_and_names_of_tags():
    text = export_wireshark("pos", read_dialect_file("pos")[1], port=5000).text
    assert table(text, "dialect")["port"] == 5000
    parts = table(text, "parts")
    assert [part["length"] for part in parts["3"]["order"]] == [2, 2, 2]
    assert parts["54"]["groups"] is True
    assert "9F02" in parts["55"]["names"]


def test_what_is_not_taken_apart_is_told():
    entry = PartsEntry(layout="bitmap", encodings={"bitmap": "binary", "length": "ascii"}, bitmap=8)
    mine = DialectFile(
        title='Mine "\\\n]] --',
        version="0",
        tertiary="field 65",
        encodings={"mti": "ascii", "bitmap": "hex", "length": "ascii", "n": "ascii"},
        header={"1": FieldEntry(name="h", format="n 5", encoding="bcd")},
        fields={"48": FieldEntry(name="é\x00", format="b..9", encoding="binary")},
        parts={"48": entry},
    )
    exported = export_wireshark("My dialect/2", mine)
    assert [loss.where for loss in exported.losses] == ["field 48"]
    head = table(exported.text, "dialect")
    assert (head["name"], head["header"], head["third"]) == ("iso8583_my_dialect_2", 3, "field")
    assert head["title"] == 'Mine "\\\n]] --'


def test_blocks_of_the_template_are_closed():
    text = export_wireshark("pos", read_dialect_file("pos")[1]).text
    code = "\n".join(STRING.sub("''", line).partition("--")[0] for line in text.splitlines())
    words = re.findall(r"[a-z_]+", code)
    opened = words.count("function") + words.count("if") + words.count("for") + words.count("while")
    opened += len(re.findall(r"^\s*do$", code, re.M))
    closed = words.count("end")
    assert opened == closed
    assert words.count("repeat") == words.count("until")
    assert code.count("(") == code.count(")")
    assert code.count("{") == code.count("}")
    assert "@tables@" not in text
