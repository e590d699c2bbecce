"""A message as far as it can be read, and around what was masked in it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswitch.specs.dialect import list_dialects, load_dialect
from cardswitch.specs.errors import FormatError
from cardswitch.specs.fuzzing.strategies import messages, mutations
from cardswitch.specs.message import Message
from cardswitch.specs.review.partial import UNKNOWN, read_partly

ASCII, POS = load_dialect("iso87-ascii"), load_dialect("pos")
SALE = Message("0200", {2: "9999990000000014", 3: "000000", 11: "000001", 41: "TERM0001"})


def strictly(dialect, data):
    """The message, or the fault."""
    try:
        return dialect.unpack(data), None
    except FormatError as fault:
        return None, fault


@pytest.mark.parametrize("name", list_dialects())
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_it_reads_what_the_strict_codec_reads_and_stops_where_that_stops(name, data):
    dialect = load_dialect(name)
    wire = dialect.pack(data.draw(messages(dialect)))
    whole = read_partly(dialect, wire)
    assert (whole.message, whole.fault, whole.rest) == (dialect.unpack(wire), None, len(wire))
    wrong = data.draw(mutations(wire))
    partial = read_partly(dialect, wrong)
    message, fault = strictly(dialect, wrong)
    if fault is None:
        assert (partial.message, partial.fault) == (message, None)
    elif not any(UNKNOWN in value for value in partial.message.fields.values()):
        # What the bitmap has too much is told by the strict codec first, and here when it comes.
        # And of a bitmap with digits in lower case only what else is wrong is told here.
        assert (
            fault.code in ("field-undefined", "bitmap-digits")
            or partial.oddities
            or (partial.fault.offset == fault.offset)
        )


@pytest.mark.parametrize("name", list_dialects())
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_byte_may_be_masked(name, data):
    dialect = load_dialect(name)
    message = data.draw(messages(dialect))
    wire = dialect.pack(message)
    masked = frozenset(data.draw(st.lists(st.integers(0, len(wire) - 1), max_size=6)))
    blind = bytes(0 if at in masked else byte for at, byte in enumerate(wire))
    partial = read_partly(dialect, blind, masked)
    for number, value in partial.message.fields.items():
        known = message[number]
        if UNKNOWN not in value:
            assert value == known
        elif len(value) == len(known):
            assert all(a in (b, UNKNOWN) for a, b in zip(value, known, strict=True))
    if partial.fault is not None:
        assert partial.fault.offset is not None


def test_what_says_where_others_are_must_not_be_masked():
    wire = POS.pack(SALE)
    for at, field in ((0, "MTI"), (3, "bitmap"), (10, "2")):
        partial = read_partly(POS, wire, frozenset([at]))
        assert (partial.fault.code, partial.fault.field, partial.fault.offset) == (
            "masked",
            field,
            at,
        )


def test_bytes_that_say_nothing_of_a_card_are_open():
    partial = read_partly(POS, POS.pack(SALE))
    assert partial.open_bytes == {*range(11)}  # MTI, bitmap, length of field 2


@pytest.mark.parametrize(
    ("pan", "seen"),
    [("999999******0014", "999999??????0014"), ("999999XXXXXX0014", "999999??????0014"),
     ("9999990000000*14", "9999990000000*14")],
)  # fmt: skip
def test_stars_in_text_are_unknown_where_its_class_has_none(pan, seen):
    wire = ASCII.pack(SALE).replace(b"9999990000000014", pan.encode())
    partial = read_partly(ASCII, wire)
    assert (partial.message.get(2), partial.fault) == (seen, None)
    # A single one is a character like another, and odd.
    assert (partial.unknown == {2}) is (UNKNOWN in seen)
    assert bool(partial.oddities) is not bool(partial.unknown)


def test_a_star_where_its_class_has_them_is_a_star():
    wire = ASCII.pack(SALE.with_fields({41: "XX**0001"}))
    assert read_partly(ASCII, wire).message[41] == "XX**0001"


@given(st.binary(max_size=80), st.frozensets(st.integers(0, 80), max_size=5))
def test_any_bytes_are_read_as_far_as_they_go(data, masked):
    for dialect in (ASCII, POS):
        partial = read_partly(dialect, data, masked)
        assert partial.fault is None or isinstance(partial.fault, FormatError)
