"""Triple DES against published answers and psec."""

import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswitch.specs.errors import CryptoError
from cardswitch.specs.security import tdes
from cardswitch.specs.security.errors import KeyRefused
from cardswitch.specs.security.tdes import (
    CIPHERS_MAX,
    chain_tdes,
    decrypt_tdes_cbc,
    decrypt_tdes_ecb,
    encrypt_tdes_cbc,
    encrypt_tdes_ecb,
    xor,
)

ROOT = Path(__file__).parents[3]
VECTORS = tomllib.loads((ROOT / "tests/vectors/security.toml").read_text("utf-8"))
# The oracle uses names that its library wants to retire; ours must not.
ORACLE = pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")

KEYS = st.sampled_from([8, 16, 24]).flatmap(lambda n: st.binary(min_size=n, max_size=n))
IVS = st.binary(min_size=8, max_size=8)
BLOCKS = st.integers(0, 12).flatmap(lambda n: st.binary(min_size=8 * n, max_size=8 * n))
FUNCTIONS = [
    encrypt_tdes_ecb,
    decrypt_tdes_ecb,
    lambda key, data: encrypt_tdes_cbc(key, bytes(8), data),
    lambda key, data: chain_tdes(key, bytes(8), data),
    lambda key, data: decrypt_tdes_cbc(key, bytes(8), data),
]


@pytest.mark.parametrize("case", VECTORS["tdes"], ids=lambda case: case["source"])
def test_known_answers(case: dict[str, str]) -> None:
    key, clear, encrypted = (bytes.fromhex(case[name]) for name in ("key", "clear", "encrypted"))
    if "iv" in case:
        iv = bytes.fromhex(case["iv"])
        assert encrypt_tdes_cbc(key, iv, clear) == encrypted
        assert decrypt_tdes_cbc(key, iv, encrypted) == clear
    else:
        assert encrypt_tdes_ecb(key, clear) == encrypted
        assert decrypt_tdes_ecb(key, encrypted) == clear


@ORACLE
@settings(deadline=None)
@given(KEYS, IVS, BLOCKS.filter(bool))
def test_the_oracle_agrees(key: bytes, iv: bytes, data: bytes) -> None:
    assert encrypt_tdes_ecb(key, data) == psec.des.encrypt_tdes_ecb(key, data)
    assert decrypt_tdes_ecb(key, data) == psec.des.decrypt_tdes_ecb(key, data)
    assert encrypt_tdes_cbc(key, iv, data) == psec.des.encrypt_tdes_cbc(key, iv, data)
    assert decrypt_tdes_cbc(key, iv, data) == psec.des.decrypt_tdes_cbc(key, iv, data)


@settings(deadline=None)
@given(KEYS, IVS, BLOCKS)
def test_decryption_undoes_encryption(key: bytes, iv: bytes, data: bytes) -> None:
    assert decrypt_tdes_ecb(key, encrypt_tdes_ecb(key, data)) == data
    assert decrypt_tdes_cbc(key, iv, encrypt_tdes_cbc(key, iv, data)) == data


@settings(deadline=None)
@given(KEYS, st.lists(st.tuples(IVS, BLOCKS), min_size=1, max_size=5))
def test_a_kept_chain_begins_anew_every_time(key: bytes, pieces: list[tuple[bytes, bytes]]) -> None:
    for iv, data in pieces:
        assert chain_tdes(key, iv, data) == encrypt_tdes_cbc(key, iv, data)


def test_no_more_chains_are_kept_than_the_limit() -> None:
    for number in range(CIPHERS_MAX + 10):
        chain_tdes(number.to_bytes(8, "big"), bytes(8), bytes(8))
    assert len(tdes._CHAINS) == CIPHERS_MAX


def test_chains_of_two_threads_do_not_mix() -> None:
    key, data = bytes(range(16)), bytes(800)
    expected = encrypt_tdes_cbc(key, bytes(8), data)
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda _: chain_tdes(key, bytes(8), data), range(400)))
    assert set(made) == {expected}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_remainder_is_refused_and_does_not_spoil_the_next_call(function) -> None:
    key, block = bytes(range(16)), b"12345678"
    before = function(key, block)
    for remainder in (b"1", b"1234567", b"123456789"):
        with pytest.raises(CryptoError, match="whole blocks"):
            function(key, remainder)
    assert function(key, block) == before


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("length", [0, 7, 9, 15, 23, 25, 32])
def test_a_key_of_another_length_is_refused(function, length: int) -> None:
    with pytest.raises(KeyRefused) as refused:
        function(bytes(length), bytes(8))
    assert refused.value.reason == "length"


@pytest.mark.parametrize("function", [encrypt_tdes_cbc, decrypt_tdes_cbc])
@pytest.mark.parametrize("length", [0, 7, 9])
def test_an_initial_vector_of_another_length_is_refused(function, length: int) -> None:
    with pytest.raises(CryptoError, match="initial vector"):
        function(bytes(16), bytes(length), bytes(8))


def test_both_sides_of_an_exclusive_or_have_the_same_length() -> None:
    with pytest.raises(AssertionError):
        xor(b"12", b"1")


def test_nothing_that_the_library_will_remove_is_used() -> None:
    # In a process of its own: here the modules are loaded, and single and double keys were used.
    program = (
        "from cardswitch.specs.security import vault, lmk, mac, cvv, pvv\n"
        "from cardswitch.specs.security.cmac import generate_cmac_tdes\n"
        "from cardswitch.specs.security.tdes import encrypt_tdes_ecb, encrypt_tdes_cbc\n"
        "for n in (8, 16, 24):\n"
        "    encrypt_tdes_ecb(bytes(n), bytes(8)), encrypt_tdes_cbc(bytes(n), bytes(8), bytes(8))\n"
        "generate_cmac_tdes(bytes(16), b''), generate_cmac_tdes(bytes(24), b'')\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], cwd=ROOT, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
