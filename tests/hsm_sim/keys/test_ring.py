"""VariantRing: what is opened, and with which code the rest is refused."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from cardswitch.hsm_sim.custody.policy import Policy, Refused
from cardswitch.hsm_sim.keys.ring import ClearKey, VariantRing
from cardswitch.hsm_sim.keys.uses import IKEY, TAK, USE_OF_TYPE, ZPK
from cardswitch.specs.security.keys import has_odd_parity
from cardswitch.specs.security.lmk import TEST_LMK, unwrap_key, wrap_key_under_key
from tests.kit.hsm import module as helpers
from tests.kit.hsm.module import KEY_TYPES, key, ring, under_lmk

CLEAR = helpers.ZPK
MASTER = ClearKey("T", helpers.ZMK)
WEAK = bytes.fromhex("0101010101010101" + "0123456789ABCDEF")
REPEATED = bytes.fromhex("0123456789ABCDEF" * 2)


def code_of(call: Callable[..., Any], *arguments: Any) -> str:
    """The error code that *call* ends with."""
    with pytest.raises(Refused) as refused:
        call(*arguments)
    return refused.value.code


@pytest.mark.parametrize("key_type", sorted(KEY_TYPES))
def test_every_type_is_closed_and_opened(key_type: str) -> None:
    mine, use = ring(), USE_OF_TYPE[key_type]
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
    assert code_of(ring().open, USE_OF_TYPE[key_type], text, "11") == error


@pytest.mark.parametrize(
    ("rule", "text", "clear"),
    [
        ("refuse_weak_keys", under_lmk("001", WEAK), WEAK),
        ("refuse_repeated_parts", under_lmk("001", REPEATED), REPEATED),
        ("refuse_single_length", under_lmk("001", key(1, 8), "Z"), key(1, 8)),
    ],
)
def test_each_rule_can_be_switched_off(rule: str, text: str, clear: bytes) -> None:
    assert ring(**{rule: False}).open(ZPK, text) == clear


def test_a_pair_of_single_lengths_is_a_double_one() -> None:
    halves = under_lmk("001", CLEAR[:8], "Z") + under_lmk("001", CLEAR[8:], "Z")
    assert ring().open(ZPK, halves) == CLEAR


@pytest.mark.parametrize("key_type", ["00C", "FFF", "70E"])
def test_a_type_that_is_none(key_type: str) -> None:
    assert code_of(ring().use_of, {"key_type": key_type}) == "28"


@pytest.mark.parametrize(("scheme", "length"), [("U", 16), ("X", 16), ("T", 24), ("Y", 24)])
def test_new_keys_are_as_long_as_their_scheme(scheme: str, length: int) -> None:
    mine = ring()
    fresh, other = mine.generate(TAK, scheme), mine.generate(TAK, scheme)
    assert len(fresh.value) == length
    assert has_odd_parity(fresh.value)
    assert fresh != other
    assert unwrap_key(TEST_LMK, "003", mine.close(TAK, scheme, fresh)) == fresh.value


def test_what_is_not_generated() -> None:
    assert code_of(ring().generate, TAK, "Z") == "27"
    assert code_of(ring().generate, TAK, "Q") == "26"
    assert len(ring(refuse_single_length=False).generate(TAK, "Z").value) == 8


def test_a_broken_source_of_chance_makes_no_key_and_no_endless_loop() -> None:
    assert code_of(VariantRing(TEST_LMK, Policy(), bytes).generate, TAK, "U") == "42"


@pytest.mark.parametrize(("scheme", "length"), [("U", 16), ("X", 16), ("T", 24), ("Y", 24)])
def test_keys_travel_under_a_zone_key(scheme: str, length: int) -> None:
    mine, zmk, clear = ring(), ClearKey("T", key(50, 24)), ClearKey("T", key(51, length))
    text = mine.send(zmk, scheme, ZPK, clear)
    assert text[0] == scheme
    assert mine.receive(zmk, ZPK, text) == (clear, False)


def test_wrong_parity_is_corrected() -> None:
    even = bytes(byte ^ 1 for byte in CLEAR)
    text = wrap_key_under_key(MASTER.value, "X", even)
    assert ring().receive(MASTER, ZPK, text) == (ClearKey("T", CLEAR), True)


@pytest.mark.parametrize(
    ("scheme", "clear", "error"),
    [("U", key(51, 24), "26"), ("Q", CLEAR, "26"), ("T", key(51, 24), "27")],
)
def test_what_is_not_sent(scheme: str, clear: bytes, error: str) -> None:
    assert code_of(ring().send, MASTER, scheme, ZPK, ClearKey("T", clear)) == error


@pytest.mark.parametrize(
    ("clear", "scheme", "error"),
    [
        (bytes(16), "X", "11"),
        (WEAK, "X", "11"),
        (REPEATED, "X", "75"),
        (key(51, 8), "Z", "27"),
        (key(51, 24), "Y", "27"),
    ],
)
def test_what_is_not_received(clear: bytes, scheme: Any, error: str) -> None:
    text = wrap_key_under_key(MASTER.value, scheme, clear)
    assert code_of(ring().receive, MASTER, ZPK, text) == error


def test_a_single_length_zone_key_has_no_variants() -> None:
    lax = ring(refuse_weaker_wrapping=False)
    single = ClearKey("T", key(1, 8))
    assert code_of(lax.send, single, "U", ZPK, ClearKey("T", CLEAR)) == "27"
    assert code_of(lax.receive, single, ZPK, under_lmk("001", CLEAR)) == "27"


def test_the_weaker_may_wrap_the_stronger_if_allowed() -> None:
    lax = ring(refuse_weaker_wrapping=False)
    clear = ClearKey("T", key(51, 24))
    assert lax.receive(MASTER, ZPK, lax.send(MASTER, "T", ZPK, clear)) == (clear, False)


def test_opened_keys_are_kept_within_bounds() -> None:
    mine = ring()
    text = under_lmk("001", CLEAR)
    assert mine.open(ZPK, text) is mine.open(ZPK, text)
    assert mine._opened.cache_info().maxsize == 4096


def test_chance_comes_from_outside() -> None:
    mine = VariantRing(TEST_LMK, Policy(), Random(1).randbytes)
    twin = VariantRing(TEST_LMK, Policy(), Random(1).randbytes)
    assert mine.generate(ZPK, "U") == twin.generate(ZPK, "U")
