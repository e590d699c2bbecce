"""PIN blocks of ISO formats 0 to 3: psec, and every way to be wrong."""

import psec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswitch.specs.security.errors import PinRefused
from cardswitch.specs.security.pinblock_iso import (
    decode_pinblock_iso_0,
    decode_pinblock_iso_1,
    decode_pinblock_iso_2,
    decode_pinblock_iso_3,
    encode_pinblock_iso_0,
    encode_pinblock_iso_1,
    encode_pinblock_iso_2,
    encode_pinblock_iso_3,
    pin_of_nibbles,
)
from cardswitch.specs.security.pins import pan12_of

PINS = st.from_regex("[0-9]{4,12}", fullmatch=True)
PANS = st.from_regex("[0-9]{13,19}", fullmatch=True)
FILLS = st.binary(min_size=5, max_size=8)
ACCOUNT = "550000025321"

oracle_iso_0 = psec.pinblock.decode_pinblock_iso_0
oracle_iso_3 = psec.pinblock.decode_pinblock_iso_3


def oracle_iso_2(block: bytes, pan: str) -> str:
    return psec.pinblock.decode_pinblock_iso_2(block)


def decode_iso_2(block: bytes, pan12: str) -> str:
    return decode_pinblock_iso_2(block)


def mixed(nibbles: str, pan12: str = ACCOUNT) -> bytes:
    """The block of sixteen *nibbles* mixed with *pan12*, made without the code under test."""
    return bytes(
        a ^ b for a, b in zip(bytes.fromhex(nibbles), bytes.fromhex(f"0000{pan12}"), strict=True)
    )


@settings(deadline=None)
@given(PINS, PANS, FILLS)
def test_the_oracle_agrees(pin: str, pan: str, fill: bytes) -> None:
    pan12 = pan12_of(pan)
    assert encode_pinblock_iso_0(pin, pan12) == psec.pinblock.encode_pinblock_iso_0(pin, pan)
    ours = encode_pinblock_iso_3(pin, pan12, fill)
    assert psec.pinblock.decode_pinblock_iso_3(ours, pan) == pin
    theirs = psec.pinblock.encode_pinblock_iso_3(pin, pan)
    assert decode_pinblock_iso_3(theirs, pan12) == pin
    assert encode_pinblock_iso_2(pin) == psec.pinblock.encode_pinblock_iso_2(pin)


def decoded(decode, block: bytes, account: str) -> str | None:
    try:
        return decode(block, account)
    except ValueError:  # the oracle's
        return None
    except PinRefused:
        return None


@settings(deadline=None)
@given(st.sampled_from([0, 2, 3]), PINS, PANS, FILLS, st.integers(0, 15), st.integers(0, 15))
def test_a_block_with_one_other_nibble_is_read_as_the_oracle_reads_it_or_refused(
    number: int, pin: str, pan: str, fill: bytes, place: int, change: int
) -> None:
    pan12 = pan12_of(pan)
    good, ours, theirs = {
        0: (encode_pinblock_iso_0(pin, pan12), decode_pinblock_iso_0, oracle_iso_0),
        2: (encode_pinblock_iso_2(pin), decode_iso_2, oracle_iso_2),
        3: (encode_pinblock_iso_3(pin, pan12, fill), decode_pinblock_iso_3, oracle_iso_3),
    }[number]
    block = (int.from_bytes(good, "big") ^ change << 4 * place).to_bytes(8, "big")
    assert decoded(ours, block, pan12) == decoded(theirs, block, pan)


