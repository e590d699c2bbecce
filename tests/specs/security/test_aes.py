"""AES against published answers and psec."""

import tomllib
from pathlib import Path

import psec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswitch.specs.errors import CryptoError
from cardswitch.specs.security.aes import (
    decrypt_aes_cbc,
    decrypt_aes_ecb,
    encrypt_aes_cbc,
    encrypt_aes_ecb,
)
from cardswitch.specs.security.errors import KeyRefused

VECTORS = tomllib.loads(
    (Path(__file__).parents[2] / "vectors/security_aes.toml").read_text("utf-8")
)
KEYS = st.sampled_from([16, 24, 32]).flatmap(lambda n: st.binary(min_size=n, max_size=n))
IVS = st.binary(min_size=16, max_size=16)
BLOCKS = st.integers(1, 6).flatmap(lambda n: st.binary(min_size=16 * n, max_size=16 * n))
FUNCTIONS = [
    encrypt_aes_ecb,
    decrypt_aes_ecb,
    lambda key, data: encrypt_aes_cbc(key, bytes(16), data),
    lambda key, data: decrypt_aes_cbc(key, bytes(16), data),
]


@pytest.mark.parametrize("case", VECTORS["aes"], ids=lambda case: case["source"])
def test_known_answers(case: dict[str, str]) -> None:
    key, clear, encrypted = (bytes.fromhex(case[name]) for name in ("key", "clear", "encrypted"))
    if "iv" in case:
        iv = bytes.fromhex(case["iv"])
        assert encrypt_aes_cbc(key, iv, clear) == encrypted
        assert decrypt_aes_cbc(key, iv, encrypted) == clear
    else:
        assert encrypt_aes_ecb(key, clear) == encrypted
        assert decrypt_aes_ecb(key, encrypted) == clear


@settings(deadline=None)
@given(KEYS, IVS, BLOCKS)
def test_the_oracle_agrees(key: bytes, iv: bytes, data: bytes) -> None:
    assert encrypt_aes_ecb(key, data) == psec.aes.encrypt_aes_ecb(key, data)
    assert decrypt_aes_ecb(key, data) == psec.aes.decrypt_aes_ecb(key, data)
    assert encrypt_aes_cbc(key, iv, data) == psec.aes.encrypt_aes_cbc(key, iv, data)
    assert decrypt_aes_cbc(key, iv, data) == psec.aes.decrypt_aes_cbc(key, iv, data)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_nothing_gives_nothing(function) -> None:
    assert function(bytes(16), b"") == b""


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_remainder_is_refused_and_does_not_spoil_the_next_call(function) -> None:
    key, block = bytes(range(16)), b"1234567890123456"
    before = function(key, block)
    for remainder in (b"1", block[:15], block + b"7"):
        with pytest.raises(CryptoError, match="whole blocks"):
            function(key, remainder)
    assert function(key, block) == before


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("length", [0, 8, 15, 17, 23, 25, 31, 33])
def test_a_key_of_another_length_is_refused(function, length: int) -> None:
    with pytest.raises(KeyRefused) as refused:
        function(bytes(length), bytes(16))
    assert refused.value.reason == "length"


@pytest.mark.parametrize("function", [encrypt_aes_cbc, decrypt_aes_cbc])
@pytest.mark.parametrize("length", [0, 8, 15, 17])
def test_an_initial_vector_of_another_length_is_refused(function, length: int) -> None:
    with pytest.raises(CryptoError, match="initial vector"):
        function(bytes(16), bytes(length), bytes(16))
