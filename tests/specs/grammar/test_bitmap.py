"""specs.grammar.bitmap: field numbers as bits and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs.grammar.bitmap import (
    ALWAYS,
    NEVER,
    TOGETHER,
    Bitmaps,
    bitmap_of,
    numbers_of,
    parse_bitmaps,
)


@given(st.sets(st.integers(2, 128).filter(lambda n: n != 65), min_size=1))
def test_round_trip(numbers):
    bitmap = bitmap_of(numbers)
    assert len(bitmap) == (16 if max(numbers) > 64 else 8)
    assert set(numbers_of(bitmap)) - {1} == numbers
    assert (1 in numbers_of(bitmap)) == (max(numbers) > 64)


def test_known_bits():
    assert bitmap_of([3, 11, 70, 128]).hex() == "a0200000000000000400000000000001"
    assert numbers_of(bytes(8)) == []


def test_three_bitmaps():
    numbers = [2, 70, 129, 192]
    bitmap = bitmap_of(numbers)
    assert len(bitmap) == 24
    assert numbers_of(bitmap) == [1, 2, 65, 70, 129, 192]


@pytest.mark.parametrize(
    ("text", "numbers", "bits"),
    [
        ("8", [2, 64], "4000000000000001"),
        ("8 + 8", [2, 70], "C0000000000000000400000000000000"),
        ("16", [2], "4000000000000000" + "0" * 16),
        ("16", [2, 70], "C0000000000000000400000000000000"),
        ("16, bit 1 never set", [2, 70], "40000000000000000400000000000000"),
        ("16, bit 1 always set", [2], "C000000000000000" + "0" * 16),
        ("24", [2, 129], "C000000000000000" + "8000000000000000" + "8000000000000000"),
        ("24, bit 1 never set", [2, 129], "4000000000000000" + "0" * 16 + "8000000000000000"),
        ("24, bit 1 always set", [2], "C000000000000000" + "8000000000000000" + "0" * 16),
    ],
)
def test_how_many_bytes_and_what_bit_1_says(text, numbers, bits):
    bitmaps = parse_bitmaps(text)
    assert bitmaps.bits_of(numbers).hex().upper() == bits
    assert bitmaps.numbers_of(bytes.fromhex(bits)) == numbers
    assert str(bitmaps) == text


def test_what_there_is_room_for():
    assert [parse_bitmaps(text).highest for text in ("8", "", "16", "24")] == [64, 128, 128, 192]
    assert Bitmaps(third=TOGETHER).sizes == (8, 16, 24)
    assert Bitmaps(third="field 65").highest == 192


@pytest.mark.parametrize("text", ["12", "8+8", "8 + 8, bit 1 never set", "16, bit 1", ", x"])
def test_other_words_are_refused(text):
    with pytest.raises(ValueError, match="expected"):
        parse_bitmaps(text)
    with pytest.raises(ValueError, match="tertiary"):
        parse_bitmaps("16", TOGETHER)
    assert {parse_bitmaps(f"8, {word}").marked for word in (NEVER, ALWAYS)} == {NEVER, ALWAYS}
