"""Chip cards step by step."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.hsm_sim.calc.chips import (
    Card,
    answer_arqc,
    compute_arpc,
    compute_arqc,
    compute_card_key,
    compute_session_key,
)
from cardswitch.hsm_sim.calc.steps import Steps
from cardswitch.specs.errors import CryptoError
from cardswitch.specs.security.keys import adjust_parity
from cardswitch.specs.security.tdes import encrypt_tdes_ecb

KEYS = st.binary(min_size=16, max_size=16)


@given(KEYS, st.sampled_from(["a", "b"]))
def test_the_card_key_is_made_of_its_two_steps(key, option):
    steps = Steps()
    made = compute_card_key(steps, key, Card("9999990000000014123", "01", option))
    blocks = bytes.fromhex("".join(value for _, value in steps.taken))
    assert made == adjust_parity(encrypt_tdes_ecb(key, blocks))


@given(KEYS, st.sampled_from(["common", "mchip"]))
def test_the_session_key_is_made_of_its_two_steps(key, session):
    steps = Steps()
    made = compute_session_key(steps, key, session, b"\x12\x34", b"\x01\x02\x03\x04")
    blocks = bytes.fromhex("".join(value for _, value in steps.taken))
    assert made == adjust_parity(encrypt_tdes_ecb(key, blocks))


def test_the_card_key_may_work_itself():
    assert compute_session_key(Steps(), bytes(16), "none", b"") == bytes(16)


@given(KEYS, st.binary(max_size=60), st.sampled_from([1, 2]))
def test_the_arqc_is_its_last_step(key, data, padding):
    steps = Steps()
    assert compute_arqc(steps, key, data, padding).hex().upper() == steps.taken[-1][1]


@given(KEYS)
def test_the_first_arpc_is_its_step_encrypted(key):
    steps = Steps()
    made = compute_arpc(steps, key, bytes(range(8)), arc=b"00")
    encrypted = encrypt_tdes_ecb(key, bytes.fromhex(steps.taken[0][1]))
    assert made == {"arpc_1": encrypted.hex().upper()}


def test_an_answer_needs_something_to_answer():
    with pytest.raises(CryptoError, match="ARQC"):
        answer_arqc(Steps(), bytes(16), None, 2, None, arc=b"00")
    assert answer_arqc(Steps(), bytes(16), None, 2, None) == {}


def test_a_card_is_not_shown():
    assert "9999" not in repr(Card("9999990000000014"))
