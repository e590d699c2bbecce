"""The table `[carried]` of a dialect: what is wrong in it is told with its place."""

import pytest

from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.dialect.file import read_dialect_file
from cardswitch.specs.dialect.toml_writer import write_toml
from cardswitch.specs.errors import DialectError

BASE = 'extends = "example-carried-parts"\n[carried]\n'


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('"48.9" = { at = "123" }', r"line 3: carried\.48\.9: a path of ours is expected: 44.TAG"),
        ('"63.92" = { at = "123" }', r"carried\.63\.92: a path of ours"),
        ('"48.92" = { at = "126.77" }', r"line 3: carried\.48\.92\.at: a field or part"),
        ('"48.92" = { at = "one" }', r"carried\.48\.92\.at: .*a path such as"),
        ('"48.92" = { at = "129" }', r"carried\.48\.92\.at: a field or part"),
        ('"48.92" = { at = "123", width = 100 }', r"carried\.48\.92\.width: 0 to 99"),
        (
            '"48.92" = { at = "60.2", begin = "0" }',
            r"carried\.48\.92\.begin: a field that has 60\.2",
        ),
        ('"48.42" = { at = "123", values = { 05 = "1", 06 = "1" } }', r"values: each value once"),
        ('"48.92" = { at = "123", where = "there" }', r"line 3: .*unknown field `where`"),
    ],
)
def test_what_is_wrong_is_located(tmp_path, line, expected):
    path = tmp_path / "mine.toml"
    path.write_text(BASE + line)
    with pytest.raises(DialectError, match=expected):
        load_dialect(str(path))


def test_it_is_inherited_and_written_back(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(BASE + '"48.82" = { at = "127" }')
    _, written = read_dialect_file(str(path))
    assert written.carried["48.82"].at == "127"
    assert written.carried["48.92"].prefix == "11"
    again = tmp_path / "again.toml"
    again.write_text(write_toml(written))
    assert read_dialect_file(str(again))[1] == written
