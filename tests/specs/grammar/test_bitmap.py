"""specs.grammar.bitmap: field numbers as bits and back."""

from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs.grammar.bitmap import bitmap_of, numbers_of


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
