"""What a message must be, and how it is told that it is not."""

import pytest

from cardswitch.lab.talk.expectations import read_expectation
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import FormatError
from cardswitch.specs.message import Message

POS = load_dialect("pos")
PAN = "9999990000000014"
ANSWER = Message("0210", {2: PAN, 3: "000000", 39: "51", 41: "TERM0001"})


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("39=51", ""),
        ("39=00", "39: expected 00, seen 51"),
        ("41~^TERM", ""),
        ("41~^SHOP", "41: expected what has ^SHOP, seen TERM0001"),
        ("mti=0210", ""),
        ("mti=0430", "mti: expected 0430, seen 0210"),
        ("3.1=00", ""),
        ("38=123456", "38: expected 123456, and it is not there"),
        (f"2={PAN}", ""),
        ("2=9999990000000022", "2: expected what was asked for, seen another value"),
    ],
)
def test_what_differs_is_told_and_masked(text, fault):
    assert read_expectation(text).fault(POS, ANSWER) == fault


@pytest.mark.parametrize("text", ["", "39", "=00", "39 = 00", "abc=1", "39~(", "mti"])
def test_what_says_nothing_is_refused(text):
    with pytest.raises(FormatError):
        read_expectation(text)
