"""What is masked of a value."""

import pytest

from cardswitch.lab.messages.values import show_value

PAN = "9999990000000014"


@pytest.mark.parametrize(
    ("number", "value", "shown"),
    [
        (2, PAN, "999999******0014"),
        (4, "000000001250", "000000001250"),
        (35, f"{PAN}=3012", "*** (21)"),
        (44, f"CARD {PAN} 12", "CARD **************** 12"),
        (43, f"7{PAN}7", "******************"),
        (43, "PHONE 004930123456", "PHONE 004930123456"),
        (120, "anything", "*** (8)"),
    ],
)
def test_values_are_masked_unless_unsafe(number, value, shown):
    assert show_value(number, value, unsafe=False) == shown
    assert show_value(number, value, unsafe=True) == value
