"""specs.codec.compile.checks: what may stand where, in as few passes as can be."""

import pytest

from cardswitch.specs.codec.compile.checks import (
    Checks,
    bcd_alphabet,
    filled_bytes,
    prefix_alphabet,
)
from cardswitch.specs.codec.compile.code import Code, Misfit
from cardswitch.specs.grammar.encodings import encoding_of
from cardswitch.specs.grammar.prefixes import Prefix

DIGITS = b"0123456789"
LETTERS = b"ABC"
FIXED = Prefix()


def refused(data, *asked, ask="span"):
    """Whether *data* is refused where all of *asked* is asked for."""
    code = Code()
    checks = Checks(code)
    for each in asked:
        getattr(checks, ask)(*each)
    checks.refuse()
    run = code.function("data")
    try:
        run(data)
    except Misfit:
        return True
    return False


@pytest.mark.parametrize("size", [1, 32, 33, 200])
def test_each_byte_counts(size):
    asked = (DIGITS, (0, 1), (0, 1 + size))
    good = b"x" + b"7" * size + b"x"
    assert not refused(good, asked)
    for place in {1, size // 2 + 1, size}:
        assert refused(good[:place] + b"A" + good[place + 1 :], asked)


def test_neighbours_and_others_of_one_class():
    asked = [(DIGITS, (0, 0), (0, 2)), (DIGITS, (0, 2), (0, 4)), (DIGITS, (0, 6), (0, 8))]
    assert not refused(b"1234xx56", *asked)
    for wrong in (b"x234xx56", b"123xxx56", b"1234xx5x"):
        assert refused(wrong, *asked)
    assert refused(b"12", (DIGITS, (0, 0), (0, 1)), (LETTERS, (0, 1), (0, 2)))


def test_a_prefix_between_is_passed_over_only_where_it_fits():
    for prefix in (Prefix(2, "ascii"), Prefix(2, "bcd"), Prefix(4, "binary")):
        size = prefix.size
        asked = [(DIGITS, (0, 0), (0, 2)), (DIGITS, (0, 2 + size), (0, 4 + size), prefix)]
        assert not refused(b"12" + prefix.encode(2) + b"34", *asked)
        assert refused(b"1x" + prefix.encode(2) + b"34", *asked)
        assert refused(b"12" + prefix.encode(2) + b"x4", *asked)


@pytest.mark.parametrize(
    ("name", "kind", "length", "good", "wrong"),
    [
        ("bcd", "n", 3, "0123", ["1123", "012A", "A123", "F123"]),
        ("bcd", "n", 4, "9123", ["912A", "A123"]),
        ("bcd right 0", "n", 3, "1230", ["1231", "A230", "123F"]),
        ("bcd right F", "n", 3, "123F", ["1230", "1A3F", "12AF", "12FF"]),
        ("bcd left F", "n", 3, "F123", ["0123", "FA23", "F12F", "FF23"]),
        ("bcd right F", "z", 5, "12D34F", ["12D340", "12E34F", "12D3FF"]),
        ("bcd right F", "z", 4, "12D3", ["12F3", "123F"]),
        ("bcd left F", "n", 1, "F7", ["07", "FF"]),
    ],
)
def test_packed_digits(name, kind, length, good, wrong):
    end = (length + 1) // 2
    asked = (encoding_of(name), kind, (0, 0), (0, end), length, FIXED)
    assert not refused(bytes.fromhex(good), asked, ask="digits")
    for each in wrong:
        assert refused(bytes.fromhex(each), asked, ask="digits")


def test_alphabets():
    assert (len(bcd_alphabet("n")), len(bcd_alphabet("z"))) == (100, 121)
    assert filled_bytes(encoding_of("bcd left F"), "n") == frozenset(range(0xF0, 0xFA))
    assert prefix_alphabet(Prefix(2, "ebcdic-500")) == frozenset(range(0xF0, 0xFA))
    assert len(prefix_alphabet(Prefix(2, "binary"))) == 256
