"""specs.review.culprit: which earlier length is wrong."""

import pytest

from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.message import Message
from cardswitch.specs.review.culprit import find_culprit

SALE = Message(
    "0200",
    {
        2: "9999990000000014",
        3: "000000",
        4: "000000001250",
        11: "000007",
        32: "999999",
        35: "9999990000000014=3012101000000000000",
        41: "TERM0001",
        49: "978",
    },
)


def changed(dialect, number, length):
    """The message, with another length in the prefix of a field."""
    wire, field = dialect.pack(SALE), dialect.fields[number]
    size = len(SALE[number])
    at = wire.index(field.write(SALE[number]))
    prefix = field.prefix.encode(length)
    assert length != size
    return wire[:at] + prefix + wire[at + len(prefix) :]


@pytest.mark.parametrize("name", ["iso87-ascii", "iso87-ebcdic", "iso87-binary", "pos"])
@pytest.mark.parametrize(
    ("number", "length"), [(2, 12), (2, 18), (2, 0), (2, 99), (32, 2), (32, 10), (35, 30)]
)
def test_one_wrong_length_is_found(name, number, length):
    dialect = load_dialect(name)
    found = find_culprit(dialect, changed(dialect, number, length))
    assert found is not None
    assert (found.field.number, found.mended) == (number, len(SALE[number]))
    assert SALE[number] not in str(found)


def test_nothing_is_blamed_where_no_length_mends_it():
    ascii87 = load_dialect("iso87-ascii")
    wire = ascii87.pack(SALE)
    at = wire.index(b"TERM0001")
    assert find_culprit(ascii87, wire[:at] + b"\x00" + wire[at + 1 :]) is None
    assert find_culprit(ascii87, b"") is None
    assert find_culprit(ascii87, b"0200" + b"Z" * 40) is None


def test_a_value_that_was_cut_is_blamed_for_what_follows():
    ascii87 = load_dialect("iso87-ascii")
    wire = ascii87.pack(SALE)
    short = wire.replace(b"06999999", b"069999")
    found = find_culprit(ascii87, short)
    assert found is not None
    assert (found.field.number, found.said, found.mended) == (32, 6, 4)
