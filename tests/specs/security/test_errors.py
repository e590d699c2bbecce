"""No error of payment cryptography carries a key, a PIN, a card number or a block."""

from collections.abc import Callable, Iterator

import pytest

from cardswitch.specs.errors import CryptoError
from cardswitch.specs.security import (
    aes,
    cmac,
    components,
    cvv,
    dynamic_cvv,
    ibm3624,
    keys,
    lmk,
    mac,
    pinblock_iso_4,
    pinblocks,
    pvv,
    schemes,
    tdes,
    vault,
)
from cardswitch.specs.security.errors import KeyRefused, PinRefused

# Each secret is wrong in its own way, and all of them can be recognised anywhere.
KEY = bytes.fromhex("C0FFEEC0FFEEC0FFEEC0FFEEC0FFEEC0FF")  # 17 bytes
EVEN = bytes.fromhex("C0FFEEC0FFEEC0FFEEC0FFEEC0FFEEC0")  # no odd parity
BLOCK = bytes.fromhex("C0FFEEC0FFEEC0FF")
PIN, LONG_PIN, PAN, PAN12 = "739x", "7391739173917391", "73917391739x", "739x73917391"
ACCOUNT = "550000025321"
GOOD_KEY = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
VAULT = vault.AesVault(bytes(32))
TABLE, DATA = "0123456789012345", bytes(8)
SECRETS = ("C0FFEE", "739", repr(KEY)[2:12], repr(EVEN)[2:12])

