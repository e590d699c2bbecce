"""DUKPT step by step: as many steps as the counter has bits, the last one the transaction's key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.hsm_sim.calc.dukpt import (
    AES_USES,
    TDES_USES,
    compute_dukpt_aes,
    compute_dukpt_tdes,
    is_aes_ksn,
)
from cardswitch.hsm_sim.calc.steps import Steps
from cardswitch.specs.security.dukpt_aes import derive_key_dukpt_aes
from cardswitch.specs.security.dukpt_tdes import derive_key_dukpt_tdes
from cardswitch.specs.security.errors import KeyRefused

KEYS = st.binary(min_size=16, max_size=16)
COUNTERS = st.integers(1, 0x1FFFFF).filter(lambda counter: counter.bit_count() <= 10)


def by_name(steps):
    return [value for name, value in steps.taken if name.startswith("key of counter")]


@given(KEYS, COUNTERS)
def test_the_keys_of_tdes(bdk, counter):
    steps, ksn = Steps(), (0xFFFF9876543210E00000 | counter).to_bytes(10, "big")
    made = compute_dukpt_tdes(steps, ksn, bdk)
    keys = by_name(steps)
    assert len(keys) == counter.bit_count()
    assert keys[-1] == made["transaction_key"]
    for use in TDES_USES:
        assert made[use] == derive_key_dukpt_tdes(bdk, ksn, use).hex().upper()
    again = compute_dukpt_tdes(Steps(), ksn, initial_key=bytes.fromhex(made["initial_key"]))
    assert again == made


@given(KEYS, COUNTERS)
def test_the_keys_of_aes(bdk, counter):
    steps, ksn = Steps(), bytes(range(8)) + counter.to_bytes(4, "big")
    made = compute_dukpt_aes(steps, ksn, bdk)
    keys = by_name(steps)
    assert len(keys) == counter.bit_count()
    assert keys[-1] == made["transaction_key"]
    for use in AES_USES:
        assert made[use] == derive_key_dukpt_aes(bdk, ksn, use, "AES-128").hex().upper()
    again = compute_dukpt_aes(Steps(), ksn, initial_key=bytes.fromhex(made["initial_key"]))
    assert again == made


def test_a_ksn_of_8_bytes_is_completed():
    bdk, ksn = bytes(range(16)), bytes.fromhex("9876543210E00001")
    assert compute_dukpt_tdes(Steps(), ksn, bdk) == compute_dukpt_tdes(
        Steps(), b"\xff\xff" + ksn, bdk
    )


def test_the_length_of_the_ksn_tells_which_it_is():
    assert is_aes_ksn(bytes(12))
    assert not is_aes_ksn(bytes(10))


@pytest.mark.parametrize("compute", [compute_dukpt_aes, compute_dukpt_tdes])
@pytest.mark.parametrize("size", [0, 5, 11])
def test_a_ksn_of_no_length_is_refused(compute, size):
    with pytest.raises(KeyRefused):
        compute(Steps(), bytes(size), bytes(16))
