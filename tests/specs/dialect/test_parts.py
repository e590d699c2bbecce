"""specs.dialect.parts: a wrong [parts] table is refused with its file and its line."""

import pytest

from cardswitch.specs.dialect import list_dialects, load_dialect
from cardswitch.specs.errors import DialectError
from cardswitch.specs.parts.ber import Ber
from cardswitch.specs.parts.datasets import DatasetBitmap, Datasets
from cardswitch.specs.parts.nested import Bitmap
from cardswitch.specs.parts.positional import Positional, Repeated
from cardswitch.specs.parts.tagged import Tagged

HEAD = 'extends = "iso87-binary"\n[fields]\n60 = { format = "b...99" }\n'
ONE = '1 = { name = "one", format = "n 2" }\n'


def load(folder, text):
    path = folder / "mine.toml"
    path.write_text(HEAD + text)
    load_dialect.cache_clear()
    return load_dialect(str(path))


# What is written below HEAD, the line that is named, and a word of the fault.
WRONG = {
    "an undefined field": ("[parts.65]\nlayout = 'ber-tlv'", 4, "a field that is defined"),
    "no field": ("[parts.x]\nlayout = 'ber-tlv'", 4, "a field that is defined"),
    "an unknown layout": ("[parts.60]\nlayout = 'xml'", 5, "one of opaque, positional"),
    "no layout": ("[parts.60]\nrepeat = true", 4, "one of opaque, positional"),
    "a key of another layout": ("[parts.60]\nlayout = 'ber-tlv'\nrepeat = true", 6, "no such key"),
    "a header of another": ("[parts.60]\nlayout = 'ber-tlv'\nheader = 3", 6, "no such key"),
    "an unknown key": ("[parts.60]\nlayout = 'ber-tlv'\ncolour = 3", 6, "colour"),
    "an encoding": ("[parts.60]\nlayout = 'ber-tlv'\nencodings = { n = 'utf-8' }", 6, "'utf-8'"),
    "BER in text": ("[parts.48]\nlayout = 'ber-tlv'", 5, "class b"),
    "datasets in text": ("[parts.48]\nlayout = 'datasets'", 5, "class b"),
    "nothing above": ("[parts.'48.61']\nlayout = 'positional'", 4, "a layout for 48"),
    "no parts": ("[parts.48]\nlayout = 'positional'", 4, "parts 1 to 0"),
    "a part left out": (f"[parts.48]\nlayout = 'positional'\n[parts.48.fields]\n{ONE}"
                        "3 = { format = 'n 2' }", 8, "parts 1 to 2 are expected, none left out"),
    "a bad format": ("[parts.48]\nlayout = 'positional'\n[parts.48.fields]\n"
                     "1 = { format = 'q 2' }", 7, "one of the classes"),
    "no format": ("[parts.48]\nlayout = 'positional'\n[parts.48.fields]\n"
                  "1 = { name = 'one' }", 7, "one of the classes"),
    "unknown values": ("[parts.48]\nlayout = 'positional'\n[parts.48.fields]\n"
                       "1 = { format = 'n 2', values = 'colours' }", 7, "one of account_types"),
    "no tag": ("[parts.48]\nlayout = 'tlv'\nlength = 'n 2'", 4, "one of the classes"),
    "a variable tag": ("[parts.48]\nlayout = 'tlv'\ntag = 'an..2'\nlength = 'n 2'", 6, "a fixed"),
    "a long tag": ("[parts.48]\nlayout = 'tlv'\ntag = 'an 5'\nlength = 'n 2'", 6, "4 bytes"),
    "a tag with points": ("[parts.48]\nlayout = 'tlv'\ntag = 'ans 2'\nlength = 'n 2'", 6, "class"),
    "no length": ("[parts.48]\nlayout = 'ltv'\ntag = 'an 2'", 4, "one of the classes"),
    "a length of letters": ("[parts.48]\nlayout = 'tlv'\ntag = 'an 2'\nlength = 'an 2'", 7, "n 1"),
    "a long length": ("[parts.48]\nlayout = 'tlv'\ntag = 'an 2'\nlength = 'n 7'", 7, "n 1 to n 6"),
    "a tag that cannot be": ("[parts.48]\nlayout = 'tlv'\ntag = 'an 2'\nlength = 'n 2'\n"
                             "[parts.48.fields]\nABC = { name = 'x' }", 9, "an 2"),
    "a BER tag that cannot be": ("[parts.60]\nlayout = 'ber-tlv'\n[parts.60.fields]\n"
                                 "9F = { name = 'x' }", 7, "a length"),
    "a template with a format": ("[parts.60]\nlayout = 'ber-tlv'\n[parts.60.fields]\n"
                                 "E1 = { format = 'n 2' }", 7, "no format for a template"),
    "a dataset that cannot be": ("[parts.60]\nlayout = 'datasets'\n[parts.60.fields]\n"
                                 "FF = { name = 'x' }", 7, "01 to FE"),
    "a dataset with a format": ("[parts.60]\nlayout = 'datasets'\n[parts.60.fields]\n"
                                "01 = { format = 'b 2' }", 7, "no format"),
    "no bitmap": (f"[parts.60]\nlayout = 'bitmap'\n[parts.60.fields]\n{ONE}", 4, "1 to 16 bytes"),
    "a long bitmap": (f"[parts.60]\nlayout = 'bitmap'\nbitmap = 17\n[parts.60.fields]\n{ONE}",
                      6, "1 to 16 bytes"),
    "a long one that continues": (f"[parts.60]\nlayout = 'bitmap'\nbitmap = 16\ncontinues = true\n"
                                  f"[parts.60.fields]\n{ONE}", 6, "1 to 8 bytes"),
    "a negative header": (f"[parts.60]\nlayout = 'bitmap'\nbitmap = 8\nheader = -1\n"
                          f"[parts.60.fields]\n{ONE}", 7, "0 to 64 bytes"),
    "a number beyond": ("[parts.60]\nlayout = 'bitmap'\nbitmap = 1\n[parts.60.fields]\n"
                        "9 = { format = 'n 2' }", 8, "parts 1 to 8"),
    "bit 1 twice": (f"[parts.60]\nlayout = 'bitmap'\nbitmap = 8\ncontinues = true\n"
                    f"[parts.60.fields]\n{ONE}", 9, "the bitmap continues"),
    "an element beyond": ("[parts.60]\nlayout = 'datasets'\n[parts.'60.71']\n"
                          "layout = 'dataset-bitmap'\n[parts.'60.71'.fields]\n"
                          "120 = { format = 'n 2' }", 9, "parts 1 to 119"),
    "a layout for no part": (f"[parts.60]\nlayout = 'bitmap'\nbitmap = 8\n[parts.60.fields]\n{ONE}"
                             "[parts.'60.2']\nlayout = 'positional'\n"
                             f"[parts.'60.2'.fields]\n{ONE}", 9, "a part that is defined"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_wrong_tables(tmp_path, case):
    text, line, word = WRONG[case]
    with pytest.raises(DialectError) as caught:
        load(tmp_path, text)
    assert f"mine.toml, line {line}:" in str(caught.value)
    assert word in str(caught.value)


def test_layouts_nest_up_to_the_limit(tmp_path):
    def nested(depth):
        path, text = "60", "[parts.60]\nlayout = 'ber-tlv'\n"
        for _ in range(depth - 1):
            path += ".E1"
            text += f"[parts.'{path}']\nlayout = 'ber-tlv'\n"
        return text

    assert "60" + ".E1" * 7 in load(tmp_path, nested(8)).form.parts
    with pytest.raises(DialectError, match="at most 8 words"):
        load(tmp_path, nested(9))


def test_a_layout_is_replaced_with_all_below_it(tmp_path):
    (tmp_path / "parent.toml").write_text(
        HEAD + "[parts.60]\nlayout = 'datasets'\n[parts.'60.01']\nlayout = 'ber-tlv'\n"
    )
    text = f"extends = '{tmp_path}/parent.toml'\n[parts.60]\nlayout = 'ber-tlv'\n"
    (tmp_path / "mine.toml").write_text(text)
    parts = load_dialect(str(tmp_path / "mine.toml")).form.parts
    assert isinstance(parts["60"], Ber)
    assert "60.01" not in parts


def test_an_inherited_layout_is_taken_back(tmp_path):
    dialect = load(tmp_path, "55 = { format = 'ans...99' }\n[parts.55]\nlayout = 'opaque'\n")
    assert "55" not in dialect.form.parts
    assert dialect.parts_of("55", "9F36") == []


def test_encodings_are_those_of_the_dialect_in_bytes_and_plain_in_text(tmp_path):
    field = "[parts.{0}]\nlayout = 'positional'\n[parts.{0}.fields]\n1 = {{ format = 'n 2' }}\n"
    parts = load(tmp_path, field.format(60) + field.format(48)).form.parts
    assert parts["60"].fields["1"].encoding.name == "bcd"
    assert parts["48"].fields["1"].encoding.name == "ascii"


@pytest.mark.parametrize("name", list_dialects())
def test_shipped_dialects_name_all_their_parts(name):
    for path, layout in load_dialect(name).form.parts.items():
        assert isinstance(
            layout, Positional | Repeated | Ber | Tagged | Bitmap | Datasets | DatasetBitmap
        ), path
        assert all(layout.names.values()), path


def test_what_the_edition_of_1987_has():
    parts = load_dialect("iso87-ascii").form.parts
    assert {"3", "22", "43", "54", "55", "90", "95"} <= parts.keys()
    sizes = {"3": 6, "22": 3, "43": 40, "90": 42, "95": 42}
    for path, size in sizes.items():
        assert sum(field.notation.characters for field in parts[path].fields.values()) == size
    assert sum(f.notation.characters for f in parts["54"].group.fields.values()) == 20