CALLS: list[Callable[[], object]] = [
    lambda: tdes.encrypt_tdes_ecb(KEY, bytes(8)),
    lambda: tdes.decrypt_tdes_ecb(KEY, bytes(8)),
    lambda: tdes.encrypt_tdes_cbc(KEY, bytes(8), bytes(8)),
    lambda: tdes.encrypt_tdes_ecb(GOOD_KEY, KEY),
    lambda: tdes.encrypt_tdes_cbc(GOOD_KEY, KEY, bytes(8)),
    lambda: tdes.decrypt_tdes_cbc(GOOD_KEY, bytes(8), KEY),
    lambda: keys.key_check_value(KEY),
    lambda: keys.is_weak(KEY),
    lambda: keys.has_repeated_parts(KEY),
    lambda: schemes.read_scheme("U" + EVEN.hex()),
    lambda: schemes.write_key("U", schemes.wrapping_keys(GOOD_KEY, "U"), KEY),
    lambda: schemes.wrapping_keys(BLOCK, "T"),
    lambda: lmk.wrap_key(lmk.TEST_LMK, "001", "U", EVEN),
    lambda: lmk.wrap_key(lmk.TEST_LMK, "C0FFEE", "U", GOOD_KEY),
    lambda: lmk.unwrap_key(lmk.TEST_LMK, "001", "U" + EVEN.hex().upper()),
    lambda: lmk.unwrap_key(lmk.TEST_LMK, "C0FFEE", "U" + EVEN.hex().upper()),
    lambda: lmk.wrap_key_under_key(KEY, "U", KEY),
    lambda: lmk.unwrap_key_under_key(KEY, "C0FFEEC0FFEEC0FF"),
    lambda: lmk.LmkSet((KEY,) * 20, is_test=True),
    lambda: lmk.seal_pin(lmk.TEST_LMK, PIN, ACCOUNT),
    lambda: lmk.open_pin(lmk.TEST_LMK, "J" + EVEN.hex().upper(), ACCOUNT),
    lambda: lmk.open_pin(lmk.TEST_LMK, lmk.seal_pin(lmk.TEST_LMK, "7391", ACCOUNT), "0" * 12),
    lambda: pinblocks.pan12_of(PAN),
    lambda: pinblocks.encode_pinblock_iso_0(PIN, ACCOUNT),
    lambda: pinblocks.encode_pinblock_iso_0(LONG_PIN, ACCOUNT),
    lambda: pinblocks.encode_pinblock_iso_0("7391", PAN12),
    lambda: pinblocks.encode_pinblock_iso_3("7391", ACCOUNT, b"1"),
    lambda: pinblocks.decode_pinblock_iso_0(BLOCK, ACCOUNT),
    lambda: pinblocks.decode_pinblock_iso_0(KEY, ACCOUNT),
    lambda: pinblocks.decode_pinblock_iso_1(bytes.fromhex("147391C0FFEEC0FF")[:7]),
    lambda: pinblocks.decode_pinblock_iso_1(bytes.fromhex("14739AC0FFEEC0FF")),
    lambda: pinblocks.decode_pinblock("C0FFEE", BLOCK, ACCOUNT),
    lambda: pvv.generate_pvv(KEY, "7391", ACCOUNT, "1"),
    lambda: pvv.generate_pvv(GOOD_KEY, PIN, ACCOUNT, "1"),
    lambda: pvv.generate_pvv(GOOD_KEY, "7391", PAN12, "1"),
    lambda: pvv.generate_pvv(GOOD_KEY, "7391", ACCOUNT, "739"),
    lambda: cvv.generate_cvv(KEY, "9999990000000014", "2912", "101"),
    lambda: cvv.generate_cvv(GOOD_KEY, PAN, "7391", "739"),
    lambda: mac.generate_mac_iso9797(KEY, bytes(8), 1, 1),
    lambda: mac.generate_mac_iso9797(GOOD_KEY, KEY, 3, 0),
    lambda: aes.encrypt_aes_ecb(KEY, bytes(16)),
    lambda: aes.decrypt_aes_cbc(GOOD_KEY, KEY, bytes(16)),
    lambda: aes.encrypt_aes_cbc(GOOD_KEY, bytes(16), KEY),
    lambda: cmac.generate_cmac_aes(KEY, b""),
    lambda: cmac.generate_cmac_tdes(KEY, b""),
    lambda: cmac.generate_cmac_aes(GOOD_KEY, EVEN, 17),
    lambda: keys.key_check_value_aes(KEY),
    lambda: keys.effective_length(KEY),
    lambda: components.combine_components([KEY, KEY]),
    lambda: components.combine_components([EVEN]),
    lambda: components.combine_components([EVEN, EVEN], [EVEN[:3], EVEN[:3]]),
    lambda: components.split_key(EVEN, [KEY]),
    lambda: pinblocks.encode_pinblock_iso_2(PIN),
    lambda: pinblocks.decode_pinblock_iso_2(bytes.fromhex("2473911C0FFEEC0F")),
    lambda: pinblocks.decode_pinblock_diebold(bytes.fromhex("7391C0FFEEC0FFEE")),
    lambda: pinblock_iso_4.encode_pinfield_iso_4(PIN, BLOCK),
    lambda: pinblock_iso_4.encode_pinfield_iso_4("7391", KEY),
    lambda: pinblock_iso_4.encode_panfield_iso_4(PAN),
    lambda: pinblock_iso_4.encipher_pinblock_iso_4(KEY, "7391", "7391739173917391", DATA),
    lambda: pinblock_iso_4.decipher_pinblock_iso_4(GOOD_KEY, EVEN, "7391739173917391"),
    lambda: pinblock_iso_4.decode_pinfield_iso_4(bytes.fromhex("447391C0FFEEC0FF") * 2),
    lambda: ibm3624.build_validation_data_ibm3624("7391", ACCOUNT),
    lambda: ibm3624.build_validation_data_ibm3624("7391C0FFEE1N", PAN12),
    lambda: ibm3624.generate_natural_pin_ibm3624(KEY, DATA, TABLE),
    lambda: ibm3624.generate_natural_pin_ibm3624(GOOD_KEY, KEY, TABLE),
    lambda: ibm3624.generate_natural_pin_ibm3624(GOOD_KEY, DATA, "7391"),
    lambda: ibm3624.generate_offset_ibm3624(GOOD_KEY, DATA, TABLE, PIN),
    lambda: ibm3624.generate_pin_ibm3624(GOOD_KEY, DATA, TABLE, PIN),
    lambda: ibm3624.verify_pin_ibm3624(GOOD_KEY, DATA, TABLE, "7391", "739"),
    lambda: cvv.generate_icvv(KEY, "9999990000000014", "2912"),
    lambda: cvv.generate_cvv2(GOOD_KEY, PAN, "2912"),
    lambda: dynamic_cvv.generate_dcvv(GOOD_KEY, PAN, "2912", "101", "7391"),
    lambda: dynamic_cvv.generate_dcvv(KEY, "9999990000000014", "2912", "101", "7391"),
    lambda: dynamic_cvv.generate_ivcvc3(KEY, BLOCK),
    lambda: dynamic_cvv.generate_cvc3(KEY, BLOCK[:2], BLOCK[:4], BLOCK[:2]),
    lambda: dynamic_cvv.generate_cvc3(GOOD_KEY, BLOCK, BLOCK, BLOCK),
    lambda: vault.AesVault(KEY),
    lambda: VAULT.seal(PAN),
    lambda: VAULT.fingerprint(PAN),
    lambda: VAULT.open(EVEN.hex().upper()),
    lambda: VAULT.open("C0FFEE" * 10),
]


def everything_in(error: BaseException | None) -> Iterator[str]:
    """All that a log could print of *error* and of whatever is chained to it."""
    while error is not None:
        yield from (str(error), repr(error), repr(error.args), repr(vars(error)))
        yield from map(repr, getattr(error, "__notes__", ()))
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize("number", range(len(CALLS)))
def test_no_error_carries_a_secret(number: int) -> None:
    with pytest.raises(CryptoError) as refused:
        CALLS[number]()
    for text in everything_in(refused.value):
        assert not any(secret.upper() in text.upper() for secret in SECRETS), number


@pytest.mark.parametrize("kind", [KeyRefused, PinRefused])
def test_an_error_has_a_text_for_people_and_a_word_for_programs(kind) -> None:
    error = kind("length", "expected a key of 8 bytes")
    assert isinstance(error, CryptoError)
    assert str(error) == "expected a key of 8 bytes"
    assert error.reason == "length"
