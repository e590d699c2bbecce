"""specs.grammar.prefixes: lengths on the wire."""

import pytest

from cardswitch.specs.grammar.prefixes import PREFIX_ENCODINGS, Counting, Prefix


@pytest.mark.parametrize(
    ("digits", "encoding", "count", "wire"),
    [
        (2, "ascii", 7, b"07"),
        (3, "ascii", 999, b"999"),
        (2, "bcd", 19, b"\x19"),
        (3, "bcd", 255, b"\x02\x55"),
        (4, "bcd", 9999, b"\x99\x99"),
        (2, "binary", 255, b"\xff"),
        (3, "binary", 999, b"\x03\xe7"),
        (2, "ebcdic-500", 40, b"\xf4\xf0"),
    ],
)
def test_known_answers(digits, encoding, count, wire):
    prefix = Prefix(digits, encoding)
    assert prefix.encode(count) == wire
    assert prefix.size == len(wire)
    assert count <= prefix.maximum


@pytest.mark.parametrize("encoding", ["ascii", "ebcdic-037", "bcd", "binary"])
@pytest.mark.parametrize("digits", [1, 2, 3, 4])
def test_every_length_is_written_differently(digits, encoding):
    prefix = Prefix(digits, encoding)
    written = {prefix.encode(count) for count in range(min(prefix.maximum, 9999) + 1)}
    assert len(written) == min(prefix.maximum, 9999) + 1
    assert {len(data) for data in written} == {prefix.size}


def test_a_fixed_field_has_none():
    assert Prefix().size == 0


@pytest.mark.parametrize("encoding", sorted(PREFIX_ENCODINGS))
@pytest.mark.parametrize("digits", range(1, 7))
def test_what_is_written_reads_back(digits, encoding):
    prefix = Prefix(digits, encoding)
    for count in (1, 9, prefix.maximum // 2, prefix.maximum):
        assert prefix.decode(prefix.encode(count)) == count


@pytest.mark.parametrize("data", [b"+001", b" 001", b"1_00", b"\xb2001", b"001", b"00001", b""])
def test_what_is_no_length(data):
    with pytest.raises(KeyError):
        Prefix(4, "ascii").decode(data)


def test_fields_of_one_form_share_their_tables():
    one, other = (Counting(prefix=Prefix(3, "bcd"), maximum=999).tables() for _ in range(2))
    assert one[0] is other[0]
