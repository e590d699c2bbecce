"""Check values, parity, weak and degenerate keys."""

import tomllib
from pathlib import Path

import psec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswitch.specs.security.aes import encrypt_aes_ecb
from cardswitch.specs.security.errors import KeyRefused
from cardswitch.specs.security.keys import (
    WEAK_KEYS,
    adjust_parity,
    effective_length,
    has_odd_parity,
    has_repeated_parts,
    is_weak,
    key_check_value,
    key_check_value_aes,
)
from cardswitch.specs.security.tdes import encrypt_tdes_ecb

FILES = Path(__file__).parents[2] / "vectors"
VECTORS = tomllib.loads((FILES / "security.toml").read_text("utf-8"))
AES_VECTORS = tomllib.loads((FILES / "security_aes.toml").read_text("utf-8"))
# The oracle uses names that its library wants to retire; ours must not.
ORACLE = pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
KEYS = st.sampled_from([8, 16, 24]).flatmap(lambda n: st.binary(min_size=n, max_size=n))

A, B, C = (bytes.fromhex(k) for k in ("0123456789ABCDEF", "FEDCBA9876543210", "1334577913345779"))


@pytest.mark.parametrize("case", VECTORS["check_value"], ids=lambda case: case["source"])
def test_known_check_values(case: dict[str, str]) -> None:
    assert key_check_value(bytes.fromhex(case["key"])).hex().upper() == case["value"]


@pytest.mark.parametrize("case", AES_VECTORS["check_value_aes"], ids=lambda case: case["source"])
def test_known_check_values_of_aes_keys(case: dict[str, str]) -> None:
    key = bytes.fromhex(case["key"])
    assert key_check_value_aes(key).hex().upper() == case["value"]
    assert key_check_value_aes(key, 3) == key_check_value_aes(key, 16)[:3]


def test_the_check_value_of_an_aes_key_is_not_that_of_the_same_des_key() -> None:
    assert key_check_value_aes(A + B, 3) != key_check_value(A + B)
    # Nor zeros encrypted, as check values of AES keys were before.
    assert key_check_value_aes(A + B) != encrypt_aes_ecb(A + B, bytes(16))[:5]


@ORACLE
@settings(deadline=None)
@given(KEYS, st.integers(1, 8))
def test_the_oracle_agrees_on_check_values(key: bytes, length: int) -> None:
    assert key_check_value(key, length) == psec.des.generate_kcv(key, length)


@settings(deadline=None)
@given(KEYS)
def test_the_oracle_agrees_on_parity(key: bytes) -> None:
    odd = adjust_parity(key)
    assert odd == psec.des.adjust_key_parity(key)
    assert has_odd_parity(odd)
    assert has_odd_parity(key) == (odd == key)


@settings(deadline=None)
@given(KEYS, st.data())
def test_one_flipped_bit_breaks_parity(key: bytes, data: st.DataObject) -> None:
    bit = data.draw(st.integers(0, 8 * len(key) - 1))
    odd = bytearray(adjust_parity(key))
    odd[bit // 8] ^= 1 << bit % 8
    assert not has_odd_parity(bytes(odd))


@settings(deadline=None)
@given(KEYS)
def test_parity_does_not_change_the_cipher(key: bytes) -> None:
    assert encrypt_tdes_ecb(key, bytes(8)) == encrypt_tdes_ecb(adjust_parity(key), bytes(8))


def test_each_weak_key_is_undone_by_itself_or_its_partner() -> None:
    # What makes a key weak or semi-weak proves the table, entry by entry.
    block = b"12345678"
    partners = {
        key: [other for other in WEAK_KEYS if encrypt_tdes_ecb(other, cipher) == block]
        for key in WEAK_KEYS
        for cipher in [encrypt_tdes_ecb(key, block)]
    }
    assert len(partners) == 16
    assert all(len(found) == 1 for found in partners.values())
    assert sum(found == [key] for key, found in partners.items()) == 4
    assert all(has_odd_parity(key) for key in WEAK_KEYS)


@pytest.mark.parametrize("weak", sorted(WEAK_KEYS), ids=bytes.hex)
def test_a_weak_part_is_found_anywhere_and_with_any_parity(weak: bytes) -> None:
    even = bytes(n ^ 1 for n in weak)
    for key in (weak, even, weak + A, A + even, A + B + weak):
        assert is_weak(key)


@pytest.mark.parametrize("key", [A, A + B, A + B + C])
def test_an_honest_key_is_not_weak(key: bytes) -> None:
    assert not is_weak(key)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (A, False),
        (A + B, False),
        (A + A, True),
        (A + bytes(n ^ 1 for n in A), True),  # equal but for parity
        (A + B + C, False),
        (A + A + B, True),
        (A + B + B, True),
        (A + B + A, False),  # an honest double key in three parts
    ],
)
def test_repeated_parts_leave_single_des(key: bytes, expected: bool) -> None:
    assert has_repeated_parts(key) is expected
    if expected:
        last_left = key[:8] if key[:8] != key[8:16] else key[-8:]
        single = last_left if len(key) == 24 else key[:8]
        assert encrypt_tdes_ecb(key, bytes(8)) == encrypt_tdes_ecb(single, bytes(8))


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (A, 8),
        (A + B, 16),
        (A + A, 8),
        (A + bytes(n ^ 1 for n in A), 8),
        (A + B + C, 24),
        (A + B + A, 16),
        (A + B + bytes(n ^ 1 for n in A), 16),
        (A + A + B, 8),
        (A + B + B, 8),
        (A + A + A, 8),
    ],
)
def test_the_effective_length_is_what_does_the_same(key: bytes, expected: int) -> None:
    assert effective_length(key) == expected
    shorter = [part for part in (A, B, A + B) if len(part) == expected]
    if expected < len(key):
        results = [encrypt_tdes_ecb(part, b"12345678") for part in shorter]
        assert encrypt_tdes_ecb(key, b"12345678") in results


@pytest.mark.parametrize(
    "function", [key_check_value, is_weak, has_repeated_parts, effective_length]
)
def test_a_key_of_another_length_is_refused(function) -> None:
    with pytest.raises(KeyRefused) as refused:
        function(bytes(9))
    assert refused.value.reason == "length"
