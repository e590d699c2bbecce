"""What is refused before it becomes a leg: one line a case."""

import pytest

from cardswitch.specs.message import Message
from cardswitch.switch.core.checks import find_fault, pan_of

PAN = "9999990000000014"
GOOD = {
    2: PAN,
    3: "000000",
    4: "000000001250",
    7: "1123120000",
    11: "000007",
    37: "632700000001",
    41: "TERM0001",
    42: "SHOP",
    49: "978",
}
TRACK = f"{PAN}=30122011397876000000"


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({}, None),
        ({35: TRACK}, None),
        ({2: None, 35: TRACK}, None),
        ({2: None}, ("30", "2")),
        ({2: "9999990000000012"}, ("14", "2")),
        ({2: "9999990000000022", 35: TRACK}, ("30", "2")),
        ({35: "no track"}, ("30", "35")),
        ({3: None}, ("30", "3")),
        ({3: "200000"}, ("12", "3")),
        ({3: "010000"}, ("12", "3")),
        ({4: None}, ("30", "4")),
        ({7: None}, ("30", "7")),
        ({7: "1323120000"}, ("30", "7")),
        ({7: "0230120000"}, ("30", "7")),
        ({7: "1123240000"}, ("30", "7")),
        ({41: None}, ("30", "41")),
        ({42: None}, ("30", "42")),
        ({42: "=1+1|x"}, ("30", "42")),
        ({42: "SHOP_1"}, ("30", "42")),
        ({42: " SHOP"}, ("30", "42")),
        ({42: " " * 15}, ("30", "42")),
        ({42: "SHOP           "}, None),
        ({49: None}, ("30", "49")),
        ({49: "000"}, ("30", "49")),
        ({4: "000000000000"}, ("13", "4")),
    ],
)
def test_the_first_fault_of_a_request(changes, fault):
    fields = {n: v for n, v in {**GOOD, **changes}.items() if v is not None}
    assert find_fault(Message("0200", fields), "merchants") == fault


@pytest.mark.parametrize("merchant", ["=1+1|x", "SHOP_1"])
def test_whom_acquirers_call_merchant_is_their_affair(merchant):
    assert find_fault(Message("0200", {**GOOD, 42: merchant}), "acquirers") is None


def test_the_card_number_comes_from_field_2_or_from_the_track():
    assert pan_of(Message("0200", {2: PAN})) == pan_of(Message("0200", {35: TRACK})) == PAN
    assert pan_of(Message("0200", {})) == ""
