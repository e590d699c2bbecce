"""Card numbers at rest."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswitch.specs.errors import CryptoError
from cardswitch.specs.security.errors import KeyRefused
from cardswitch.specs.security.vault import AesVault

VECTORS = tomllib.loads((Path(__file__).parents[2] / "vectors/security.toml").read_text("utf-8"))
VAULT, OTHER = AesVault(bytes(32)), AesVault(bytes(31) + b"\x01")
PANS = st.from_regex("[0-9]{1,19}", fullmatch=True)


def test_the_known_answer() -> None:
    case = VECTORS["vault"][0]
    vault = AesVault(bytes.fromhex(case["key"]))
    assert vault.seal(case["pan"]) == case["sealed"]
    assert vault.open(case["sealed"]) == case["pan"]
    assert vault.fingerprint(case["pan"]) == case["fingerprint"]


@settings(deadline=None)
@given(PANS)
def test_what_is_sealed_is_opened_and_always_looks_the_same(pan: str) -> None:
    sealed = VAULT.seal(pan)
    assert VAULT.open(sealed) == pan
    assert VAULT.seal(pan) == AesVault(bytes(32)).seal(pan) == sealed
    assert VAULT.fingerprint(pan) == AesVault(bytes(32)).fingerprint(pan)


@settings(deadline=None)
@given(PANS, PANS)
def test_another_pan_or_key_looks_different(pan: str, other: str) -> None:
    assert (VAULT.seal(pan) == VAULT.seal(other)) == (pan == other)
    assert (VAULT.fingerprint(pan) == VAULT.fingerprint(other)) == (pan == other)
    assert VAULT.seal(pan) != OTHER.seal(pan)
    assert VAULT.fingerprint(pan) != OTHER.fingerprint(pan)


@settings(deadline=None)
@given(st.integers(0, 8 * 32 - 1))
def test_one_flipped_bit_is_found(bit: int) -> None:
    sealed = int(VAULT.seal("9999990000000014"), 16)
    with pytest.raises(CryptoError, match="not sealed with this vault key"):
        VAULT.open(f"{sealed ^ 1 << bit:064X}")


def test_another_key_does_not_open() -> None:
    with pytest.raises(CryptoError, match="not sealed with this vault key"):
        OTHER.open(VAULT.seal("9999990000000014"))


@pytest.mark.parametrize("text", ["", "00", "0" * 32, "g" * 64, "0" * 63, "a" * 64, "0 " * 32])
def test_what_is_no_sealed_pan_is_refused(text: str) -> None:
    with pytest.raises(CryptoError, match="upper-case hexadecimal"):
        VAULT.open(text)


@pytest.mark.parametrize("pan", ["", "9" * 20, "99999900000000 1", "٩" * 16, "9999\ud800"])
def test_what_is_no_pan_is_refused(pan: str) -> None:
    for call in (VAULT.seal, VAULT.fingerprint):
        with pytest.raises(CryptoError, match="1 to 19 digits"):
            call(pan)


@pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
def test_a_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(KeyRefused) as refused:
        AesVault(bytes(length))
    assert refused.value.reason == "length"


def test_a_vault_shows_no_key() -> None:
    assert repr(bytes(32)) not in repr(VAULT)
    assert "bytes" not in repr(VAULT)
    assert not hasattr(VAULT, "__dict__")
