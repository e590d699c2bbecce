"""PIN blocks of ISO format 4: known answers, psec, and every way to be wrong."""

import tomllib
from pathlib import Path

import psec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswitch.specs.security.aes import encrypt_aes_ecb
from cardswitch.specs.security.errors import KeyRefused, PinRefused
from cardswitch.specs.security.pinblock_iso_4 import (
    decipher_pinblock_iso_4,
    decode_pinfield_iso_4,
    encipher_pinblock_iso_4,
    encode_panfield_iso_4,
    encode_pinfield_iso_4,
)
from cardswitch.specs.security.tdes import xor

VECTORS = tomllib.loads(
    (Path(__file__).parents[2] / "vectors/security_pins.toml").read_text("utf-8")
)
KEYS = st.sampled_from([16, 24, 32]).flatmap(lambda n: st.binary(min_size=n, max_size=n))
PINS = st.from_regex("[0-9]{4,12}", fullmatch=True)
PANS = st.from_regex("[0-9]{10,19}", fullmatch=True)
FILLS = st.binary(min_size=8, max_size=8)
KEY, PAN, FILL = bytes(range(16)), "9999990000000014", bytes(8)


@pytest.mark.parametrize("case", VECTORS["iso_4"], ids=lambda case: case["source"])
def test_known_answers(case: dict[str, str]) -> None:
    key, fill, block = (bytes.fromhex(case[name]) for name in ("key", "fill", "block"))
    assert encode_pinfield_iso_4(case["pin"], fill).hex().upper() == case["pin_field"]
    assert encode_panfield_iso_4(case["pan"]).hex().upper() == case["pan_field"]
    assert encipher_pinblock_iso_4(key, case["pin"], case["pan"], fill) == block
    assert decipher_pinblock_iso_4(key, block, case["pan"]) == case["pin"]


@settings(deadline=None)
@given(KEYS, PINS, PANS, FILLS)
def test_the_oracle_agrees(key: bytes, pin: str, pan: str, fill: bytes) -> None:
    block = encipher_pinblock_iso_4(key, pin, pan, fill)
    assert len(block) == 16
    assert psec.pinblock.decipher_pinblock_iso_4(key, block, pan) == pin
    theirs = psec.pinblock.encipher_pinblock_iso_4(key, pin, pan)
    assert decipher_pinblock_iso_4(key, theirs, pan) == pin
    assert encode_panfield_iso_4(pan) == psec.pinblock.encode_pan_field_iso_4(pan)


@pytest.mark.parametrize(
    ("pan", "field"),
    [
        ("1234567890", "0001234567890"),
        ("123456789012", "0123456789012"),
        ("1234567890123", "11234567890123"),
        ("1234567890123456789", "71234567890123456789"),
    ],
)
def test_the_pan_field_says_how_many_digits_are_above_twelve(pan: str, field: str) -> None:
    assert encode_panfield_iso_4(pan).hex() == field.ljust(32, "0")


@settings(deadline=None)
@given(PINS, FILLS, FILLS)
def test_two_blocks_of_one_pin_differ_by_their_fill_alone(
    pin: str, fill: bytes, other: bytes
) -> None:
    one, two = (encipher_pinblock_iso_4(KEY, pin, PAN, each) for each in (fill, other))
    assert (one == two) == (fill == other)


def test_another_key_or_card_gives_noise() -> None:
    block = encipher_pinblock_iso_4(KEY, "9731", PAN, FILL)
    for key, pan in ((KEY, "9999990000000022"), (bytes(16), PAN), (KEY, PAN + "0")):
        with pytest.raises(PinRefused):
            decipher_pinblock_iso_4(key, block, pan)


@pytest.mark.parametrize(
    ("nibbles", "reason"),
    [
        ("441234AAAAAAAAAA", None),
        ("4C123456789012AA", None),
        ("341234AAAAAAAAAA", "control"),
        ("431234AAAAAAAAAA", "length"),
        ("4D1234567890123A", "length"),
        ("44123AAAAAAAAAAA", "digits"),
        ("441234AAAAAAAAAF", "fill"),
        ("441234FAAAAAAAAA", "fill"),
    ],
)
def test_the_pin_field_is_strict_but_for_its_right_half(nibbles: str, reason: str | None) -> None:
    field = bytes.fromhex(nibbles) + b"anything"
    block = encrypt_aes_ecb(KEY, xor(encrypt_aes_ecb(KEY, field), encode_panfield_iso_4(PAN)))
    if reason is None:
        pin = nibbles[2:].rstrip("A")
        assert decode_pinfield_iso_4(field) == decipher_pinblock_iso_4(KEY, block, PAN) == pin
        return
    for call in (
        lambda: decode_pinfield_iso_4(field),
        lambda: decipher_pinblock_iso_4(KEY, block, PAN),
    ):
        with pytest.raises(PinRefused) as refused:
            call()
        assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"pin": "123"}, "length"),
        ({"pin": "12x4"}, "digits"),
        ({"pan": "123456789"}, "account"),
        ({"pan": "9" * 20}, "account"),
        ({"pan": "٩" * 16}, "account"),
        ({"fill": bytes(7)}, "fill"),
        ({"fill": bytes(9)}, "fill"),
    ],
)
def test_other_inputs_are_refused(changes: dict, reason: str) -> None:
    good = {"pin": "1234", "pan": PAN, "fill": FILL}
    with pytest.raises(PinRefused) as refused:
        encipher_pinblock_iso_4(KEY, **{**good, **changes})
    assert refused.value.reason == reason


@pytest.mark.parametrize("length", [0, 8, 15, 17, 32])
def test_a_block_of_another_length_is_refused(length: int) -> None:
    for call in (
        lambda block: decipher_pinblock_iso_4(KEY, block, PAN),
        decode_pinfield_iso_4,
    ):
        with pytest.raises(PinRefused) as refused:
            call(bytes(length))
        assert refused.value.reason == "block"


@pytest.mark.parametrize("length", [0, 8, 15, 31])
def test_a_key_of_another_length_is_refused(length: int) -> None:
    for call in (
        lambda key: encipher_pinblock_iso_4(key, "1234", PAN, FILL),
        lambda key: decipher_pinblock_iso_4(key, bytes(16), PAN),
    ):
        with pytest.raises(KeyRefused) as refused:
            call(bytes(length))
        assert refused.value.reason == "length"
