"""Where a fault is, and what is shown of the bytes around it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.lab.messages.faults import REST_SIZE_MAX, fault_document, show_fault, show_rest
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import DecodeError, FormatError
from cardswitch.specs.review.partial import read_partly

ASCII = load_dialect("iso87-ascii")


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


def test_bytes_that_say_nothing_of_a_card_are_shown():
    wire = b"0200" + b"4000000000000000" + b"16" + b"99999900000000x49"
    partial = read_partly(ASCII, wire)
    lines = show_fault(partial.fault, wire, partial=partial)
    values = next(line for line in lines if line.startswith("  hex"))
    assert set(values.split()[1:]) == {".."}
    short = b"0200" + b"4000000000000000" + b"19" + b"9"
    partial = read_partly(ASCII, short)
    shown = show_fault(partial.fault, short, partial=partial)[2].split()
    assert shown[1:3] == ["30", "30"]
    assert shown[-1] == ".."


def test_the_rest_is_shown_in_hex_if_unsafe():
    assert show_rest(b"0800", 4) == []
    assert show_rest(b"08001", 4, unsafe=True) == ["rest from byte 4, 1 not read: 31"]
    [long] = show_rest(bytes(REST_SIZE_MAX + 1), 0, unsafe=True)
    assert long.endswith("00 …")


def test_a_fault_as_json():
    error = DecodeError("x", code="length", field="2", offset=3)
    said = {"text": "field 2 at byte 3: expected x", "code": "length", "field": "2", "offset": 3}
    assert fault_document(error, b"\1\2", 1, True) == {"fault": said, "rest": "02"}
    assert fault_document(error, b"\1\2", 1, False)["rest"] == ".."
