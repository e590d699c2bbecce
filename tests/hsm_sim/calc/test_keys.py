"""Keys step by step."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.hsm_sim.calc.keys import (
    combine,
    compute_kcv,
    exclusive_or,
    find_kcv,
    judge_key,
    split,
)
from cardswitch.hsm_sim.calc.steps import Steps
from cardswitch.specs.errors import CryptoError
from cardswitch.specs.security.errors import KeyRefused
from cardswitch.specs.security.keys import has_odd_parity

KEYS = st.sampled_from([16, 24]).flatmap(lambda size: st.binary(min_size=size, max_size=size))


@given(KEYS, st.sampled_from(["tdes", "aes"]))
def test_the_check_value_is_the_beginning_of_its_step(key, cipher):
    steps = Steps()
    made = compute_kcv(steps, cipher, key)
    assert steps.taken[0][1].startswith(made["kcv"])
    if cipher == "aes":
        assert steps.taken[1][1].startswith(made["kcv_of_zeros"])


@given(KEYS)
def test_a_key_is_adjusted_to_odd_parity(key):
    judged = judge_key(Steps(), key)
    assert has_odd_parity(bytes.fromhex(judged["adjusted"]))
    assert judged["odd_parity"] == ("yes" if has_odd_parity(key) else "no")


@pytest.mark.parametrize(
    ("key", "name", "expected"),
    [
        ("0101010101010101", "weak_parts", "yes"),
        ("0123456789ABCDEF0123456789ABCDEF", "repeated_parts", "yes"),
        ("0123456789ABCDEF0123456789ABCDEF", "effective_length", "8 bytes"),
        ("0123456789ABCDEFFEDCBA98765432100123456789ABCDEF", "effective_length", "16 bytes"),
    ],
)
def test_what_makes_a_key_weaker_is_told(key, name, expected):
    assert judge_key(Steps(), bytes.fromhex(key))[name] == expected


@given(KEYS, st.data())
def test_components_make_their_key_again(key, data):
    same = st.binary(min_size=len(key), max_size=len(key))
    randoms = data.draw(st.lists(same, min_size=1, max_size=3))
    made = split(Steps(), "aes", key, randoms)
    parts = [bytes.fromhex(made[f"component_{n}"]) for n in range(1, len(randoms) + 2)]
    steps = Steps()
    assert combine(steps, "aes", parts)["key"] == key.hex().upper()
    assert [value for _, value in steps.taken] == [made[f"kcv_{n + 1}"] for n in range(len(parts))]


def test_parity_is_of_no_account_to_aes():
    assert "odd_parity" not in combine(Steps(), "aes", [bytes(16), bytes(16)])


def test_one_component_is_none():
    with pytest.raises(KeyRefused):
        combine(Steps(), "tdes", [bytes(16)])


def test_values_of_different_lengths_are_refused():
    with pytest.raises(CryptoError):
        exclusive_or(Steps(), [b"1", b"22"])


@pytest.mark.parametrize(
    ("kcv", "told"),
    [
        ("08D7", "TDES, zeros encrypted"),
        ("08D7B4FB", "TDES, zeros encrypted"),
        ("D5D44FF720683D0D", "TDES, zeros encrypted, of part 1 alone"),
    ],
)
def test_what_a_check_value_is_of_is_told(kcv, told):
    key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    assert find_kcv(Steps(), key, kcv) == [told]


@given(KEYS)
def test_both_check_values_of_aes_are_told_apart(key):
    made = compute_kcv(Steps(), "aes", key, 16)
    assert find_kcv(Steps(), key, made["kcv"]) == ["AES, CMAC of zeros"]
    assert find_kcv(Steps(), key, made["kcv_of_zeros"]) == ["AES, zeros encrypted"]


def test_another_keys_check_value_is_not_found():
    assert find_kcv(Steps(), bytes(16), "FFFF") == []
