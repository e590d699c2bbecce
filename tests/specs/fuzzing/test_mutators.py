"""specs.fuzzing.mutators: each makes its fault where it should, and none ever fails."""

from random import Random

import pytest

from cardswitch.specs.dialect import list_dialects, load_dialect
from cardswitch.specs.errors import FormatError
from cardswitch.specs.fuzzing.mutators import MUTATORS, PLAIN, Sample, mutate
from cardswitch.specs.fuzzing.seeds import make_message
from cardswitch.specs.fuzzing.spots import find_spots
from cardswitch.specs.message import Message
from cardswitch.specs.tlv import unpack_tlv

POS, ASCII = load_dialect("pos"), load_dialect("iso87-ascii")
SALE = Message(
    "0200",
    {2: "9999990000000014", 3: "000000", 11: "000007", 41: "TERM0001", 55: "9F3602003C", 70: "301"},
)
STRUCTURAL = sorted(MUTATORS.keys() - PLAIN.keys())


def results(name, dialect, count=300):
    data = dialect.pack(SALE)
    sample = Sample(data, dialect, find_spots(dialect, data))
    return data, [MUTATORS[name](sample, Random(seed).randrange) for seed in range(count)]


def places(name, dialect):
    """Kinds and fields of the spots in which the results differ from the data."""
    data, found = results(name, dialect)
    spots = find_spots(dialect, data)
    return {
        (spot.kind, spot.field and spot.field.path)
        for other in found
        if len(other) == len(data)
        for spot in spots
        if other[spot.start : spot.end] != data[spot.start : spot.end]
    }


@pytest.mark.parametrize("dialect", [POS, ASCII], ids=repr)
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("length", {("length", "2"), ("length", "55")}),
        ("bitmap", {("bitmap", None)}),
        ("MTI", {("MTI", None)}),
    ],
)
def test_a_fault_is_where_it_hurts(name, expected, dialect):
    assert places(name, dialect) == expected


def test_wrong_digits_are_in_numbers_and_their_lengths():
    assert {path for _, path in places("digit", POS)} == {"2", "3", "11", "55", "70"}
    assert ("value", "41") not in places("digit", POS)


def test_lengths_are_off_by_one_and_worse():
    _, found = results("length", ASCII)
    lengths = {other[36:38] for other in found}
    assert {b"15", b"17", b"00", b"19", b"20", b"+5", b"-1", b"\xff\xff"} <= lengths


def test_bitmaps_lie_about_fields_and_about_further_bitmaps():
    data, found = results("bitmap", POS, 600)
    firsts = {other[2] for other in found}
    assert data[2] ^ 0x80 in firsts  # without bit 1
    assert any(other[2:18] == bytes(16) for other in found)
    assert any(other[2:18] == b"\xff" * 16 for other in found)
    # With bit 65, and more often than by turning any of 128 bits.
    assert sum(other[10] == data[10] ^ 0x80 for other in found) > len(found) // 32


@pytest.mark.parametrize("dialect", [POS, ASCII], ids=repr)
def test_hostile_chip_data_reaches_the_reader_of_chip_data(dialect):
    _, found = results("chip", dialect)
    refused = 0
    for data in found:
        try:
            value = dialect.unpack(data)[55]
        except FormatError:
            continue
        try:
            unpack_tlv(value)
        except FormatError:
            refused += 1
    assert refused > len(found) // 2


def test_code_pages_are_mixed():
    data, found = results("code page", ASCII)
    assert any(other[:4] == b"\xf0\xf2\xf0\xf0" and other[4:] == data[4:] for other in found)


@pytest.mark.parametrize(("name", "sizes"), [("lost part", {4, 16}), ("doubled part", {4, 16})])
def test_whole_parts_come_and_go(name, sizes):
    data, found = results(name, ASCII)
    assert sizes <= {abs(len(other) - len(data)) for other in found}


@pytest.mark.parametrize("name", MUTATORS)
def test_every_mutator_changes_most_of_what_it_gets(name):
    for dialect in (POS, ASCII):
        data, found = results(name, dialect)
        assert sum(other != data for other in found) > len(found) // 2


@pytest.mark.parametrize("name", MUTATORS)
def test_a_mutator_that_finds_no_place_takes_any(name):
    for seed in range(50):
        assert isinstance(MUTATORS[name](Sample(b"\x80"), Random(seed).randrange), bytes)


@pytest.mark.parametrize("name", list_dialects())
def test_any_bytes_can_be_mutated(name):
    dialect, random = load_dialect(name), Random(7)
    data = dialect.pack(make_message(dialect, random.randrange))
    for _ in range(300):
        other, how = mutate(data, random.randrange, dialect)
        assert 1 <= len(how) <= 3
        assert set(how) <= MUTATORS.keys()
        if random.randrange(4) == 0:
            data = other or data
    assert mutate(b"", random.randrange, dialect) == (b"", [])


def test_without_a_dialect_faults_are_plain():
    names = {n for seed in range(100) for n in mutate(b"0800", Random(seed).randrange)[1]}
    assert names == PLAIN.keys()


def test_the_same_numbers_make_the_same_faults():
    data = POS.pack(SALE)
    assert mutate(data, Random(3).randrange, POS) == mutate(data, Random(3).randrange, POS)
