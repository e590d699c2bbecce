"""Key blocks under an LMK of AES."""

import pytest

from cardswitch.specs.security.block_lmk import (
    TEST_BLOCK_LMK,
    BlockLmk,
    block_lmk_check_value,
    unwrap_key_block,
    wrap_key_block,
)
from cardswitch.specs.security.errors import KeyBlockRefused, KeyRefused
from cardswitch.specs.security.lmk import open_pin, seal_pin
from cardswitch.specs.security.tr31 import unwrap_key_tr31
from cardswitch.specs.security.tr31_header import KeyBlockHeader

KEY = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
HEADER = KeyBlockHeader(version="D", usage="P0", algorithm="T", mode_of_use="B")
OTHER = BlockLmk(bytes(range(32)), is_test=True)


def test_behind_the_letter_stands_a_key_block_as_of_everyone() -> None:
    text = wrap_key_block(TEST_BLOCK_LMK, HEADER, KEY, bytes(48))
    assert unwrap_key_block(TEST_BLOCK_LMK, text) == (HEADER, KEY)
    assert unwrap_key_tr31(TEST_BLOCK_LMK.key, text[1:]) == (HEADER, KEY)


def test_lengths_of_keys_do_not_show() -> None:
    long = wrap_key_block(TEST_BLOCK_LMK, HEADER, KEY + KEY[:8], bytes(48))
    assert len(long) == len(wrap_key_block(TEST_BLOCK_LMK, HEADER, KEY, bytes(48)))


def test_what_is_refused() -> None:
    text = wrap_key_block(TEST_BLOCK_LMK, HEADER, KEY, bytes(48))
    with pytest.raises(KeyBlockRefused) as refused:
        unwrap_key_block(OTHER, text)
    assert refused.value.reason == "mac"
    with pytest.raises(KeyRefused):
        unwrap_key_block(TEST_BLOCK_LMK, text[1:])
    with pytest.raises(KeyBlockRefused):
        unwrap_key_block(TEST_BLOCK_LMK, "SB" + text[2:])
    with pytest.raises(KeyBlockRefused):
        wrap_key_block(
            TEST_BLOCK_LMK,
            KeyBlockHeader(version="B", usage="P0", algorithm="T", mode_of_use="B"),
            KEY,
            bytes(48),
        )
    with pytest.raises(KeyRefused):
        BlockLmk(bytes(16), is_test=True)


def test_lmks_are_told_apart_and_not_told() -> None:
    assert block_lmk_check_value(TEST_BLOCK_LMK) != block_lmk_check_value(OTHER)
    assert repr(OTHER) == "<BlockLmk test>"


def test_pins_stand_under_it_too() -> None:
    text = seal_pin(TEST_BLOCK_LMK, "1234", "550000025321")
    assert open_pin(TEST_BLOCK_LMK, text, "550000025321") == "1234"
    assert seal_pin(OTHER, "1234", "550000025321") != text
