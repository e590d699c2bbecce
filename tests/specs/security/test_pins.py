"""What counts as a PIN, a card number and an account."""

import pytest

from cardswitch.specs.security.errors import PinRefused
from cardswitch.specs.security.pins import pan12_of, require_account, require_pan, require_pin


@pytest.mark.parametrize(
    ("pan", "pan12"),
    [
        ("9999990000000014", "999000000001"),
        ("4012345678909", "401234567890"),
        ("1234567890128", "123456789012"),
        ("1234567890", "000123456789"),
        ("1234567890123456789", "789012345678"),
    ],
)
def test_the_account_is_the_twelve_digits_before_the_check_digit(pan: str, pan12: str) -> None:
    assert pan12_of(pan) == pan12


@pytest.mark.parametrize("pan", ["", "123456789", "1" * 20, "999999000000001x", "٣" * 16])
def test_what_is_no_pan_is_refused(pan: str) -> None:
    with pytest.raises(PinRefused) as refused:
        pan12_of(pan)
    assert refused.value.reason == "account"


@pytest.mark.parametrize("length", range(20))
def test_a_pin_has_4_to_12_digits(length: int) -> None:
    pin = "7" * length
    if 4 <= length <= 12:
        require_pin(pin)
        return
    with pytest.raises(PinRefused) as refused:
        require_pin(pin)
    assert refused.value.reason == "length"


@pytest.mark.parametrize("pin", ["12a4", "12 4", "123F", "١٢٣٤", "12\n4", "+123", "1_23"])
def test_a_pin_is_ascii_digits_alone(pin: str) -> None:
    with pytest.raises(PinRefused) as refused:
        require_pin(pin)
    assert refused.value.reason == "digits"


@pytest.mark.parametrize("length", range(25))
def test_an_account_has_12_digits_and_a_pan_10_to_19(length: int) -> None:
    for require, lengths in ((require_account, [12]), (require_pan, range(10, 20))):
        if length in lengths:
            require("7" * length)
            continue
        with pytest.raises(PinRefused) as refused:
            require("7" * length)
        assert refused.value.reason == "account"


@pytest.mark.parametrize("text", ["55000002532A", "١" * 12, " 50000025321"])
def test_an_account_and_a_pan_are_ascii_digits_alone(text: str) -> None:
    for require in (require_account, require_pan, pan12_of):
        with pytest.raises(PinRefused) as refused:
            require(text)
        assert refused.value.reason == "account"
