"""Keys and PINs under local master keys, and keys in transport: public fixtures and rules."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswitch.specs.security.errors import KeyRefused, PinRefused
from cardswitch.specs.security.keys import adjust_parity, has_odd_parity, is_weak, key_check_value
from cardswitch.specs.security.lmk import (
    PAIR_OF_CODE,
    TEST_LMK,
    LmkSet,
    lmk_check_value,
    open_pin,
    seal_pin,
    unwrap_key,
    unwrap_key_under_key,
    wrap_key,
    wrap_key_under_key,
)
from cardswitch.specs.security.schemes import SCHEME_VARIANTS

VECTORS = tomllib.loads((Path(__file__).parents[2] / "vectors/security.toml").read_text("utf-8"))
KEY_TYPES = [f"{variant}{code}" for variant in range(10) for code in PAIR_OF_CODE]
PINS = st.from_regex("[0-9]{4,12}", fullmatch=True)
ACCOUNTS = st.from_regex("[0-9]{12}", fullmatch=True)
KEY = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")


def with_pair(index: int, pair: bytes) -> LmkSet:
    """The test LMK with one pair replaced."""
    return LmkSet((*TEST_LMK.pairs[:index], pair, *TEST_LMK.pairs[index + 1 :]), is_test=True)


def lmk_of(case: dict[str, str]) -> LmkSet:
    """The test LMK, or where a case names its pair, that one in the place of its key type."""
    if "pair" not in case:
        return TEST_LMK
    return with_pair(PAIR_OF_CODE[case["key_type"][1:]], bytes.fromhex(case["pair"]))


@pytest.mark.parametrize("case", VECTORS["wrapped_key"], ids=lambda case: case["source"])
def test_known_wrapped_keys(case: dict[str, str]) -> None:
    lmk, key, text = lmk_of(case), bytes.fromhex(case["key"]), case["text"]
    scheme = text[0] if text[0] in SCHEME_VARIANTS else "Z"
    assert unwrap_key(lmk, case["key_type"], text) == key
    assert wrap_key(lmk, case["key_type"], scheme, key) == text


@pytest.mark.parametrize("case", VECTORS["check_value_under_lmk"], ids=lambda case: case["source"])
def test_known_check_values_of_wrapped_keys(case: dict[str, str]) -> None:
    key = unwrap_key(TEST_LMK, case["key_type"], case["text"])
    assert key_check_value(key, 8).hex().upper() == case["value"]


@pytest.mark.parametrize("case", VECTORS["transport"], ids=lambda case: case["source"])
def test_known_transport_between_zones(case: dict[str, str]) -> None:
    zmk = unwrap_key(TEST_LMK, case["zmk_type"], case["zmk"])
    key = unwrap_key_under_key(zmk, case["text"])
    assert key_check_value(key).hex().upper() == case["value"]
    assert wrap_key_under_key(zmk, "Z", key) == case["text"]


def test_two_single_halves_without_a_letter_are_one_key() -> None:
    left, right = (
        c for c in VECTORS["wrapped_key"] if "left" in c["source"] or "right" in c["source"]
    )
    key = unwrap_key(TEST_LMK, "402", left["text"] + right["text"])
    assert key.hex().upper() == left["key"] + right["key"]


def test_each_key_type_has_its_own_pair() -> None:
    # The codes of payment HSMs: 00 is pair 04-05, 01 is 06-07, 02 is 14-15 and so on to 0E, 38-39.
    numbers = {code: f"{2 * n:02}-{2 * n + 1:02}" for code, n in PAIR_OF_CODE.items()}
    expected = (
        "00 04-05, 01 06-07, 02 14-15, 03 16-17, 04 18-19, 05 20-21, 06 22-23, 07 24-25, "
        "08 26-27, 09 28-29, 0A 30-31, 0B 32-33, 0C 34-35, 0D 36-37, 0E 38-39"
    )
    assert numbers == dict(line.split() for line in expected.split(", "))


@settings(deadline=None)
@given(st.sampled_from(KEY_TYPES), st.sampled_from(sorted(SCHEME_VARIANTS)), st.data())
def test_what_is_wrapped_is_unwrapped(key_type: str, scheme: str, data: st.DataObject) -> None:
    length = 8 * len(SCHEME_VARIANTS[scheme])
    key = adjust_parity(data.draw(st.binary(min_size=length, max_size=length)))
    assert unwrap_key(TEST_LMK, key_type, wrap_key(TEST_LMK, key_type, scheme, key)) == key


def test_a_key_is_written_differently_for_each_type() -> None:
    # Types 04 and 0E share their pair in the test LMK alone: both are the same weak key there.
    types = [key_type for key_type in KEY_TYPES if key_type[1:] != "0E"]
    texts = {wrap_key(TEST_LMK, key_type, "U", KEY) for key_type in types}
    assert len(texts) == len(types)


def test_a_key_of_another_type_fails_by_parity() -> None:
    text = wrap_key(TEST_LMK, "001", "U", KEY)
    refusals = 0
    for key_type in ("000", "002", "003", "008", "101", "402", "70D"):
        with pytest.raises(KeyRefused) as refused:
            unwrap_key(TEST_LMK, key_type, text)
        assert refused.value.reason == "parity"
        refusals += 1
    assert refusals == 7


@pytest.mark.parametrize("key_type", ["", "1", "01", "0001", "A01", "00F", "0FF", "00a", "٣01"])
def test_an_unknown_key_type_is_refused(key_type: str) -> None:
    with pytest.raises(KeyRefused) as refused:
        unwrap_key(TEST_LMK, key_type, "0" * 16)
    assert refused.value.reason == "type"
    with pytest.raises(KeyRefused) as refused:
        wrap_key(TEST_LMK, key_type, "U", KEY)
    assert refused.value.reason == "type"


@pytest.mark.parametrize(
    ("scheme", "key", "reason"),
    [
        ("U", KEY[:8], "length"),
        ("Z", KEY, "length"),
        ("T", KEY, "length"),
        ("S", KEY, "scheme"),
        ("U", bytes(16), "parity"),
        ("U", KEY[:15] + b"\x11", "parity"),
    ],
)
def test_wrapping_refuses_what_unwrapping_would(scheme, key: bytes, reason: str) -> None:
    with pytest.raises(KeyRefused) as refused:
        wrap_key(TEST_LMK, "001", scheme, key)
    assert refused.value.reason == reason


@settings(deadline=None)
@given(
    st.sampled_from([16, 24]).flatmap(lambda n: st.binary(min_size=n, max_size=n)),
    st.sampled_from(sorted(SCHEME_VARIANTS)),
    st.data(),
)
def test_transport_is_undone_whatever_the_parity(
    zmk: bytes, scheme: str, data: st.DataObject
) -> None:
    length = 8 * len(SCHEME_VARIANTS[scheme])
    key = data.draw(st.binary(min_size=length, max_size=length))
    assert unwrap_key_under_key(zmk, wrap_key_under_key(zmk, scheme, key)) == key


def test_transport_under_a_single_key_has_plain_schemes_alone() -> None:
    assert unwrap_key_under_key(KEY[:8], wrap_key_under_key(KEY[:8], "X", KEY)) == KEY
    with pytest.raises(KeyRefused) as refused:
        wrap_key_under_key(KEY[:8], "U", KEY)
    assert refused.value.reason == "length"


def test_the_check_value_depends_on_every_pair_and_their_order() -> None:
    changed = [with_pair(index, KEY) for index in range(20)]
    reversed_set = LmkSet(TEST_LMK.pairs[::-1], is_test=True)
    values = {lmk_check_value(lmk) for lmk in [TEST_LMK, reversed_set, *changed]}
    assert len(values) == 22
    assert lmk_check_value(TEST_LMK) == VECTORS["lmk_check_value"][0]["value"]


def test_the_test_lmk_has_odd_parity_and_weak_halves() -> None:
    assert TEST_LMK.is_test
    assert all(has_odd_parity(pair) for pair in TEST_LMK.pairs)
    assert is_weak(TEST_LMK.pairs[9])  # 18-19 and 38-39: why the test LMK is exempt
    assert TEST_LMK.pairs[19] == TEST_LMK.pairs[9]


@pytest.mark.parametrize("pairs", [(), (bytes(16),) * 19, (bytes(16),) * 19 + (bytes(8),)])
def test_an_lmk_is_twenty_pairs_of_16_bytes(pairs: tuple[bytes, ...]) -> None:
    with pytest.raises(KeyRefused) as refused:
        LmkSet(pairs, is_test=True)
    assert refused.value.reason == "length"


def test_an_lmk_shows_its_status_alone() -> None:
    assert repr(TEST_LMK) == str(TEST_LMK) == "<LmkSet test>"
    assert f"{LmkSet(TEST_LMK.pairs, is_test=False)!r}" == "<LmkSet live>"


def test_the_known_sealed_pin() -> None:
    case = VECTORS["sealed_pin"][0]
    assert seal_pin(TEST_LMK, case["pin"], case["pan12"]) == case["text"]


@settings(deadline=None)
@given(PINS, ACCOUNTS)
def test_a_sealed_pin_is_opened_for_its_account_alone(pin: str, pan12: str) -> None:
    text = seal_pin(TEST_LMK, pin, pan12)
    assert (text[0], len(text)) == ("J", 33)
    assert open_pin(TEST_LMK, text, pan12) == pin
    other = f"{(int(pan12[0]) + 1) % 10}{pan12[1:]}"
    with pytest.raises(PinRefused) as refused:
        open_pin(TEST_LMK, text, other)
    assert refused.value.reason == "sealed"


@settings(deadline=None)
@given(st.integers(0, 127))
def test_one_flipped_bit_of_a_sealed_pin_is_found(bit: int) -> None:
    text = seal_pin(TEST_LMK, "1234", "550000025321")
    changed = f"J{int(text[1:], 16) ^ 1 << bit:032X}"
    with pytest.raises(PinRefused) as refused:
        open_pin(TEST_LMK, changed, "550000025321")
    assert refused.value.reason == "sealed"


def test_a_sealed_pin_is_opened_under_its_lmk_alone() -> None:
    text = seal_pin(with_pair(1, KEY), "1234", "550000025321")
    with pytest.raises(PinRefused) as refused:
        open_pin(TEST_LMK, text, "550000025321")
    assert refused.value.reason == "sealed"


@pytest.mark.parametrize("text", ["", "J", "01234", "J" + "0" * 31, "K" + "0" * 32, "J" + "g" * 32])
def test_what_is_no_sealed_pin_is_refused(text: str) -> None:
    with pytest.raises(PinRefused) as refused:
        open_pin(TEST_LMK, text, "550000025321")
    assert refused.value.reason == "sealed"


def test_a_sealed_pin_begins_with_its_letter() -> None:
    text = seal_pin(TEST_LMK, "1234", "550000025321")
    with pytest.raises(PinRefused) as refused:
        open_pin(TEST_LMK, "K" + text[1:], "550000025321")
    assert refused.value.reason == "sealed"


def test_sealing_refuses_what_is_no_pin_or_no_account() -> None:
    with pytest.raises(PinRefused) as refused:
        seal_pin(TEST_LMK, "123", "550000025321")
    assert refused.value.reason == "length"
    for function, text in ((seal_pin, "1234"), (open_pin, "J" + "0" * 32)):
        with pytest.raises(PinRefused) as refused:
            function(TEST_LMK, text, "55000002532")
        assert refused.value.reason == "account"
