"""Rows under each other."""

import pytest

from cardswitch.lab.messages.views.table import align


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("a", "1"), ("bcd", "2")], ["a    1", "bcd  2"]),
        ([("", "x"), ("11", "")], ["    x", "11"]),
        ([], []),
    ],
)
def test_columns_stand_under_each_other(rows, expected):
    assert align(rows) == expected


def test_rows_of_different_length_are_a_mistake():
    with pytest.raises(ValueError, match="zip"):
        align([("a",), ("b", "c")])
