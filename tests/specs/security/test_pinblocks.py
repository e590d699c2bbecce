"""PIN blocks of ISO formats 0, 1 and 3: known answers, psec, and every way to be wrong."""

import tomllib
from pathlib import Path

import psec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specs.security.errors import PinRefused
from specs.security.lmk import TEST_LMK, unwrap_key
from specs.security.pinblocks import (
    FORMAT_CODES,
    decode_pinblock,
    decode_pinblock_iso_0,
    decode_pinblock_iso_1,
    decode_pinblock_iso_3,
    encode_pinblock,
    encode_pinblock_iso_0,
    encode_pinblock_iso_1,
    encode_pinblock_iso_3,
    pan12_of,
)
from specs.security.tdes import decrypt_tdes_ecb, encrypt_tdes_ecb

VECTORS = tomllib.loads((Path(__file__).parents[2] / "vectors/security.toml").read_text("utf-8"))
PINS = st.from_regex("[0-9]{4,12}", fullmatch=True)
PANS = st.from_regex("[0-9]{13,19}", fullmatch=True)
ACCOUNTS = st.from_regex("[0-9]{12}", fullmatch=True)
FILLS = st.binary(min_size=5, max_size=8)
CODES = st.sampled_from(sorted(FORMAT_CODES))
ACCOUNT = "550000025321"


def mixed(nibbles: str, pan12: str = ACCOUNT) -> bytes:
    """The block of sixteen *nibbles* mixed with *pan12*, made without the code under test."""
    return bytes(
        a ^ b for a, b in zip(bytes.fromhex(nibbles), bytes.fromhex(f"0000{pan12}"), strict=True)
    )


@pytest.mark.parametrize("case", VECTORS["pinblock"], ids=lambda case: case["source"])
def test_known_blocks(case: dict[str, str]) -> None:
    fill, block = bytes.fromhex(case["fill"]), bytes.fromhex(case["block"])
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
@given(PINS, PANS, FILLS)
def test_the_oracle_agrees(pin: str, pan: str, fill: bytes) -> None:
    pan12 = pan12_of(pan)
    assert encode_pinblock_iso_0(pin, pan12) == psec.pinblock.encode_pinblock_iso_0(pin, pan)
    ours = encode_pinblock_iso_3(pin, pan12, fill)
    assert psec.pinblock.decode_pinblock_iso_3(ours, pan) == pin
    theirs = psec.pinblock.encode_pinblock_iso_3(pin, pan)
    assert decode_pinblock_iso_3(theirs, pan12) == pin


@settings(deadline=None)
@given(CODES, PINS, ACCOUNTS, FILLS)
def test_what_is_encoded_is_decoded(code: str, pin: str, pan12: str, fill: bytes) -> None:
    assert decode_pinblock(code, encode_pinblock(code, pin, pan12, fill), pan12) == pin


@settings(deadline=None)
@given(st.sampled_from(["01", "47"]), PINS, PANS, FILLS, st.integers(0, 15), st.integers(0, 15))
def test_a_block_with_one_other_nibble_is_read_as_the_oracle_reads_it_or_refused(
    code: str, pin: str, pan: str, fill: bytes, place: int, change: int
) -> None:
    oracles = {
        "01": psec.pinblock.decode_pinblock_iso_0,
        "47": psec.pinblock.decode_pinblock_iso_3,
    }
    pan12 = pan12_of(pan)
    good = encode_pinblock(code, pin, pan12, fill)
    block = (int.from_bytes(good, "big") ^ change << 4 * place).to_bytes(8, "big")
    try:
        expected = oracles[code](block, pan)
    except ValueError:
        with pytest.raises(PinRefused):
            decode_pinblock(code, block, pan12)
    else:
        assert decode_pinblock(code, block, pan12) == expected


@settings(deadline=None)
@given(CODES, st.binary(max_size=9), ACCOUNTS)
def test_any_bytes_hold_a_pin_or_are_refused(code: str, block: bytes, pan12: str) -> None:
    try:
        pin = decode_pinblock(code, block, pan12)
    except PinRefused:
        return
    assert 4 <= len(pin) <= 12
    assert set(pin) <= set("0123456789")


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


@pytest.mark.parametrize("code", ["", "0", "00", "02", "03", "48", "1", "٠١"])
def test_an_unknown_format_code_is_refused(code: str) -> None:
    with pytest.raises(PinRefused) as refused:
        encode_pinblock(code, "1234", ACCOUNT, bytes(8))
    assert refused.value.reason == "format"
    with pytest.raises(PinRefused) as refused:
        decode_pinblock(code, bytes(8), ACCOUNT)
    assert refused.value.reason == "format"
