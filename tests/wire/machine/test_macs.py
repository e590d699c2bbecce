"""Whose key a message is checked with, and what in its field can be a MAC.

What a program does with it: `tests/switch/core/access/test_macs.py`.
"""

import pytest

from cardswitch.specs.message import Message
from tests.kit.macs import rule

SALE = Message("0200", {11: "000007", 41: "TERM0001"})


@pytest.mark.parametrize(
    ("terminal", "key"), [("TERM0001", "TAK1"), ("TERM2   ", "TAK2"), ("TERM0003", "TAK")]
)
def test_a_terminal_with_a_key_of_its_own_has_that(terminal, key):
    own = rule(terminal_keys={"TERM0001": "TAK1", "TERM2": "TAK2"})
    assert own.key_of(SALE.with_fields({41: terminal})) == key


@pytest.mark.parametrize(
    ("digits", "value", "mac"),
    [
        (16, "0123456789ABCDEF", "0123456789ABCDEF"),
        (8, "0123456700000000", "01234567"),
        (8, "01234567", "01234567"),
        (8, "0123456789ABCDEF", ""),
        (16, "01234567", ""),
        (16, "", ""),
    ],
)
def test_a_mac_is_as_long_as_agreed_and_zeros_fill_it_up(digits, value, mac):
    message = SALE.with_fields({64: value}) if value else SALE
    assert rule(digits=digits).mac_in(message) == mac


def test_it_stands_in_the_last_field_of_its_last_bitmap():
    reversal = Message("0420", {11: "000007", 90: "0" * 42})
    assert rule().mac_in(reversal.with_fields({128: "2" * 16})) == "2" * 16
    assert rule().mac_in(reversal.with_fields({64: "1" * 16})) == ""
    assert rule().mac_in(SALE.with_fields({128: "2" * 16})) == ""
    assert rule().mac_in(SALE.with_fields({64: "1" * 16, 128: "2" * 16})) == ""
