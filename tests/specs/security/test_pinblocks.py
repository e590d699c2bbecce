"""PIN blocks by HSM format code: known answers, and what every format refuses; Diebold's."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswitch.specs.security.errors import PinRefused
from cardswitch.specs.security.lmk import TEST_LMK, unwrap_key
from cardswitch.specs.security.pinblocks import (
    FORMAT_CODES,
    decode_pinblock,
    decode_pinblock_diebold,
    encode_pinblock,
    encode_pinblock_diebold,
)
from cardswitch.specs.security.tdes import decrypt_tdes_ecb, encrypt_tdes_ecb

FILES = Path(__file__).parents[2] / "vectors"
VECTORS = tomllib.loads((FILES / "security.toml").read_text("utf-8"))
MORE = tomllib.loads((FILES / "security_pins.toml").read_text("utf-8"))
PINS = st.from_regex("[0-9]{4,12}", fullmatch=True)
ACCOUNTS = st.from_regex("[0-9]{12}", fullmatch=True)
FILLS = st.binary(min_size=5, max_size=8)
CODES = st.sampled_from(sorted(FORMAT_CODES))
ACCOUNT = "550000025321"
KNOWN_BLOCKS = VECTORS["pinblock"] + MORE["pinblock"]


@pytest.mark.parametrize("case", KNOWN_BLOCKS, ids=lambda case: case["source"])
def test_known_blocks(case: dict[str, str]) -> None:
    fill, block = bytes.fromhex(case.get("fill", "")), bytes.fromhex(case["block"])
    assert encode_pinblock(case["code"], case["pin"], case["pan12"], fill) == block
    assert decode_pinblock(case["code"], block, case["pan12"]) == case["pin"]


@pytest.mark.parametrize("case", VECTORS["pinblock_prefix"], ids=lambda case: case["source"])
def test_known_prefix(case: dict[str, str]) -> None:
    block = encode_pinblock(case["code"], case["pin"], case["pan12"], b"random")
    assert block.hex().startswith(case["prefix"])


@pytest.mark.parametrize("case", VECTORS["encrypted_pinblock"], ids=lambda case: case["source"])
def test_known_encrypted_blocks(case: dict[str, str]) -> None:
    key = unwrap_key(TEST_LMK, case["key_type"], case["key"])
    encrypted = bytes.fromhex(case["block"])
    clear = decrypt_tdes_ecb(key, encrypted)
    assert decode_pinblock(case["code"], clear, case["pan12"]) == case["pin"]
    again = encode_pinblock(case["code"], case["pin"], case["pan12"])
    assert encrypt_tdes_ecb(key, again) == encrypted


@settings(deadline=None)
@given(CODES, PINS, ACCOUNTS, FILLS)
def test_what_is_encoded_is_decoded(code: str, pin: str, pan12: str, fill: bytes) -> None:
    assert decode_pinblock(code, encode_pinblock(code, pin, pan12, fill), pan12) == pin


@settings(deadline=None)
@given(CODES, st.binary(max_size=9), ACCOUNTS)
def test_any_bytes_hold_a_pin_or_are_refused(code: str, block: bytes, pan12: str) -> None:
    try:
        pin = decode_pinblock(code, block, pan12)
    except PinRefused:
        return
    assert 4 <= len(pin) <= 12
    assert set(pin) <= set("0123456789")


@pytest.mark.parametrize("code", sorted(FORMAT_CODES))
@pytest.mark.parametrize(
    ("pin", "reason"),
    [
        ("", "length"),
        ("123", "length"),
        ("1234567890123", "length"),
        ("12a4", "digits"),
        ("12 4", "digits"),
        ("123F", "digits"),
        ("١٢٣٤", "digits"),
    ],
)
def test_what_is_no_pin_is_refused(code: str, pin: str, reason: str) -> None:
    with pytest.raises(PinRefused) as refused:
        encode_pinblock(code, pin, ACCOUNT, bytes(8))
    assert refused.value.reason == reason


@pytest.mark.parametrize("account", ["", "55000002532", "5500000253210", "55000002532A", "١" * 12])
@pytest.mark.parametrize("code", ["01", "47"])
def test_what_is_no_account_is_refused(code: str, account: str) -> None:
    with pytest.raises(PinRefused) as refused:
        encode_pinblock(code, "1234", account, bytes(8))
    assert refused.value.reason == "account"
    with pytest.raises(PinRefused) as refused:
        decode_pinblock(code, bytes(8), account)
    assert refused.value.reason == "account"


@pytest.mark.parametrize("code", sorted(FORMAT_CODES))
@pytest.mark.parametrize("length", [0, 7, 9, 16])
def test_a_block_of_another_length_is_refused(code: str, length: int) -> None:
    with pytest.raises(PinRefused) as refused:
        decode_pinblock(code, bytes(length), ACCOUNT)
    assert refused.value.reason == "block"


@pytest.mark.parametrize("code", ["", "0", "00", "02", "04", "48", "1", "٠١"])
def test_an_unknown_format_code_is_refused(code: str) -> None:
    with pytest.raises(PinRefused) as refused:
        encode_pinblock(code, "1234", ACCOUNT, bytes(8))
    assert refused.value.reason == "format"
    with pytest.raises(PinRefused) as refused:
        decode_pinblock(code, bytes(8), ACCOUNT)
    assert refused.value.reason == "format"


def test_an_iso_block_is_told_from_another_by_its_first_digit() -> None:
    for made in sorted(FORMAT_CODES):
        block = encode_pinblock(made, "9731", ACCOUNT, b"\xaa" * 5)
        for read in sorted(FORMAT_CODES - {made, "03"}):
            with pytest.raises(PinRefused) as refused:
                decode_pinblock(read, block, ACCOUNT)
            assert refused.value.reason == "control"


def test_a_diebold_block_has_nothing_to_be_told_by() -> None:
    # Why a module that takes format 03 has to know that it is what comes.
    assert decode_pinblock("03", encode_pinblock("34", "9731", ACCOUNT), ACCOUNT) == "249731"


@settings(deadline=None)
@given(PINS)
def test_a_diebold_block_is_the_pin_and_f(pin: str) -> None:
    block = encode_pinblock_diebold(pin)
    assert block.hex().upper() == pin + "F" * (16 - len(pin))
    assert decode_pinblock_diebold(block) == pin


@pytest.mark.parametrize(
    ("nibbles", "reason"),
    [
        ("FFFFFFFFFFFFFFFF", "length"),
        ("123FFFFFFFFFFFFF", "length"),
        ("1234567890123FFF", "length"),
        ("1234567890123456", "length"),
        ("12F4FFFFFFFFFFFF", "digits"),
        ("FF1234FFFFFFFFFF", "digits"),
        ("1234AFFFFFFFFFFF", "digits"),
        ("1234EEEEEEEEFFFF", "digits"),
    ],
)
def test_diebold_is_strict(nibbles: str, reason: str) -> None:
    with pytest.raises(PinRefused) as refused:
        decode_pinblock_diebold(bytes.fromhex(nibbles))
    assert refused.value.reason == reason
