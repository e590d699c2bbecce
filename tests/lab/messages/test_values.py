"""What is masked of a value."""

import pytest

from cardswitch.lab.messages.values import shield, show_value
from cardswitch.specs.message import Message

PAN = "9999990000000014"


@pytest.mark.parametrize(
    ("number", "value", "shown"),
    [
        (2, PAN, "999999******0014"),
        (4, "000000001250", "000000001250"),
        (35, f"{PAN}=3012", "*** (21)"),
        (44, f"CARD {PAN} 12", "CARD **************** **"),
        (43, f"7{PAN}7", "******************"),
        (43, "PHONE 004930123456", "PHONE 004930123456"),
        (120, "anything", "*** (8)"),
    ],
)
def test_values_are_masked_unless_unsafe(number, value, shown):
    assert show_value(number, value, unsafe=False) == shown
    assert show_value(number, value, unsafe=True) == value


def test_a_number_that_slipped_into_an_open_field_is_starred():
    slipped = shield(Message("0200", {2: PAN, 42: f"{PAN[:15]}", 90: f"0200{PAN}", 11: "000001"}))
    assert slipped.fields == {2: PAN, 42: "*" * 15, 90: "*" * 20, 11: "000001"}
