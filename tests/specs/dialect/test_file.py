"""specs.dialect.file: wrong files are refused with their path and the place in them."""

import pytest

from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.dialect.file import EXTENDS_MAX, FILE_SIZE_MAX, by_number
from cardswitch.specs.errors import DialectError


def load(folder, text, name="mine.toml"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    load_dialect.cache_clear()
    return load_dialect(str(path))


POS = 'extends = "pos"\n'
WRONG = {
    "duplicate field": (POS + '[fields]\n4 = {format="n 6"}\n4 = {format="n 6"}\n', "line 4"),
    "duplicate number": (POS + '[fields]\n04 = {format="n 6"}', "fields.04"),
    "negative length": (POS + '[fields]\n4 = {format="n -6"}', "fields.4.format"),
    "length 0": (POS + '[fields]\n4 = {format="n..0"}', "fields.4.format"),
    "huge length": (POS + '[fields]\n4 = {format="n 99999999999"}', "fields.4.format"),
    "unsayable length": (POS + '[fields]\n48 = {format="ans..100"}', "fields.48.format"),
    "unknown class": (POS + '[fields]\n4 = {format="q 6"}', "fields.4.format"),
    "unknown encoding": (POS + '[encodings]\nn = "utf-7"', "unknown encoding 'utf-7'"),
    "unfit encoding": (POS + '[encodings]\nans = "bcd"', "cannot be used here"),
    "unfit bitmap": (POS + '[encodings]\nbitmap = "bcd"', "bitmap"),
    "unknown length": (POS + '[encodings]\nlength = "octal"', "'octal'"),
    "unknown key": (POS + "color = 1", "color"),
    "unknown field key": (POS + '[fields]\n4 = {size="n 6"}', "size"),
    "unknown encoding key": (POS + '[encodings]\nq = "ascii"', "encodings.q"),
    "wrong type": (POS + '[fields]\n4 = "n 6"', "fields"),
    "field 1": (POS + '[fields]\n1 = {format="b 8"}', "fields.1"),
    "field 65": (POS + '[fields]\n65 = {format="b 8"}', "fields.65"),
    "field 129": (POS + '[fields]\n129 = {format="b 8"}', "fields.129"),
    "no number": (POS + '[fields]\nx = {format="b 8"}', "fields.x"),
    "no MTI": (POS + "[messages]\n0999 = {mandatory=[4]}", "messages.0999"),
    "undefined mandatory": (POS + "[messages]\n0200 = {mandatory=[65]}", "field 65"),
    "bad padding": (POS + '[fields]\n41 = {padding="both x"}', "fields.41.padding"),
    "padded BCD": (POS + '[fields]\n4 = {padding="left 0"}', "fields.4.padding"),
    "new field without a format": ('extends = "pos"\nversion = "9"', "version"),
    "self": ('extends = "mine.toml"', "leads back to itself"),
    "unknown parent": ('extends = "nope"', "extends"),
    "parent elsewhere": ('extends = "../pos"', "extends"),
    "no such parent file": ('extends = "nope.toml"', "cannot be read"),
    "nothing": ("", "version"),
    "not text": (b"\xff\xfe", "utf-8"),
    "nested": ("a = " + "[" * 100_000, "nested"),
    "oversize": (b"#" * (FILE_SIZE_MAX + 1), "larger than"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_files(tmp_path, case):
    text, place = WRONG[case]
    with pytest.raises(DialectError) as caught:
        load(tmp_path, text)
    assert "mine.toml" in str(caught.value) or "nope.toml" in str(caught.value)
    assert place in str(caught.value)


def test_a_circle(tmp_path):
    (tmp_path / "other.toml").write_text('extends = "mine.toml"')
    with pytest.raises(DialectError, match="back to itself"):
        load(tmp_path, 'extends = "other.toml"')


def test_a_chain_that_is_too_long(tmp_path):
    for number in range(EXTENDS_MAX + 1):
        (tmp_path / f"{number}.toml").write_text(f'extends = "{number + 1}.toml"')
    with pytest.raises(DialectError, match="in a chain"):
        load(tmp_path, 'extends = "0.toml"')


def test_a_field_inherits_what_it_does_not_say(tmp_path):
    mine = load(tmp_path, POS + '[fields]\n48 = {length="binary"}\n41 = {padding="right space"}')
    assert str(mine.fields[48].notation) == "ans...999"
    assert mine.fields[48].prefix.encoding == "binary"
    assert mine.fields[48].name == "additional data, private"
    assert mine.fields[41].padding is not None
    assert mine.name == "mine"


@pytest.mark.parametrize("name", ["", "nope", "../dialects/pos", "a\0b", "_iso87"])
def test_names(name):
    with pytest.raises(DialectError):
        load_dialect(name)


def test_keys_that_are_no_numbers_stand_behind():
    assert by_number({"9F02": 0, "10": 0, "9": 0, "": 0}) == ["", "9", "10", "9F02"]
