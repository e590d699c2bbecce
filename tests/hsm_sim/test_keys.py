"""KeyRing: what is opened, and with which code the rest is refused."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from hsm_sim.keys import KEY_TYPES, KeyRing
from hsm_sim.policy import Policy, Refused
from specs.security.keys import has_odd_parity
from specs.security.lmk import TEST_LMK, unwrap_key, wrap_key_under_key
from tests.hsm_sim.helpers import ZMK, ZPK, key, ring, under_lmk

WEAK = bytes.fromhex("0101010101010101" + "0123456789ABCDEF")
REPEATED = bytes.fromhex("0123456789ABCDEF" * 2)


def code_of(call: Callable[..., Any], *arguments: Any) -> str:
    """The error code that *call* ends with."""
    with pytest.raises(Refused) as refused:
        call(*arguments)
    return refused.value.code


@pytest.mark.parametrize("key_type", sorted(KEY_TYPES))
def test_every_type_is_closed_and_opened(key_type: str) -> None:
    mine = ring()
    text = mine.close(key_type, "U", ZPK)
    assert mine.open(key_type, text) == ZPK
    for other in KEY_TYPES - {key_type}:
        assert code_of(mine.open, other, text, "11") == "11"


@pytest.mark.parametrize(
    ("key_type", "text", "error"),
    [
        ("001", "U" + "00" * 16, "11"),
        ("00C", under_lmk("001", ZPK), "28"),
        ("FFF", under_lmk("001", ZPK), "28"),
        ("001", under_lmk("001", WEAK), "11"),
        ("001", under_lmk("001", REPEATED), "75"),
        ("001", under_lmk("001", key(1, 8), "Z"), "27"),
        ("001", "S" + "0" * 48, "26"),
        ("001", "U123", "26"),
    ],
)
def test_what_is_not_opened(key_type: str, text: str, error: str) -> None:
    assert code_of(ring().open, key_type, text, "11") == error


@pytest.mark.parametrize(
    ("rule", "text", "clear"),
    [
        ("refuse_weak_keys", under_lmk("001", WEAK), WEAK),
        ("refuse_repeated_parts", under_lmk("001", REPEATED), REPEATED),
        ("refuse_single_length", under_lmk("001", key(1, 8), "Z"), key(1, 8)),
    ],
)
def test_each_rule_can_be_switched_off(rule: str, text: str, clear: bytes) -> None:
    assert ring(**{rule: False}).open("001", text) == clear


def test_a_pair_of_single_lengths_is_a_double_one() -> None:
    halves = under_lmk("002", ZPK[:8], "Z") + under_lmk("002", ZPK[8:], "Z")
    assert ring().open("002", halves) == ZPK


@pytest.mark.parametrize(("scheme", "length"), [("U", 16), ("X", 16), ("T", 24), ("Y", 24)])
def test_new_keys_are_as_long_as_their_scheme(scheme: str, length: int) -> None:
    mine = ring()
    fresh, other = mine.generate(scheme), mine.generate(scheme)
    assert len(fresh) == length
    assert has_odd_parity(fresh)
    assert fresh != other
    assert unwrap_key(TEST_LMK, "003", mine.close("003", scheme, fresh)) == fresh


def test_what_is_not_generated() -> None:
    assert code_of(ring().generate, "Z") == "27"
    assert code_of(ring().generate, "Q") == "26"
    assert len(ring(refuse_single_length=False).generate("Z")) == 8


def test_a_broken_source_of_chance_makes_no_key_and_no_endless_loop() -> None:
    assert code_of(KeyRing(TEST_LMK, Policy(), bytes).generate, "U") == "42"


@pytest.mark.parametrize(("scheme", "length"), [("U", 16), ("X", 16), ("T", 24), ("Y", 24)])
def test_keys_travel_under_a_zone_key(scheme: str, length: int) -> None:
    mine, zmk, clear = ring(), key(50, 24), key(51, length)
    text = mine.send(zmk, scheme, clear)
    assert text[0] == scheme
    assert mine.receive(zmk, text) == (clear, False)


def test_wrong_parity_is_corrected() -> None:
    even = bytes(byte ^ 1 for byte in ZPK)
    assert ring().receive(ZMK, wrap_key_under_key(ZMK, "X", even)) == (ZPK, True)


@pytest.mark.parametrize(
    ("scheme", "clear", "error"),
    [("U", key(51, 24), "26"), ("Q", ZPK, "26"), ("T", key(51, 24), "27")],
)
def test_what_is_not_sent(scheme: str, clear: bytes, error: str) -> None:
    assert code_of(ring().send, ZMK, scheme, clear) == error


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
    assert code_of(ring().receive, ZMK, wrap_key_under_key(ZMK, scheme, clear)) == error


def test_a_single_length_zone_key_has_no_variants() -> None:
    lax = ring(refuse_weaker_wrapping=False)
    assert code_of(lax.send, key(1, 8), "U", ZPK) == "27"
    assert code_of(lax.receive, key(1, 8), under_lmk("001", ZPK)) == "27"


def test_the_weaker_may_wrap_the_stronger_if_allowed() -> None:
    lax = ring(refuse_weaker_wrapping=False)
    clear = key(51, 24)
    assert lax.receive(ZMK, lax.send(ZMK, "T", clear)) == (clear, False)


def test_opened_keys_are_kept_within_bounds() -> None:
    mine = ring()
    text = under_lmk("001", ZPK)
    assert mine.open("001", text) is mine.open("001", text)
    assert mine._opened.cache_info().maxsize == 4096


def test_chance_comes_from_outside() -> None:
    mine = KeyRing(TEST_LMK, Policy(), Random(1).randbytes)
    twin = KeyRing(TEST_LMK, Policy(), Random(1).randbytes)
    assert mine.generate("U") == twin.generate("U")
