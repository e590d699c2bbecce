"""A message sent once more is a new one; it does not get fields that it did not have."""

import pytest

from cardswitch.lab.talk.fresh import freshened
from cardswitch.specs.message import Message

NOW = 1774746000.0  # 2026-03-29 01:00:00 UTC


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({11: "999999"}, {11: "000007"}),
        ({}, {11: "000007"}),
        ({7: "0101000000", 4: "000000001250"},
         {7: "0329010000", 4: "000000001250", 11: "000007"}),
        ({12: "000000", 13: "0101"}, {12: "010000", 13: "0329", 11: "000007"}),
        ({12: "250101000000"}, {12: "260329010000", 11: "000007"}),
        ({12: "20250101000000"}, {12: "20260329010000", 11: "000007"}),
        ({37: "000000000000"}, {37: "608801000007", 11: "000007"}),
    ],
)  # fmt: skip
def test_times_and_numbers_are_new(fields, expected):
    assert dict(freshened(Message("0200", fields), NOW, 7).fields) == expected


@pytest.mark.parametrize(
    ("mti", "fields", "expected"),
    [
        ("1100", {11: "000001", 13: "2401"}, {11: "000007", 13: "2401"}),
        ("2100", {11: "000000000001", 13: "202401"}, {11: "000000000007", 13: "202401"}),
        ("2100", {37: "000000000000"}, {37: "608801000007", 11: "000000000007"}),
    ],
)
def test_each_edition_has_its_own_trace_numbers_and_only_1987_a_local_date(mti, fields, expected):
    assert dict(freshened(Message(mti, fields), NOW, 7).fields) == expected


def test_numbers_go_round_and_never_are_zero():
    numbers = [freshened(Message("0200"), NOW, number)[11] for number in (999_999, 1_000_000)]
    assert numbers == ["999999", "000001"]
