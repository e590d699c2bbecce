"""VariantRing: what is opened, and with which code the rest is refused."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from cardswitch.hsm_sim.custody.policy import CommandRefused, Policy
from cardswitch.hsm_sim.keys.clear import ClearKey
from cardswitch.hsm_sim.keys.uses import IKEY, TAK, USE_OF_TYPE, ZPK
from cardswitch.hsm_sim.keys.variants import VariantRing
from cardswitch.specs.security.keys import has_odd_parity
from cardswitch.specs.security.lmk import TEST_LMK, unwrap_key
from tests.kit.hsm import module as helpers
from tests.kit.hsm.module import KEY_TYPES, key, key_ring, under_lmk

CLEAR = helpers.ZPK
MASTER = ClearKey("T", helpers.ZMK)
WEAK = bytes.fromhex("0101010101010101" + "0123456789ABCDEF")
REPEATED = bytes.fromhex("0123456789ABCDEF" * 2)


def code_of(call: Callable[..., Any], *arguments: Any) -> str:
    """The error code that *call* ends with."""
    with pytest.raises(CommandRefused) as refused:
        call(*arguments)
    return refused.value.code


@pytest.mark.parametrize("key_type", sorted(KEY_TYPES))
def test_every_type_is_closed_and_opened(key_type: str) -> None:
    mine, use = key_ring(), USE_OF_TYPE[key_type]
    text = mine.close(use, "U", ClearKey("T", CLEAR))
    assert mine.open(use, text) == CLEAR
    # Of the initial key of a device no bit is parity: there is nothing by which to tell noise.
    for other in KEY_TYPES - {key_type, IKEY.key_type}:
        assert code_of(mine.open, USE_OF_TYPE[other], text, "11") == "11"


@pytest.mark.parametrize(
    ("key_type", "text", "error"),
    [
        ("001", "U" + "00" * 16, "11"),
        ("001", under_lmk("001", WEAK), "11"),
        ("001", under_lmk("001", REPEATED), "75"),
        ("001", under_lmk("001", key(1, 8), "Z"), "27"),
        ("001", "S" + "0" * 48, "26"),
        ("001", "U123", "26"),
    ],
)
def test_what_is_not_opened(key_type: str, text: str, error: str) -> None:
    assert code_of(key_ring().open, USE_OF_TYPE[key_type], text, "11") == error


@pytest.mark.parametrize(
    ("rule", "text", "clear"),
    [
        ("refuse_weak_keys", under_lmk("001", WEAK), WEAK),
        ("refuse_repeated_parts", under_lmk("001", REPEATED), REPEATED),
        ("refuse_single_length", under_lmk("001", key(1, 8), "Z"), key(1, 8)),
    ],
)
def test_each_rule_can_be_switched_off(rule: str, text: str, clear: bytes) -> None:
    assert key_ring(**{rule: False}).open(ZPK, text) == clear


def test_a_pair_of_single_lengths_is_a_double_one() -> None:
    halves = under_lmk("001", CLEAR[:8], "Z") + under_lmk("001", CLEAR[8:], "Z")
    assert key_ring().open(ZPK, halves) == CLEAR


@pytest.mark.parametrize(("scheme", "length"), [("U", 16), ("X", 16), ("T", 24), ("Y", 24)])
def test_new_keys_are_as_long_as_their_scheme(scheme: str, length: int) -> None:
    mine = key_ring()
    fresh, other = mine.generate(TAK, scheme), mine.generate(TAK, scheme)
    assert len(fresh.value) == length
    assert has_odd_parity(fresh.value)
    assert fresh != other
    assert unwrap_key(TEST_LMK, "003", mine.close(TAK, scheme, fresh)) == fresh.value


def test_what_is_not_generated() -> None:
    assert code_of(key_ring().generate, TAK, "Z") == "27"
    assert code_of(key_ring().generate, TAK, "Q") == "26"
    assert len(key_ring(refuse_single_length=False).generate(TAK, "Z").value) == 8


def test_a_broken_source_of_chance_makes_no_key_and_no_endless_loop() -> None:
    assert code_of(VariantRing(TEST_LMK, Policy(), bytes).generate, TAK, "U") == "42"


def test_chance_comes_from_outside() -> None:
    mine = VariantRing(TEST_LMK, Policy(), Random(1).randbytes)
    twin = VariantRing(TEST_LMK, Policy(), Random(1).randbytes)
    assert mine.generate(ZPK, "U") == twin.generate(ZPK, "U")
