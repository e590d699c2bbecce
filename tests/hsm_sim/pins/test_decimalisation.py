"""Decimalisation tables under either LMK."""

import pytest

from cardswitch.hsm_sim.custody.policy import CommandRefused
from cardswitch.hsm_sim.pins.decimalisation import (
    decrypt_table,
    encrypt_table,
    open_table,
    renew_table,
)
from cardswitch.specs.security.aes import encrypt_aes_ecb
from cardswitch.specs.security.block_lmk import TEST_BLOCK_LMK, BlockLmk
from cardswitch.specs.security.cmac import generate_cmac_aes
from cardswitch.specs.security.lmk import KEY_TYPE_VARIANTS, TEST_LMK, LmkSet, wrap_key_under_key
from tests.kit.hsm.module import desk

TABLE = "0123456789012345"
OTHER = LmkSet(TEST_LMK.pairs[1:] + TEST_LMK.pairs[:1], is_test=True)
OTHER_BLOCK = BlockLmk(bytes(32), is_test=True)


@pytest.mark.parametrize(("lmk", "length"), [(TEST_LMK, 16), (TEST_BLOCK_LMK, 33)])
def test_there_and_back(lmk: LmkSet | BlockLmk, length: int) -> None:
    text = encrypt_table(lmk, TABLE)
    assert len(text) == length
    assert TABLE not in text
    assert decrypt_table(lmk, text) == TABLE


def test_it_is_pair_18_19_variant_1() -> None:
    pair = TEST_LMK.pairs[9]
    wrapping = bytes([pair[0] ^ KEY_TYPE_VARIANTS[1]]) + pair[1:]
    assert encrypt_table(TEST_LMK, TABLE) == wrap_key_under_key(wrapping, "Z", bytes.fromhex(TABLE))


@pytest.mark.parametrize(
    ("lmk", "text"),
    [
        (OTHER, encrypt_table(TEST_LMK, TABLE)),
        (OTHER_BLOCK, encrypt_table(TEST_BLOCK_LMK, TABLE)),
        (TEST_LMK, encrypt_table(TEST_BLOCK_LMK, TABLE)),
        (TEST_BLOCK_LMK, encrypt_table(TEST_LMK, TABLE)),
        (TEST_LMK, "x" * 16),
        (TEST_LMK, "AB" * 4),
        (TEST_BLOCK_LMK, "L" + "AB" * 8),
    ],
)
def test_what_is_no_table(lmk: LmkSet | BlockLmk, text: str) -> None:
    with pytest.raises(CommandRefused, match="25"):
        decrypt_table(lmk, text)


def test_half_of_a_block_is_zeros() -> None:
    wrapping = generate_cmac_aes(TEST_BLOCK_LMK.key, b"cardswitch: table under LMK")
    for rest, is_fine in ((bytes(8), True), (bytes(7) + b"\x01", False)):
        text = "L" + encrypt_aes_ecb(wrapping, bytes.fromhex(TABLE) + rest).hex().upper()
        if is_fine:
            assert decrypt_table(TEST_BLOCK_LMK, text) == TABLE
        else:
            with pytest.raises(CommandRefused, match="25"):
                decrypt_table(TEST_BLOCK_LMK, text)


@pytest.mark.parametrize(
    "table", ["012345678901234", "012345678901234F", "0000012345678912", "0123456012345601"]
)
def test_tables_that_tell_too_much(table: str) -> None:
    for call in (
        lambda: encrypt_table(TEST_LMK, table),
        lambda: open_table(desk(encrypted_tables_only=False), table),
    ):
        with pytest.raises(CommandRefused, match="25"):
            call()


def test_which_form_a_policy_takes() -> None:
    strict, lax = desk(), desk(encrypted_tables_only=False)
    assert open_table(strict, encrypt_table(TEST_LMK, TABLE)) == TABLE
    assert open_table(lax, TABLE) == TABLE
    with pytest.raises(CommandRefused, match="25"):
        open_table(strict, TABLE)


def test_tables_in_the_user_storage() -> None:
    mine = desk()
    with pytest.raises(CommandRefused, match="12"):
        open_table(mine, "K001")
    mine.state.storage.texts["001"] = encrypt_table(TEST_LMK, TABLE)
    assert open_table(mine, "K001") == TABLE


def test_a_table_from_another_lmk() -> None:
    mine = desk()
    assert renew_table(mine, OTHER, encrypt_table(OTHER, TABLE)) == encrypt_table(TEST_LMK, TABLE)
