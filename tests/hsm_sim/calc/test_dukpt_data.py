"""Data under DUKPT, both ways, and which key of a KSN made something of it."""

import pytest

from cardswitch.hsm_sim.calc.dukpt import compute_dukpt_aes, compute_dukpt_tdes
from cardswitch.hsm_sim.calc.dukpt_data import KEY_OF_USE, crypt_data, find_dukpt
from cardswitch.hsm_sim.calc.steps import Steps
from cardswitch.specs.errors import CryptoError
from cardswitch.specs.security.keys import key_check_value

BDK = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
KEYS = {
    "tdes": compute_dukpt_tdes(Steps(), bytes.fromhex("FFFF9876543210E00001"), BDK),
    "aes": compute_dukpt_aes(Steps(), bytes.fromhex("123456789012345600000001"), BDK),
}
DATA = bytes(range(32))


@pytest.mark.parametrize("mode", ["cbc", "ecb"])
@pytest.mark.parametrize(
    ("cipher", "use"), [(cipher, use) for cipher, uses in KEY_OF_USE.items() for use in uses]
)
def test_what_is_encrypted_can_be_decrypted(cipher, use, mode):
    asked = (cipher, KEYS[cipher], use, mode)
    made = bytes.fromhex(crypt_data(Steps(), *asked, DATA)["encrypted"])
    back = crypt_data(Steps(), *asked, made, to_decrypt=True)
    assert back == {"decrypted": DATA.hex().upper()}
    assert f"{KEY_OF_USE[cipher][use]} key, encrypted, {mode}" in find_dukpt(
        Steps(), cipher, KEYS[cipher], made, DATA
    )


def test_an_initial_vector_is_for_chains_alone():
    chained = crypt_data(Steps(), "tdes", KEYS["tdes"], "request", "cbc", DATA, b"\x01" * 8)
    assert chained != crypt_data(Steps(), "tdes", KEYS["tdes"], "request", "cbc", DATA)
    with pytest.raises(CryptoError):
        crypt_data(Steps(), "tdes", KEYS["tdes"], "request", "ecb", DATA, bytes(8))


@pytest.mark.parametrize(
    ("cipher", "use", "data"),
    [("tdes", "both", DATA), ("aes", "pin", DATA), ("tdes", "request", DATA[:7])],
)
def test_what_cannot_be_done_is_told(cipher, use, data):
    with pytest.raises(CryptoError):
        crypt_data(Steps(), cipher, KEYS[cipher], use, "cbc", data)


def test_an_initial_key_encrypts_nothing():
    keys = compute_dukpt_tdes(Steps(), bytes.fromhex("FFFF9876543210E00000"), BDK)
    with pytest.raises(CryptoError, match="counter above zero"):
        crypt_data(Steps(), "tdes", keys, "request", "cbc", DATA)


def test_a_key_and_its_check_value_are_found():
    key = bytes.fromhex(KEYS["tdes"]["data-request"])
    found = find_dukpt(Steps(), "tdes", KEYS["tdes"], key, None)
    assert found == ["data-request key, the key itself"]
    found = find_dukpt(Steps(), "tdes", KEYS["tdes"], key_check_value(key)[:3], None)
    assert found == ["data-request key, its check value (TDES, zeros encrypted)"]


def test_a_mac_is_found_with_its_algorithm():
    mac = bytes.fromhex("9CCC7817")  # ANSI X9.24-1:2009, A.4
    data = b"4012345678909D987"
    found = find_dukpt(Steps(), "tdes", KEYS["tdes"], mac, data)
    assert found == ["mac-request key, MAC, algorithm 3, padding 1 (zeros)"]


def test_nothing_is_found_of_another_device():
    assert find_dukpt(Steps(), "tdes", KEYS["tdes"], bytes(8), DATA[:8]) == []
