"""specs.codec.shapes: a bounded cache that works only for what comes again."""

import pytest

from cardswitch.specs.codec.shapes import SEEN_MIN, SHAPES_MAX, OnDemand, Shapes


def seen(shapes, shape, times=SEEN_MIN):
    for _ in range(times - 1):
        with pytest.raises(KeyError):
            shapes[shape]
    return shapes[shape]


def test_a_shape_is_generated_once_it_is_usual():
    made = []
    shapes = Shapes(lambda shape: made.append(shape) or (lambda: shape))
    assert seen(shapes, 7)() == 7
    assert shapes[7]() == 7
    assert made == [7]


def test_what_cannot_be_generated_is_not_kept():
    shapes = Shapes(lambda shape: None)
    for _ in range(SEEN_MIN * 3):
        with pytest.raises(KeyError):
            shapes["no"]
    assert not shapes


def test_bounded():
    shapes = Shapes(lambda shape: lambda: shape)
    for shape in range(SHAPES_MAX + 9):
        seen(shapes, shape)
    assert len(shapes) == SHAPES_MAX
    assert 0 not in shapes


def test_what_is_rare_is_forgotten():
    shapes = Shapes(lambda shape: lambda: shape)
    for rare in [*["often"] * (SEEN_MIN - 1), *range(SHAPES_MAX)]:
        with pytest.raises(KeyError):
            shapes[rare]
    with pytest.raises(KeyError):  # its count went with those of all that came once
        shapes["often"]


def test_a_function_of_a_field_is_made_once():
    made = []
    functions = OnDemand(lambda number: made.append(number) or (lambda: number))
    assert [functions[4](), functions[7](), functions[4]()] == [4, 7, 4]
    assert made == [4, 7]
