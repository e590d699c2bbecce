"""Rows under each other."""

import pytest

from cardswitch.wire.operator.text import columns


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("a", "1"), ("bcd", "2")], ["a    1", "bcd  2"]),
        ([("", "x"), ("11", "")], ["    x", "11"]),
        ([], []),
        ([("NAME",), ("\x1b[2J",)], ["NAME", "\\x1b[2J"]),
        ([("mac", "A" * 1000)], ["mac  " + "A" * 1000]),
    ],
)
def test_columns_stand_under_each_other(rows, expected):
    assert columns(rows) == expected


def test_rows_of_different_length_are_a_mistake():
    with pytest.raises(ValueError, match="zip"):
        columns([("a",), ("b", "c")])
