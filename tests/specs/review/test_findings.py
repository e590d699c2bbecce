"""What is wrong with a message: a line a case, its finding last."""

import pytest

from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.message import Message
from cardswitch.specs.review.findings import find_faults

ASCII = load_dialect("iso87-ascii")
PAN = "9999990000000014"
GOOD = Message(
    "0200",
    {
        2: PAN,
        3: "000000",
        4: "000000001250",
        7: "1123130500",
        11: "000007",
        12: "140500",
        13: "1123",
        14: "3012",
        35: f"{PAN}=30121010000012300000",
        41: "TERM0001",
        42: "MERCHANT0000001",
        49: "978",
    },
)


def faults(message):
    return [str(finding) for finding in find_faults(ASCII, message, ASCII.pack(message))]


def test_nothing_is_found_in_a_good_message():
    assert faults(GOOD) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({2: "999999"}, "field 2: a card number has 8 to 19 digits, not 6"),
        ({2: "9999990000000015"}, "field 2: the last digit does not check"),
        ({4: "000000000000"}, "field 4: nothing is to be paid"),
        ({49: "000"}, "field 49: expected a currency"),
        ({7: "1323130500"}, "field 7: is no MMDDhhmmss"),
        ({12: "240000"}, "field 12: is no hhmmss"),
        ({13: "0230"}, "field 13: is no MMDD"),
        ({14: "3013"}, "field 14: is no YYMM"),
        ({14: "3011"}, "field 35: has another expiry than field 14"),
        ({2: "4242424242424242"}, "field 35: has another card number than field 2"),
        ({35: f"{PAN}=29"}, "field 35: expected an expiry YYMM, at character 18"),
        ({35: "9999990000000015=30121010000012300000"}, "field 35: the last digit"),
    ],
)
def test_a_fault_is_found_with_its_field(changes, expected):
    found = faults(GOOD.with_fields(changes))
    assert any(finding.startswith(expected) for finding in found), found
    assert not any(PAN in finding for finding in found)


@pytest.mark.parametrize("number", [3, 4, 7, 11, 41, 42, 49])
def test_what_is_mandatory_must_be_there(number):
    assert f"field {number}: mandatory in 0200, and missing" in faults(GOOD.without(number))


@pytest.mark.parametrize("kind", ["300000", "310000"])
def test_an_inquiry_moves_no_money(kind):
    assert faults(GOOD.with_fields({3: kind, 4: "000000000000"})) == []


def test_the_bytes_must_come_back():
    [found] = find_faults(ASCII, GOOD, b"other")
    assert found.field == ""
    [found] = find_faults(ASCII, GOOD.with_fields({4: "x"}), b"other")[:1]
    assert found.field == "4"
    assert "written again" in found.text


@pytest.mark.parametrize(
    ("name", "fields", "expected"),
    [
        ("iso93-ascii", {12: "261123140500", 13: "2601", 15: "261123", 28: "240229"}, []),
        ("iso93-ascii", {12: "261323140500"}, ["field 12: is no YYMMDDhhmmss"]),
        ("iso93-ascii", {15: "230229"}, ["field 15: is no YYMMDD"]),
        ("iso93-ascii", {7: "1323130500", 16: "0230"}, ["field 7: is no", "field 16: is no MMDD"]),
        ("iso2003", {12: "20261123140500", 13: "202601", 15: "20261123"}, []),
        ("iso2003", {12: "20261123250500"}, ["field 12: is no CCYYMMDDhhmmss"]),
        ("iso2003", {13: "202613", 15: "20230229"}, ["field 13: is no", "field 15: is no CCYY"]),
    ],
)
def test_dates_of_later_editions_are_checked_too(name, fields, expected):
    dialect = load_dialect(name)
    message = Message(
        f"{dialect.version}800", {11: "0" * 12 if name == "iso2003" else "000001", **fields}
    )
    found = [str(one) for one in find_faults(dialect, message, dialect.pack(message))]
    dates = [one for one in found if "is no" in one]
    assert len(dates) == len(expected)
    assert all(one.startswith(start) for one, start in zip(dates, expected, strict=True))
