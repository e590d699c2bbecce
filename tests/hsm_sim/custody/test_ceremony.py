"""Local master keys out of components."""

from random import Random

import pytest

from cardswitch.hsm_sim.custody.ceremony import (
    LENGTHS,
    Component,
    check_value_of,
    check_value_of_lmk,
    form_lmk,
    from_bytes,
    make_component,
    read_component,
    require_not_published,
    to_bytes,
)
from cardswitch.specs.security.block_lmk import TEST_BLOCK_LMK, BlockLmk
from cardswitch.specs.security.components import split_key
from cardswitch.specs.security.errors import KeyRefused
from cardswitch.specs.security.keys import has_odd_parity
from cardswitch.specs.security.lmk import TEST_LMK, LmkSet

KINDS = ["variant", "block"]
TESTS = {"variant": TEST_LMK, "block": TEST_BLOCK_LMK}


def components(kind, count: int = 3) -> list[Component]:
    chance = Random(7)
    return [make_component(kind, chance.randbytes) for _ in range(count)]


def as_component(kind, value: bytes) -> Component:
    return Component(value, check_value_of(kind, value))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [2, 3, 9])
def test_all_components_together_make_the_lmk(kind, count: int) -> None:
    parts = components(kind, count)
    lmk = form_lmk(kind, parts, is_test=True)
    assert lmk == form_lmk(kind, parts[::-1], is_test=True)
    if count > 2:
        assert lmk != form_lmk(kind, parts[1:], is_test=True)
    assert lmk.is_test


def test_an_lmk_is_the_exclusive_or() -> None:
    made = form_lmk(
        "block",
        [as_component("block", b"\x0f" * 32), as_component("block", b"\xf1" * 32)],
        is_test=False,
    )
    assert made == BlockLmk(b"\xfe" * 32, is_test=False)


def test_pairs_have_odd_parity_however_many_components() -> None:
    for count in (2, 3):
        lmk = form_lmk("variant", components("variant", count), is_test=False)
        assert isinstance(lmk, LmkSet)
        assert all(map(has_odd_parity, lmk.pairs))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda parts: parts[:1], "components"),
        (lambda parts: parts * 4, "components"),
        (lambda parts: [*parts[:2], parts[0]], "components"),
        (lambda parts: [parts[0], Component(parts[1].value, "000000")], "check"),
        (lambda parts: [parts[0], Component(parts[1].value, "")], "check"),
        (lambda parts: [parts[0], Component(parts[1].value, "é")], "check"),
        (lambda parts: [parts[0], Component(parts[1].value[1:], parts[1].check)], "length"),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_what_makes_no_lmk(kind, change, reason: str) -> None:
    with pytest.raises(KeyRefused) as refused:
        form_lmk(kind, change(components(kind)), is_test=True)
    assert refused.value.reason == reason


@pytest.mark.parametrize("kind", KINDS)
def test_a_live_lmk_is_never_the_published_one(kind) -> None:
    _, value = to_bytes(TESTS[kind])
    parts = [Random(5).randbytes(len(value))]
    parts.append(bytes(a ^ b for a, b in zip(parts[0], value, strict=True)))
    pair = [as_component(kind, part) for part in parts]
    assert form_lmk(kind, pair, is_test=True) == TESTS[kind]
    with pytest.raises(KeyRefused) as refused:
        form_lmk(kind, pair, is_test=False)
    # Pairs of the published one are weak as well, which is found first.
    assert refused.value.reason == {"variant": "weak", "block": "use"}[kind]


def test_one_published_pair_is_enough() -> None:
    lmk = form_lmk("variant", components("variant"), is_test=False)
    require_not_published(lmk)
    assert isinstance(lmk, LmkSet)
    published = LmkSet((TEST_LMK.pairs[7], *lmk.pairs[1:]), is_test=False)
    with pytest.raises(KeyRefused, match="published"):
        require_not_published(published)
    require_not_published(LmkSet(published.pairs, is_test=True))


def test_a_weak_pair_is_no_live_key() -> None:
    value = components("variant")[0].value
    other = bytes(16 * b"\x01") + Random(9).randbytes(304)
    weak = bytes(a ^ b for a, b in zip(value, other, strict=True))
    parts = [as_component("variant", value), as_component("variant", weak)]
    with pytest.raises(KeyRefused) as refused:
        form_lmk("variant", parts, is_test=False)
    assert refused.value.reason == "weak"


@pytest.mark.parametrize("kind", KINDS)
def test_a_component_is_read_as_it_was_written(kind) -> None:
    [part] = components(kind, 1)
    text = part.value.hex()
    spaced = " ".join(text[at : at + 4] for at in range(0, len(text), 4))
    assert read_component(kind, spaced, f" {part.check.lower()}\n") == part


@pytest.mark.parametrize(
    ("text", "check", "reason"),
    [
        ("00" * 31, "DC95C0", "length"),
        ("0G" * 32, "DC95C0", "scheme"),
        ("00" * 32, "DC95C1", "check"),
        ("01" + "00" * 31, "DC95C0", "check"),
        ("", "", "length"),
    ],
)
def test_a_slip_of_typing_is_found(text: str, check: str, reason: str) -> None:
    with pytest.raises(KeyRefused) as refused:
        read_component("block", text, check)
    assert refused.value.reason == reason
    assert "0000" not in str(refused.value)


@pytest.mark.parametrize("kind", KINDS)
def test_bytes_and_back(kind) -> None:
    assert to_bytes(TESTS[kind])[0] == kind
    assert from_bytes(*to_bytes(TESTS[kind]), is_test=True) == TESTS[kind]
    assert len(to_bytes(TESTS[kind])[1]) == LENGTHS[kind]
    assert len(check_value_of_lmk(TESTS[kind])) == 16


def test_nothing_shown_holds_the_component() -> None:
    [part] = components("block", 1)
    assert part.value.hex() not in repr(part).lower()
    assert repr(part.value) not in repr(part)


def test_it_is_the_sum_that_other_code_makes() -> None:
    key = Random(1).randbytes(32)
    parts = split_key(key, [Random(2).randbytes(32), Random(3).randbytes(32)])
    made = form_lmk("block", [as_component("block", part) for part in parts], is_test=False)
    assert made == BlockLmk(key, is_test=False)
