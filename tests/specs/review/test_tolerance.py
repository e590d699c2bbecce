"""What is not as agreed and read all the same: its place, and the same bytes when written again."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswitch.specs.dialect import list_dialects, load_dialect
from cardswitch.specs.errors import EncodeError, FormatError
from cardswitch.specs.fuzzing.strategies import messages, mutations
from cardswitch.specs.message import Message
from cardswitch.specs.review.partial import read_partly, write_again

ASCII, POS = load_dialect("iso87-ascii"), load_dialect("pos")
TERTIARY = load_dialect("example-tertiary")


def again(dialect, partial):
    return write_again(dialect, partial.message, partial.as_received)


# What is read, and what is told of it. Each of these bytes came from a program of strangers.
ODD = {
    "field 44 of no length": (
        ASCII,
        b"0110022000000210000011281200000000010000",
        ("0110", {7: "1128120000", 11: "000001", 39: "00", 44: ""}),
        ["field 44 at byte 38"],
    ),
    "an empty second bitmap": (
        ASCII,
        b"0800822000000000000000000000000000001123130500000001",
        ("0800", {7: "1123130500", 11: "000001"}),
        ["bitmap at byte 4"],
    ),
    "a bitmap in lower case": (
        ASCII,
        b"08000020000000c00000000001TERM0001MERCHANT0000001",
        ("0800", {11: "000001", 41: "TERM0001", 42: "MERCHANT0000001"}),
        ["bitmap at byte 14"],
    ),
    "an amount without a sign": (
        ASCII,
        b"02000020001000000000000001000000150",
        ("0200", {11: "000001", 28: "000000150"}),
        ["field 28 at byte 26"],
    ),
    "an amount with a blank for its sign": (
        ASCII,
        b"02000020001000000000000001 00000150",
        ("0200", {11: "000001", 28: " 00000150"}),
        ["field 28 at byte 26"],
    ),
    "a card number filled with F": (
        ASCII,
        b"01004000000000000000199999990000000014FFF",
        ("0100", {2: "9999990000000014FFF"}),
        ["field 2 at byte 38"],
    ),
    "letters and control characters where digits belong": (
        ASCII,
        b"0800002000000080000000\x0ax01TERM\xc9001",
        ("0800", {11: "00\nx01", 41: "TERM\xc9001"}),
        ["field 11 at byte 22", "field 41 at byte 30"],
    ),
    "an odd card number filled otherwise": (
        POS,
        bytes.fromhex("0200400000000000000015F123456789012345"),
        ("0200", {2: "123456789012345"}),
        ["field 2 at byte 11"],
    ),
    "an MTI of another class": (
        ASCII,
        b"01900220000002000000112812000000000100",
        ("0190", {7: "1128120000", 11: "000001", 39: "00"}),
        ["MTI at byte 0"],
    ),
    "an MTI of another edition": (
        POS,
        bytes.fromhex("18040020000000000000000001"),
        ("1804", {11: "000001"}),
        ["MTI at byte 0"],
    ),
    "an empty third bitmap": (
        TERTIARY,
        bytes.fromhex("0800 8020000000000000 8000000000000000 0000000000000000 000001"),
        ("0800", {11: "000001"}),
        ["bitmap at byte 2"],
    ),
}


@pytest.mark.parametrize(("dialect", "wire", "read", "told"), ODD.values(), ids=ODD)
def test_what_is_odd_is_told_with_its_place_and_written_as_it_came(dialect, wire, read, told):
    partial = read_partly(dialect, wire)
    assert partial.fault is None
    assert (partial.message.mti, dict(partial.message.fields)) == read
    assert [str(odd).partition(":")[0] for odd in partial.oddities] == told
    assert again(dialect, partial) == wire
    with pytest.raises(FormatError):
        dialect.unpack(wire)


MINE = """
extends = "iso87-ascii"
tertiary = "field 65"
[encodings]
bitmap = "ebcdic-500"
[fields]
130 = { name = "more", format = "n 2" }
"""


@pytest.mark.parametrize(
    ("first", "third", "fields", "places"),
    [
        ("80200000000000008000000000000000", "0000000000000000", b"", ["field 65 at byte 42"]),
        ("80200000000000008000000000000000", "4000000000000000", b"07", []),
        ("80200000000000008000000000000000", "4000000000000001", b"07", None),
        ("00200000000b0000", "", b"", None),
    ],
)
def test_a_bitmap_in_field_65_and_one_in_ebcdic(tmp_path, first, third, fields, places):
    path = tmp_path / "mine.toml"
    path.write_text(MINE)
    dialect = load_dialect(str(path))
    wire = b"0800" + first.encode("cp500") + b"000001" + third.encode("cp500") + fields
    partial = read_partly(dialect, wire)
    if places is None:
        assert partial.fault is not None
        return
    assert (partial.fault, [str(odd)[: len(places[0])] for odd in partial.oddities]) == (
        None,
        places,
    )
    assert again(dialect, partial) == wire
    other = partial.message.with_fields({130: "08"})
    assert write_again(dialect, other, partial.as_received).endswith(b"08")


def test_a_bitmap_in_lower_case_ebcdic(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(MINE)
    dialect = load_dialect(str(path))
    wire = b"0800" + "0020000000c00000".encode("cp500") + b"000001TERM0001MERCHANT0000001"
    partial = read_partly(dialect, wire)
    assert (partial.fault, str(partial.oddities[0])[:17]) == (None, "bitmap at byte 14")
    assert again(dialect, partial) == wire


def test_what_was_corrected_is_written_strictly():
    dialect, wire, _, _ = ODD["letters and control characters where digits belong"]
    partial = read_partly(dialect, wire)
    corrected = partial.message.with_fields({11: "000001"})
    assert write_again(dialect, corrected, partial.as_received) == wire.replace(
        b"00\x0ax01", b"000001"
    )
    wrong = partial.message.with_fields({11: "x"})
    with pytest.raises(EncodeError) as refused:
        write_again(dialect, wrong, partial.as_received)
    assert refused.value.field == "11"


def test_substitutes_of_what_is_odd_are_written_as_loosely():
    dialect, wire, _, _ = ODD["a card number filled with F"]
    partial = read_partly(dialect, wire)
    other = partial.message.with_fields({2: "9999991234567890FFF"})
    with pytest.raises(EncodeError):
        write_again(dialect, other, partial.as_received)
    again = write_again(dialect, other, partial.as_received, loosely=True)
    assert again == wire.replace(b"9999990000000014", b"9999991234567890")
    longer = partial.message.with_fields({2: "99999912345678901FFF"})
    with pytest.raises(EncodeError):
        write_again(dialect, longer, partial.as_received, loosely=True)


def test_other_fields_have_a_bitmap_of_their_own():
    dialect, wire, _, _ = ODD["a bitmap in lower case"]
    partial = read_partly(dialect, wire)
    less = write_again(dialect, partial.message.without(42), partial.as_received)
    assert less == b"0800" + b"0020000000800000" + b"000001" + b"TERM0001"


def test_wrong_characters_before_a_fault_are_the_fault_itself():
    _, wire, _, _ = ODD["letters and control characters where digits belong"]
    partial = read_partly(ASCII, wire[:-1])
    assert (partial.fault.field, partial.fault.code, partial.rest) == ("11", "character", 20)
    assert (partial.oddities, partial.as_received) == ((), {})


@pytest.mark.parametrize("mti", ["9999", "0000", "01x0"])
def test_what_is_no_mti_of_any_edition_is_refused(mti):
    partial = read_partly(ASCII, mti.encode() + b"0020000000000000" + b"000001")
    assert (partial.fault.field, partial.rest) == ("MTI", 0)


def test_of_digits_without_a_bitmap_nobody_says_that_they_are_an_mti():
    assert read_partly(ASCII, b"0190" + b"000x").fault.field == "MTI"


def test_an_mti_that_nobody_has_cannot_be_written():
    with pytest.raises(EncodeError, match="MTI"):
        write_again(ASCII, Message("0190", {11: "000001"}), {"11": b"000001"})
    with pytest.raises(EncodeError, match="defines"):
        write_again(ASCII, Message("0100", {1: "000001"}), {"11": b"000001"})


@pytest.mark.parametrize("name", list_dialects())
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_all_that_is_read_whole_is_written_as_it_came(name, data):
    dialect = load_dialect(name)
    wire = data.draw(mutations(dialect.pack(data.draw(messages(dialect)))))
    partial = read_partly(dialect, wire)
    if partial.fault is None:
        assert again(dialect, partial) == wire
    strict = None
    try:
        strict = dialect.unpack(wire)
    except FormatError:
        assert partial.fault is not None or partial.oddities
    else:
        assert (partial.message, partial.oddities) == (strict, ())