@pytest.mark.parametrize(
    ("nibbles", "reason"),
    [
        ("041234FFFFFFFFFF", None),
        ("0C123456789012FF", None),
        ("141234FFFFFFFFFF", "control"),
        ("341234FFFFFFFFFF", "control"),
        ("F41234FFFFFFFFFF", "control"),
        ("00FFFFFFFFFFFFFF", "length"),
        ("03123FFFFFFFFFFF", "length"),
        ("0D1234567890123F", "length"),
        ("0F12345678901234", "length"),
        ("04123AFFFFFFFFFF", "digits"),
        ("04F234FFFFFFFFFF", "digits"),
        ("0412345FFFFFFFFF", "fill"),
        ("041234FFFFFFFFFE", "fill"),
        ("051234FFFFFFFFFF", "digits"),
    ],
)
def test_format_0_is_strict(nibbles: str, reason: str | None) -> None:
    if reason is None:
        assert decode_pinblock_iso_0(mixed(nibbles), ACCOUNT) == nibbles[2:].rstrip("F")
        return
    with pytest.raises(PinRefused) as refused:
        decode_pinblock_iso_0(mixed(nibbles), ACCOUNT)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("nibbles", "reason"),
    [
        ("341234ABCDEFABCD", None),
        ("041234ABCDEFABCD", "control"),
        ("331234ABCDEFABCD", "length"),
        ("34123BABCDEFABCD", "digits"),
        ("341234ABCDEFABC9", "fill"),
        ("3412340BCDEFABCD", "fill"),
    ],
)
def test_format_3_is_strict(nibbles: str, reason: str | None) -> None:
    if reason is None:
        assert decode_pinblock_iso_3(mixed(nibbles), ACCOUNT) == "1234"
        return
    with pytest.raises(PinRefused) as refused:
        decode_pinblock_iso_3(mixed(nibbles), ACCOUNT)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("nibbles", "reason"),
    [
        ("241234FFFFFFFFFF", None),
        ("041234FFFFFFFFFF", "control"),
        ("231234FFFFFFFFFF", "length"),
        ("2D1234567890123F", "length"),
        ("24123AFFFFFFFFFF", "digits"),
        ("241234FFFFFFFFF0", "fill"),
        ("241234EFFFFFFFFF", "fill"),
        ("2412345FFFFFFFFF", "fill"),
    ],
)
def test_format_2_is_strict(nibbles: str, reason: str | None) -> None:
    block = bytes.fromhex(nibbles)
    if reason is None:
        assert decode_pinblock_iso_2(block) == "1234"
        return
    with pytest.raises(PinRefused) as refused:
        decode_pinblock_iso_2(block)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("nibbles", "reason"),
    [
        ("1412340123456789", None),
        ("141234FFFFFFFFFF", None),
        ("041234FFFFFFFFFF", "control"),
        ("1312340123456789", "length"),
        ("14123A0123456789", "digits"),
    ],
)
def test_format_1_takes_any_fill_and_nothing_else(nibbles: str, reason: str | None) -> None:
    block = bytes.fromhex(nibbles)
    if reason is None:
        assert decode_pinblock_iso_1(block) == "1234"
        return
    with pytest.raises(PinRefused) as refused:
        decode_pinblock_iso_1(block)
    assert refused.value.reason == reason


@settings(deadline=None)
@given(FILLS)
def test_fill_of_format_3_is_letters_and_letters_stand(fill: bytes) -> None:
    block = encode_pinblock_iso_3("1234", ACCOUNT, fill)
    nibbles = mixed(block.hex()).hex().upper()
    assert set(nibbles[6:]) <= set("ABCDEF")
    for given_nibble, seen in zip(fill.hex().upper(), nibbles[6:], strict=False):
        assert seen == given_nibble or given_nibble.isdecimal()


@pytest.mark.parametrize(
    "encode",
    [
        lambda fill: encode_pinblock_iso_1("1234", fill),
        lambda fill: encode_pinblock_iso_3("1234", ACCOUNT, fill),
    ],
)
def test_too_little_fill_is_refused(encode) -> None:
    with pytest.raises(PinRefused) as refused:
        encode(bytes(4))
    assert refused.value.reason == "fill"


@settings(deadline=None)
@given(st.text("0123456789ABCDEF", min_size=16, max_size=16))
def test_any_nibbles_hold_a_pin_of_their_length_or_are_refused(nibbles: str) -> None:
    try:
        pin = pin_of_nibbles(nibbles, nibbles[0], nibbles[-1])
    except PinRefused:
        return
    assert nibbles == nibbles[0] + f"{len(pin):X}" + pin.ljust(14, nibbles[-1])
