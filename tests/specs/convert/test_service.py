"""specs.convert.service: the point of service, a line a case."""

import pytest

from cardswitch.specs.convert.service import service_down, service_up

CASES = [
    # 22, 25, 26 of 1987; 22 of 1993
    ("051", "00", "", "510101500001"),
    ("051", "00", "12", "51010150000C"),
    ("052", "00", "", "500101500000"),
    ("012", "08", "", "600020600000"),
    ("021", "02", "04", "211201200004"),
    ("059", "00", "", "510101512001"),
    ("018", "00", "", "650101600001"),
    ("000", "01", "", "000010000001"),
    ("012", "59", "", "600050600000"),
]


@pytest.mark.parametrize(("entry", "condition", "capture", "code"), CASES)
def test_both_ways(entry, condition, capture, code):
    fields = {22: entry, 25: condition, 26: capture}
    old = {number: value for number, value in fields.items() if value}
    assert service_up(old, None) == {22: code}
    assert service_down({22: code}, None) == old


@pytest.mark.parametrize(
    ("old", "again"),
    [
        ({22: "071", 25: "00"}, {22: "051", 25: "00"}),  # contactless is a chip
        ({22: "901", 25: "00"}, {22: "021", 25: "00"}),
        ({22: "051", 25: "04"}, {22: "051", 25: "00"}),
        ({22: "051"}, {22: "051", 25: "00"}),
        ({25: "08"}, {22: "000", 25: "08"}),
        ({22: "051", 25: "00", 26: "99"}, {22: "051", 25: "00"}),
        ({22: "xyz", 25: "00"}, {22: "000", 25: "00"}),
    ],
)
def test_what_1993_cannot_tell_apart_comes_back_as_the_nearest(old, again):
    assert service_down(service_up(old, None), None) == again


@pytest.mark.parametrize("code", ["", "5101", "510101500001X"])
def test_what_is_no_code_says_nothing(code):
    assert service_down({22: code}, None) == {}
    assert service_up({}, None) == {}
