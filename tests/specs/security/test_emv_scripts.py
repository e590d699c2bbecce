"""Issuer scripts: MAC, encrypted data and a new PIN, as pyemv makes them."""

import tomllib
from pathlib import Path

import pyemv
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswitch.specs.errors import CryptoError
from cardswitch.specs.security.emv_scripts import (
    encode_pinblock_vis,
    encrypt_script_data_emv,
    generate_script_mac_emv,
)
from cardswitch.specs.security.errors import KeyRefused, PinRefused

VECTORS = tomllib.loads((Path(__file__).parents[2] / "vectors/emv.toml").read_text("utf-8"))
# The oracle uses names that its library wants to retire; ours must not.
ORACLE = pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
KEYS = st.binary(min_size=16, max_size=16)
PINS = st.from_regex("[0-9]{4,12}", fullmatch=True)
KEY = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
STYLES = {
    "emv": pyemv.sm.EncryptionType.EMV,
    "mchip": pyemv.sm.EncryptionType.MASTERCARD,
    "vis": pyemv.sm.EncryptionType.VISA,
}


def test_known_answers() -> None:
    for case in VECTORS["script_mac"]:
        mac = generate_script_mac_emv(bytes.fromhex(case["key"]), bytes.fromhex(case["data"]))
        assert mac.hex().upper() == case["value"]
    for case in VECTORS["script_data"]:
        key, data = bytes.fromhex(case["key"]), bytes.fromhex(case["data"])
        encrypted = encrypt_script_data_emv(key, data, case["style"])
        assert encrypted.hex().upper() == case["value"]
    for case in VECTORS["pinblock_vis"]:
        block = encode_pinblock_vis(bytes.fromhex(case["icc_key"]), case["pin"])
        assert block.hex().upper() == case["block"]


@ORACLE
@settings(deadline=None)
@given(KEYS, st.binary(min_size=1, max_size=60), st.integers(4, 8))
def test_the_oracle_makes_the_same_mac(key: bytes, data: bytes, size: int) -> None:
    mac = generate_script_mac_emv(key, data, size)
    assert mac == pyemv.sm.generate_command_mac(key, data, size)
    assert len(mac) == size


@ORACLE
@settings(deadline=None)
@given(KEYS, st.binary(min_size=1, max_size=60), st.sampled_from(sorted(STYLES)))
def test_the_oracle_encrypts_alike(key: bytes, data: bytes, style) -> None:
    theirs = pyemv.sm.encrypt_command_data(key, data, STYLES[style])
    assert encrypt_script_data_emv(key, data, style) == theirs


@ORACLE
@settings(deadline=None)
@given(KEYS, PINS, PINS)
def test_the_oracle_makes_the_same_pin_block(key: bytes, pin: str, current: str) -> None:
    assert encode_pinblock_vis(key, pin) == pyemv.sm.format_vis_pin_block(key, pin)
    theirs = pyemv.sm.format_vis_pin_block(key, pin, current)
    assert encode_pinblock_vis(key, pin, current) == theirs


@pytest.mark.parametrize("size", [-1, 0, 3, 9])
def test_a_mac_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(CryptoError, match="4 to 8"):
        generate_script_mac_emv(KEY, b"data", size)


@pytest.mark.parametrize("length", [0, 256])
def test_data_of_another_length_is_refused(length: int) -> None:
    for style in STYLES:
        with pytest.raises(CryptoError, match="1 to 255"):
            encrypt_script_data_emv(KEY, bytes(length), style)


def test_another_style_is_refused() -> None:
    with pytest.raises(CryptoError, match="emv, mchip or vis"):
        encrypt_script_data_emv(KEY, bytes(8), "amex")


@pytest.mark.parametrize("length", [0, 8, 15, 24])
def test_a_key_of_another_length_is_refused(length: int) -> None:
    key = bytes(length)
    for call in (
        lambda: generate_script_mac_emv(key, b"data"),
        lambda: encrypt_script_data_emv(key, b"data", "emv"),
        lambda: encode_pinblock_vis(key, "1234"),
    ):
        with pytest.raises(KeyRefused) as refused:
            call()
        assert refused.value.reason == "length"


@pytest.mark.parametrize(
    ("pin", "current", "reason"),
    [
        ("739", "", "length"),
        ("7391739173917", "", "length"),
        ("739x", "", "digits"),
        ("1234", "739", "length"),
        ("1234", "739x", "digits"),
    ],
)
def test_another_pin_is_refused(pin: str, current: str, reason: str) -> None:
    with pytest.raises(PinRefused) as refused:
        encode_pinblock_vis(KEY, pin, current)
    assert refused.value.reason == reason
    assert "739" not in str(refused.value)
