"""Key schemes: letters, lengths and variants."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswitch.specs.security.errors import KeyRefused
from cardswitch.specs.security.schemes import (
    SCHEME_VARIANTS,
    decrypt_parts,
    read_scheme,
    wrapping_keys,
    write_key,
)

ZMK = bytes(range(1, 17))
SCHEMES = sorted(SCHEME_VARIANTS)


@settings(deadline=None)
@given(st.sampled_from(SCHEMES), st.data())
def test_what_is_written_is_read(scheme: str, data: st.DataObject) -> None:
    length = 8 * len(SCHEME_VARIANTS[scheme])
    key = data.draw(st.binary(min_size=length, max_size=length))
    wrapping = wrapping_keys(ZMK, scheme)
    text = write_key(scheme, wrapping, key)
    assert (len(text), text.upper()) == (2 * length + (scheme != "Z"), text)
    read, body = read_scheme(text)
    assert read == scheme
    assert decrypt_parts(wrapping, body) == key


def test_32_digits_without_a_letter_are_two_halves() -> None:
    wrapping = wrapping_keys(ZMK, "X")
    with_letter = write_key("X", wrapping, bytes(range(16)))
    assert read_scheme(with_letter[1:]) == read_scheme(with_letter)


@pytest.mark.parametrize("scheme", ["U", "T"])
def test_parts_that_change_places_do_not_decrypt(scheme: str) -> None:
    length = 8 * len(SCHEME_VARIANTS[scheme])
    key = bytes(8) * (length // 8)
    text = write_key(scheme, wrapping_keys(ZMK, scheme), key)
    parts = [text[1 + n : 17 + n] for n in range(0, 2 * length, 16)]
    assert len(set(parts)) == len(parts)  # equal parts do not even look equal
    swapped = read_scheme(scheme + "".join([parts[1], parts[0], *parts[2:]]))[1]
    assert decrypt_parts(wrapping_keys(ZMK, scheme), swapped) != key


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "length"),
        ("U", "length"),
        ("U" + "0" * 16, "length"),
        ("U" + "0" * 48, "length"),
        ("T" + "0" * 32, "length"),
        ("Y" + "0" * 32, "length"),
        ("0" * 14, "length"),
        ("0" * 48, "length"),
        ("0" * 15, "scheme"),
        ("Z" + "0" * 16, "scheme"),
        ("S" + "0" * 32, "scheme"),
        ("u" + "0" * 32, "scheme"),
        ("UU" + "0" * 31, "scheme"),
        ("U" + "0" * 31 + "a", "scheme"),
        ("U" + "0" * 30 + " 0", "scheme"),
        ("U" + "٣" * 32, "scheme"),
    ],
)
def test_other_texts_are_refused(text: str, reason: str) -> None:
    with pytest.raises(KeyRefused) as refused:
        read_scheme(text)
    assert refused.value.reason == reason


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        scheme, body = read_scheme(text)
    except KeyRefused:
        return
    assert text.removeprefix(scheme) == body.hex().upper()


@pytest.mark.parametrize("scheme", ["", "S", "z", "UT"])
def test_an_unknown_scheme_is_refused(scheme: str) -> None:
    with pytest.raises(KeyRefused) as refused:
        wrapping_keys(ZMK, scheme)
    assert refused.value.reason == "scheme"


@pytest.mark.parametrize("scheme", ["U", "T"])
def test_a_single_key_has_no_second_half_to_change(scheme: str) -> None:
    with pytest.raises(KeyRefused) as refused:
        wrapping_keys(bytes(8), scheme)
    assert refused.value.reason == "length"


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("length", [0, 7, 8, 16, 24, 32])
def test_a_scheme_holds_one_length(scheme: str, length: int) -> None:
    wrapping = wrapping_keys(ZMK, scheme)
    if length == 8 * len(SCHEME_VARIANTS[scheme]):
        assert write_key(scheme, wrapping, bytes(length))
        return
    with pytest.raises(KeyRefused) as refused:
        write_key(scheme, wrapping, bytes(length))
    assert refused.value.reason == "length"
