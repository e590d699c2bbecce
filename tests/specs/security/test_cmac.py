"""CMAC against NIST's examples, and against its definition written out."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswitch.specs.errors import CryptoError
from cardswitch.specs.security.aes import encrypt_aes_ecb
from cardswitch.specs.security.cmac import generate_cmac_aes, generate_cmac_tdes
from cardswitch.specs.security.errors import KeyRefused
from cardswitch.specs.security.tdes import encrypt_tdes_ecb

VECTORS = tomllib.loads(
    (Path(__file__).parents[2] / "vectors/security_aes.toml").read_text("utf-8")
)
MESSAGE = bytes.fromhex(VECTORS["cmac_message"]["text"])


def cases(name: str) -> list:
    return [
        pytest.param(bytes.fromhex(case["key"]), MESSAGE[: int(length)], value, id=case["source"])
        for case in VECTORS[name]
        for length, value in case["values"].items()
    ]


def binary(*lengths: int) -> st.SearchStrategy[bytes]:
    return st.sampled_from(lengths).flatmap(lambda n: st.binary(min_size=n, max_size=n))


def cmac_by_definition(encrypt, key: bytes, data: bytes, size: int, constant: int) -> bytes:
    """SP 800-38B, 6.1 and 6.2, with nothing but the block cipher."""
    top = 1 << 8 * size - 1

    def double(number: int) -> int:
        return ((number << 1) % (2 * top)) ^ (constant if number & top else 0)

    subkey = double(int.from_bytes(encrypt(key, bytes(size)), "big"))
    if not data or len(data) % size:
        subkey = double(subkey)
        data += b"\x80" + bytes(-(len(data) + 1) % size)
    state = 0
    for start in range(0, len(data), size):
        block = int.from_bytes(data[start : start + size], "big")
        block ^= subkey if start + size == len(data) else 0
        state = int.from_bytes(encrypt(key, (state ^ block).to_bytes(size, "big")), "big")
    return state.to_bytes(size, "big")


@pytest.mark.parametrize(("key", "data", "value"), cases("cmac_aes"))
def test_known_answers_with_aes(key: bytes, data: bytes, value: str) -> None:
    assert generate_cmac_aes(key, data).hex().upper() == value


@pytest.mark.parametrize(("key", "data", "value"), cases("cmac_tdes"))
def test_known_answers_with_tdes(key: bytes, data: bytes, value: str) -> None:
    assert generate_cmac_tdes(key, data).hex().upper() == value


@settings(deadline=None)
@given(binary(16, 24, 32), st.binary(max_size=50), st.integers(1, 16))
def test_the_definition_agrees_with_aes(key: bytes, data: bytes, size: int) -> None:
    expected = cmac_by_definition(encrypt_aes_ecb, key, data, 16, 0x87)
    assert generate_cmac_aes(key, data, size) == expected[:size]


@settings(deadline=None)
@given(binary(16, 24), st.binary(max_size=30), st.integers(1, 8))
def test_the_definition_agrees_with_tdes(key: bytes, data: bytes, size: int) -> None:
    expected = cmac_by_definition(encrypt_tdes_ecb, key, data, 8, 0x1B)
    assert generate_cmac_tdes(key, data, size) == expected[:size]


@pytest.mark.parametrize("generate", [generate_cmac_aes, generate_cmac_tdes])
def test_one_message_does_not_go_on_in_the_next(generate) -> None:
    first = generate(bytes(16), b"abc")
    generate(bytes(16), b"another")
    assert generate(bytes(16), b"abc") == first


@pytest.mark.parametrize(
    ("generate", "length"),
    [(generate_cmac_aes, n) for n in (0, 8, 15, 33)]
    + [(generate_cmac_tdes, n) for n in (0, 8, 15, 32)],
)
def test_a_key_of_another_length_is_refused(generate, length: int) -> None:
    with pytest.raises(KeyRefused) as refused:
        generate(bytes(length), b"")
    assert refused.value.reason == "length"


@pytest.mark.parametrize(
    ("generate", "size"),
    [(generate_cmac_aes, n) for n in (-1, 0, 17)] + [(generate_cmac_tdes, n) for n in (-1, 0, 9)],
)
def test_another_size_is_refused(generate, size: int) -> None:
    with pytest.raises(CryptoError, match="CMAC size"):
        generate(bytes(16), b"", size)
