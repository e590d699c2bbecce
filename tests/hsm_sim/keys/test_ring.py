"""What all key rings share: uses of keys, keys kept open, and the old LMK."""

import pytest

from cardswitch.hsm_sim.custody.policy import CommandRefused
from cardswitch.hsm_sim.keys.ring import KEYS_CACHED_MAX
from cardswitch.hsm_sim.keys.uses import ZPK
from tests.kit.hsm import module as helpers
from tests.kit.hsm.module import key, key_ring, under_lmk


@pytest.mark.parametrize("key_type", ["00C", "FFF", "70E"])
def test_a_type_that_is_none(key_type: str) -> None:
    with pytest.raises(CommandRefused, match="28"):
        key_ring().use_of({"key_type": key_type})


def test_opened_keys_are_kept_within_bounds() -> None:
    mine, text = key_ring(), under_lmk("001", helpers.ZPK)
    first = mine.open(ZPK, text)
    assert mine.open(ZPK, text) is first
    for seed in range(100, 100 + KEYS_CACHED_MAX):
        mine.open(ZPK, under_lmk("001", key(seed)))
    assert mine.open(ZPK, text) is not first


def test_without_an_old_lmk_nothing_is_under_it() -> None:
    with pytest.raises(CommandRefused, match="33"):
        key_ring().under_old_lmk()
