"""Keys of components: what is split is combined, and one wrong component is named."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswitch.specs.security.components import combine_components, split_key
from cardswitch.specs.security.errors import KeyRefused
from cardswitch.specs.security.keys import has_odd_parity, key_check_value, key_check_value_aes

A, B, C = (
    bytes.fromhex(key * 2) for key in ("0123456789ABCDEF", "FEDCBA9876543210", "1334577913345779")
)
SPLITS = st.sampled_from([8, 16, 24, 32]).flatmap(
    lambda n: st.tuples(
        st.binary(min_size=n, max_size=n),
        st.lists(st.binary(min_size=n, max_size=n), min_size=1, max_size=4),
    )
)


@settings(deadline=None)
@given(SPLITS)
def test_what_is_split_is_combined_in_any_order(split: tuple[bytes, list[bytes]]) -> None:
    key, randoms = split
    components = split_key(key, randoms)
    assert list(components[:-1]) == randoms
    assert combine_components(components) == key
    assert combine_components(components[::-1]) == key


def test_the_sum_is_an_exclusive_or() -> None:
    assert combine_components([A, B]) == bytes([0xFF]) * 16
    assert combine_components([A, B, bytes([0xFF]) * 16]) == bytes(16)


def test_three_components_of_odd_parity_make_a_key_of_odd_parity_and_two_do_not() -> None:
    assert has_odd_parity(combine_components([A, B, C]))
    assert not has_odd_parity(combine_components([A, B]))


@pytest.mark.parametrize("length", [1, 3, 8])
def test_check_values_count_as_far_as_they_go(length: int) -> None:
    values = [key_check_value(part, length) for part in (A, B, C)]
    assert combine_components([A, B, C], values) == combine_components([A, B, C])


def test_check_values_of_aes_components() -> None:
    values = [key_check_value_aes(part) for part in (A, B)]
    assert combine_components([A, B], values, key_check_value_aes) == combine_components([A, B])
    with pytest.raises(KeyRefused, match="component 1"):
        combine_components([A, B], values)


def test_the_component_that_is_wrong_is_named() -> None:
    values = [key_check_value(part) for part in (A, B, C)]
    for number, parts in enumerate(([C, B, C], [A, A, C], [A, B, B]), 1):
        with pytest.raises(KeyRefused, match=f"component {number} is not") as refused:
            combine_components(parts, values)
        assert refused.value.reason == "check"


@pytest.mark.parametrize("values", [[b""], [b"", b""], [bytes(3)] * 3, [bytes(9), bytes(9)]])
def test_other_check_values_are_refused(values: list[bytes]) -> None:
    with pytest.raises(KeyRefused) as refused:
        combine_components([A, B], values)
    assert refused.value.reason == "check"


def test_there_is_one_check_value_for_each_component() -> None:
    values = [key_check_value(part) for part in (A, B, C)]
    for some in (values[:1], values):
        with pytest.raises(KeyRefused, match="one check value for each"):
            combine_components([A, B], some)


@pytest.mark.parametrize("components", [[], [A]])
def test_one_component_is_none(components: list[bytes]) -> None:
    with pytest.raises(KeyRefused) as refused:
        combine_components(components)
    assert refused.value.reason == "components"


def test_a_key_is_not_split_without_chance() -> None:
    with pytest.raises(KeyRefused) as refused:
        split_key(A, [])
    assert refused.value.reason == "components"


@pytest.mark.parametrize("parts", [[A, B[:8]], [A[:9], B[:9]], [b"", b""]])
def test_components_are_as_long_as_the_key_and_each_other(parts: list[bytes]) -> None:
    for call in (lambda: combine_components(parts), lambda: split_key(parts[0], parts[1:])):
        with pytest.raises(KeyRefused) as refused:
            call()
        assert refused.value.reason == "length"
