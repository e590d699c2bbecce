"""Field 54: what is packed is read again, and what others mean by it is left alone."""

import pytest

from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import EncodeError
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.additional import (
    AVAILABLE,
    LEDGER,
    AdditionalAmount,
    cash_of,
    pack_additional,
    pack_cash,
    read_additional,
)

HELD = AdditionalAmount("00", LEDGER, "978", 10_000)
OWED = AdditionalAmount("30", AVAILABLE, "840", -1_250)


def test_what_is_packed_is_read_again():
    packed = pack_additional([HELD, OWED])
    assert packed == "0001978C000000010000" + "3002840D000000001250"
    assert read_additional(packed) == (HELD, OWED)


def test_the_dialect_has_the_same_groups():
    dialect = load_dialect("iso87-ascii")
    message = Message("0210", {54: pack_additional([HELD])})
    parts = [dialect.read(message, f"54.1.{n}") for n in range(1, 5)]
    assert parts == ["00", "01", "978", "C000000010000"]


@pytest.mark.parametrize(
    "value", ["", "000000000250", "0001978X000000010000", "0001000C000000010000", "x" * 120]
)
def test_what_has_another_form_is_no_amount(value):
    assert read_additional(value) == ()
    assert read_additional(pack_additional([HELD]) + value) == (HELD,)


@pytest.mark.parametrize(
    ("value", "cash"),
    [
        (pack_cash(2000, "978"), 2000),
        ("0040978C000000002000", 2000),
        (pack_additional([HELD]) + pack_cash(2000, "978"), 2000),
        (pack_cash(2000, "840"), 0),
        (pack_cash(2000, "978") * 2, 0),
        (pack_additional([HELD]), 0),
        ("000000002000", 0),
        ("", 0),
    ],
)
def test_how_much_is_paid_out(value, cash):
    assert cash_of(value, "978") == cash


def test_an_amount_has_twelve_digits():
    with pytest.raises(EncodeError):
        pack_additional([AdditionalAmount("00", LEDGER, "978", 10**12)])
