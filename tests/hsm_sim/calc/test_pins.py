"""PINs step by step: the steps add up to the block, and are there when there is no PIN in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.hsm_sim.calc.pins import (
    FORMATS,
    compute_ibm3624,
    compute_pvv,
    decode_block,
    encode_block,
    fill_length,
)
from cardswitch.hsm_sim.calc.steps import Steps
from cardswitch.specs.security.errors import PinRefused
from cardswitch.specs.security.tdes import xor

PINS = st.text("0123456789", min_size=4, max_size=12)
PANS = st.text("0123456789", min_size=13, max_size=19)
KEYS = st.binary(min_size=16, max_size=16)


def by_name(steps):
    return dict(steps.taken)


@given(PINS, PANS, KEYS, st.sampled_from(sorted(FORMATS)))
def test_blocks_of_all_formats_come_back(pin, pan, key, name):
    block = encode_block(Steps(), name, pin, pan, bytes(range(fill_length(name))), key)["block"]
    assert decode_block(Steps(), name, bytes.fromhex(block), pan, key) == {"pin": pin}


@given(PINS, PANS, st.sampled_from(["iso0", "iso3"]))
def test_the_fields_make_the_clear_block(pin, pan, name):
    steps = Steps()
    block = encode_block(steps, name, pin, pan, bytes(5))["block"]
    fields = by_name(steps)
    mixed = xor(bytes.fromhex(fields["account field"]), bytes.fromhex(fields["PIN field"]))
    assert mixed.hex().upper() == fields["clear block"] == block
    assert fields["account field"] == f"0000{pan[-13:-1]}"
    assert fields["PIN field"][2 : 2 + len(pin)] == pin


@pytest.mark.parametrize("name", ["iso0", "iso3"])
def test_what_is_no_pin_is_shown_all_the_same(name):
    steps = Steps()
    with pytest.raises(PinRefused):
        decode_block(steps, name, bytes(8), "4012345678909", bytes(range(16)))
    assert {"clear block", "PIN field"} <= by_name(steps).keys()


def test_what_is_no_pin_of_format_4_is_shown_all_the_same():
    steps = Steps()
    with pytest.raises(PinRefused):
        decode_block(steps, "iso4", bytes(16), "4012345678909", bytes(range(16)))
    assert "PIN field: A decrypted" in by_name(steps)


def test_format_4_is_never_clear():
    with pytest.raises(PinRefused, match="key"):
        encode_block(Steps(), "iso4", "1234", "4012345678909", bytes(8))


@given(KEYS, PINS)
def test_the_pvv_is_the_beginning_of_its_last_step(key, pin):
    steps = Steps()
    pvv = compute_pvv(steps, key, pin, "123456789012", "1")["pvv"]
    assert steps.taken[-1][1].startswith(pvv)


@given(KEYS, PINS)
def test_the_offset_of_a_pin_gives_it_back(key, pin):
    data, table = bytes(range(8)), "0123456789012345"
    steps = Steps()
    made = compute_ibm3624(steps, key, data, table, pin=pin)
    assert steps.taken[-1][1].startswith(made["natural_pin"])
    again = compute_ibm3624(Steps(), key, data, table, offset=made["offset"])
    assert again == {"natural_pin": made["natural_pin"], "pin": pin}


def test_the_natural_pin_has_the_length_that_is_asked():
    made = compute_ibm3624(Steps(), bytes(8), bytes(8), "0123456789012345", length=7)
    assert len(made["natural_pin"]) == 7
