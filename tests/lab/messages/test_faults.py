"""Where a fault is, and what is shown of the bytes around it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.lab.messages.faults import show_fault
from cardswitch.specs.errors import DecodeError, FormatError


@pytest.mark.parametrize(
    ("at", "size", "first", "last"),
    [(0, 1, 0, 0), (0, 40, 0, 15), (20, 40, 12, 27), (39, 40, 24, 39), (40, 40, 25, 40)],
)
def test_a_window_is_at_most_16_bytes_around_the_fault(at, size, first, last):
    _, offsets, values, caret = show_fault(DecodeError("x", offset=at), bytes(size), unsafe=True)
    assert offsets.split() == ["byte", *map(str, range(first, last + 1))]
    assert len(values.split()) == len(offsets.split())
    assert caret.strip() == "^"
    assert offsets[: len(caret)].endswith(str(at))


@given(st.binary(max_size=60), st.integers(0, 60))
def test_bytes_are_shown_only_if_unsafe(data, at):
    error = DecodeError("x", offset=at)
    assert show_fault(error, data) == show_fault(error, bytes(len(data)))
    assert any("hex" in line for line in show_fault(error, data, unsafe=True))


def test_a_fault_without_a_place_has_no_window():
    assert show_fault(DecodeError("x"), b"0200") == ["expected x"]
    assert show_fault(FormatError("x", offset=1), b"") == ["at byte 1: expected x"]
