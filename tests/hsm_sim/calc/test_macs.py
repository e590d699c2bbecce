"""MACs step by step: the last step is the MAC, whatever the data."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.hsm_sim.calc.macs import BLOCKS_SHOWN, compute_cmac, compute_mac, find_mac, pad_cmac
from cardswitch.hsm_sim.calc.steps import Steps
from cardswitch.specs.errors import CryptoError
from cardswitch.specs.security.cmac import generate_cmac_aes, generate_cmac_tdes
from cardswitch.specs.security.mac import generate_mac_iso9797, pad_iso9797
from cardswitch.specs.security.tdes import encrypt_tdes_ecb

KEYS = st.binary(min_size=16, max_size=16)
DATA = st.binary(max_size=100)


@given(KEYS, DATA, st.sampled_from([1, 3]), st.sampled_from([1, 2, 3]))
def test_the_last_step_is_the_mac_of_iso_9797(key, data, algorithm, padding):
    steps = Steps()
    mac = compute_mac(steps, key, data, algorithm, padding)["mac"]
    assert mac == generate_mac_iso9797(key, data, algorithm, padding).hex().upper()
    assert steps.taken[0] == ("padded input", pad_iso9797(data, padding).hex().upper())
    assert steps.taken[-1][1] == mac
    taken = dict(steps.taken)
    chained = key[:8] if algorithm == 3 else key
    for name in (name for name in taken if name.endswith("xor chain")):
        encrypted = taken[name.replace("xor chain", "encrypted")]
        assert encrypt_tdes_ecb(chained, bytes.fromhex(taken[name])).hex().upper() == encrypted


@given(KEYS, DATA)
def test_the_last_step_is_the_cmac(key, data):
    for cipher, generate in (("aes", generate_cmac_aes), ("tdes", generate_cmac_tdes)):
        steps = Steps()
        mac = compute_cmac(steps, cipher, key, data)["mac"]
        assert mac == generate(key, data).hex().upper() == steps.taken[-1][1]


@given(KEYS, DATA, st.sampled_from([1, 3]), st.sampled_from([1, 2, 3]), st.booleans())
def test_the_way_of_any_mac_is_found(key, data, algorithm, padding, as_text):
    given_data = data.hex().upper().encode() if as_text else data
    mac = generate_mac_iso9797(key, given_data, algorithm, padding)
    found = find_mac(Steps(), key, data, mac)
    assert any(way.startswith(f"algorithm {algorithm}, padding {padding}") for way in found)
    if as_text and data:
        assert all("hex digits" in way for way in found)


def test_of_a_long_message_the_middle_is_left_out_but_not_the_result():
    steps, data = Steps(), bytes(range(256)) * 2
    assert compute_mac(steps, bytes(range(16)), data, 3, 1)["mac"] == steps.taken[-1][1]
    blocks = [name for name, _ in steps.taken if name.endswith("encrypted") and "block" in name]
    assert len(blocks) == 2 * BLOCKS_SHOWN
    assert blocks[-1] == "block 64 encrypted"


@pytest.mark.parametrize("size", [0, 9])
def test_a_size_that_no_mac_has_is_refused(size):
    with pytest.raises(CryptoError):
        compute_mac(Steps(), bytes(16), b"", 3, 1, size)


def test_padding_always_adds_a_bit():
    assert pad_cmac(b"", 8) == b"\x80" + bytes(7)
    assert pad_cmac(bytes(7), 8) == bytes(7) + b"\x80"


def test_nothing_is_found_for_another_key():
    assert find_mac(Steps(), bytes(16), b"data", b"\x01\x02\x03\x04\x05\x06\x07\x08") == []
