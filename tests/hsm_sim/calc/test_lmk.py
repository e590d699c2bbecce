"""Keys under the published test LMKs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.hsm_sim.calc.lmk import check_test_lmks, decrypt_under_lmk, encrypt_under_lmk
from cardswitch.hsm_sim.calc.steps import Steps
from cardswitch.hsm_sim.keys.uses import USE_OF_TYPE
from cardswitch.specs.errors import CryptoError
from cardswitch.specs.security.block_lmk import TEST_BLOCK_LMK, wrap_key_block
from cardswitch.specs.security.keys import adjust_parity
from cardswitch.specs.security.tr31_header import KeyBlockHeader

# jPOS JCESecurityModuleTest: the same key under each type.
CLEAR = "13345779133457791334577913345779"
JPOS = {
    "001": "U34E2FC8EAD7CD07BFA2B7ED5FE4D8212",
    "002": "UE9F05D2F2DB8A8579CA3E806B35E336F",
    "402": "U479D751977AA598CB481F548226DBF2B",
    "109": "U0D39A43C864D1B40F33998B80BB02C95",
    "709": "UDBD2D13CCA57AAAF3E477E0646EF10C9",
    "00B": "UAAD5E90B44EE630E3D76D6CEC1F4AA72",
}


@pytest.mark.parametrize("key_type", JPOS)
def test_published_keys_both_ways(key_type):
    expected = {"key": JPOS[key_type], "kcv": "6FB1C8"}
    assert encrypt_under_lmk(Steps(), key_type, bytes.fromhex(CLEAR)) == expected
    back = {"key": CLEAR, "kcv": "6FB1C8"}
    assert decrypt_under_lmk(Steps(), key_type, JPOS[key_type]) == back


@given(st.sampled_from(sorted(USE_OF_TYPE)), st.binary(min_size=16, max_size=16))
def test_any_key_comes_back_with_odd_parity(key_type, key):
    text = encrypt_under_lmk(Steps(), key_type, key)["key"]
    whole = key if USE_OF_TYPE[key_type].any_parity else adjust_parity(key)
    assert decrypt_under_lmk(Steps(), key_type, text)["key"] == whole.hex().upper()


def test_another_type_is_told_which_it_would_be():
    with pytest.raises(CryptoError, match="would be one of type 001"):
        decrypt_under_lmk(Steps(), "003", JPOS["001"])


def test_a_block_says_what_it_is():
    header = KeyBlockHeader(
        version="D", usage="P0", algorithm="T", mode_of_use="B", exportability="N"
    )
    text = wrap_key_block(TEST_BLOCK_LMK, header, bytes.fromhex(CLEAR), bytes(48))
    found = decrypt_under_lmk(Steps(), "", text)
    assert found == {"key": CLEAR, "algorithm": "T", "usage": "P0", "mode_of_use": "B"}


def test_check_values_are_those_of_nc():
    steps = Steps()
    assert check_test_lmks(steps) == {"lmk_00": "4F550070D645C657", "lmk_01": "074FD0F611D61262"}
    assert len(steps.taken) == 20


def test_steps_show_what_a_part_stands_under():
    steps = Steps()
    decrypt_under_lmk(steps, "001", JPOS["001"])
    assert steps.taken[0] == ("LMK for part 1", "6161616161616161D670707070707070")


@pytest.mark.parametrize("length", [7, 32])
def test_a_key_of_another_length_is_refused(length):
    with pytest.raises(CryptoError):
        encrypt_under_lmk(Steps(), "001", bytes(length))
