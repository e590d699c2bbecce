"""From format to format without a look at the digits."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswitch.specs.security.errors import PinRefused
from cardswitch.specs.security.pinblock_change import change_pinblock_iso
from cardswitch.specs.security.pinblocks import decode_pinblock, encode_pinblock

PAN12 = "550000025321"
FILL = bytes.fromhex("AABBCCDDEE")
BOUND = ["01", "47"]
PINS = st.from_regex("[0-9]{4,12}", fullmatch=True)
ACCOUNTS = st.from_regex("[0-9]{12}", fullmatch=True)


@settings(deadline=None)
@given(PINS, ACCOUNTS, st.sampled_from(BOUND), st.sampled_from(BOUND), st.binary(min_size=5))
def test_the_pin_stays_what_it_is(
    pin: str, pan12: str, source: str, target: str, fill: bytes
) -> None:
    block = encode_pinblock(source, pin, pan12, FILL)
    changed, length = change_pinblock_iso(source, target, block, pan12, fill)
    assert length == len(pin)
    assert decode_pinblock(target, changed, pan12) == pin


@settings(deadline=None)
@given(st.from_regex("[0-9A-F]{4}", fullmatch=True), st.from_regex("[0-9]{2}", fullmatch=True))
def test_no_digit_and_no_account_makes_a_difference(pin: str, account: str) -> None:
    block = (int(f"04{pin}FFFFFFFFFF", 16) ^ int(PAN12, 16)).to_bytes(8, "big")
    assert change_pinblock_iso("01", "01", block, account + PAN12[2:]) == (block, 4)


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        ("141234FFFFFFFFFF", "control"),
        ("031234FFFFFFFFFF", "length"),
        ("0D1234FFFFFFFFFF", "length"),
        ("041234FFFFFFFFF0", "fill"),
        ("041234FFFFFFFF", "block"),
    ],
)
def test_what_is_no_block(block: str, reason: str) -> None:
    with pytest.raises(PinRefused) as refused:
        change_pinblock_iso("01", "01", bytes.fromhex(block), "0" * 12)
    assert refused.value.reason == reason


def test_what_the_caller_gets_wrong() -> None:
    block = encode_pinblock("01", "1234", PAN12)
    for source, target, pan12, fill, reason in (
        ("05", "01", PAN12, FILL, "format"),
        ("01", "05", PAN12, FILL, "format"),
        ("01", "01", PAN12[1:], FILL, "account"),
        ("01", "47", PAN12, FILL[1:], "fill"),
    ):
        with pytest.raises(PinRefused) as refused:
            change_pinblock_iso(source, target, block, pan12, fill)
        assert refused.value.reason == reason
