"""BlockRing: keys under a key block LMK, and what their blocks hold them to."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from cardswitch.hsm_sim.custody.policy import CommandRefused, Policy
from cardswitch.hsm_sim.keys.attributes import Attributes
from cardswitch.hsm_sim.keys.blocks import BlockRing
from cardswitch.hsm_sim.keys.clear import ClearKey
from cardswitch.hsm_sim.keys.uses import MK_AC, USES, ZMK, ZPK, KeyUse
from cardswitch.specs.security.block_lmk import TEST_BLOCK_LMK
from tests.kit.hsm import module as helpers

CLEAR = ClearKey("T", helpers.ZPK)
AES_KEY = ClearKey("A", bytes(range(32)))


def key_ring(**policy: Any) -> BlockRing:
    return BlockRing(TEST_BLOCK_LMK, Policy(**policy), Random(2024).randbytes)


def code_of(call: Callable[..., Any], *arguments: Any) -> str:
    """The error code that *call* ends with."""
    with pytest.raises(CommandRefused) as refused:
        call(*arguments)
    return refused.value.code


@pytest.mark.parametrize("use", USES, ids=[use.name for use in USES])
def test_a_key_is_opened_for_its_use_alone(use: KeyUse) -> None:
    mine = key_ring()
    text = mine.close(use, "S", CLEAR)
    assert mine.open(use, text) == CLEAR.value
    for other in USES:
        if not set(other.usages) & set(use.usages):
            assert code_of(mine.open, other, text) == "A6"


def test_every_changed_character_is_noticed() -> None:
    mine = key_ring()
    text = mine.close(ZPK, "S", CLEAR)
    for at in range(len(text)):
        changed = text[:at] + ("0" if text[at] != "0" else "1") + text[at + 1 :]
        assert code_of(mine.open, ZPK, changed) in {"26", "83", "84", "A4", "A7", "A9"}


def test_modes_of_use_are_kept() -> None:
    mine = key_ring()
    text = mine.close(MK_AC, "S", CLEAR, {"attributes": "E0T2N00E00"})
    assert mine.open(MK_AC, text) == CLEAR.value
    assert code_of(mine.close, ZPK, "S", CLEAR, {"attributes": "P0T2G00E00"}) == "A8"
    assert code_of(mine.close, ZPK, "S", CLEAR, {"attributes": "K0T2B00E00"}) == "A6"
    assert code_of(mine.close, ZPK, "S", CLEAR, {"attributes": "P0A3B00E00"}) == "A7"
    assert code_of(mine.close, ZPK, "U", CLEAR) == "26"


@pytest.mark.parametrize(
    ("attributes", "length"),
    [("P0T2B00E00", 16), ("P0T3B00E00", 24), ("P0A1B00E00", 16), ("P0A3B00E00", 32)],
)
def test_new_keys_are_as_the_attributes_say(attributes: str, length: int) -> None:
    mine = key_ring()
    fresh = mine.generate(ZPK, "S", {"attributes": attributes})
    assert (fresh.algorithm, len(fresh.value)) == (attributes[2], length)
    text = mine.close(ZPK, "S", fresh, {"attributes": attributes})
    opened = mine.open_any(ZPK, text)
    assert (opened.algorithm, opened.value) == (fresh.algorithm, fresh.value)
    assert opened.attributes == Attributes.read(attributes)


def test_a_key_of_aes_is_no_key_of_tdes() -> None:
    mine = key_ring()
    text = mine.close(ZPK, "S", AES_KEY)
    assert mine.open_any(ZPK, text).value == AES_KEY.value
    assert code_of(mine.open, ZPK, text) == "A7"


def test_keys_under_a_variant_lmk_are_refused() -> None:
    assert code_of(key_ring().open, ZMK, helpers.under_lmk("000", helpers.ZMK)) == "26"
