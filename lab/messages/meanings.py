"""What the codes and amounts of a message mean. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from string import digits
from typing import Final

from cardswitch.specs.amounts import currency, format_amount
from cardswitch.specs.codes import NETWORK_CODES, entry_text, processing_text, reason
from cardswitch.specs.dialect import Dialect
from cardswitch.specs.errors import FormatError
from cardswitch.specs.masking import open_fields, printable

AMOUNT: Final = 4
CURRENCY: Final = 49
_IN_FIELD_49: Final = "01"  # editions whose amounts have their currency there


def meaning_of(dialect: Dialect, number: int, value: str, currency_code: str = "") -> str:
    """What *value* of field *number* means; empty where nothing says it.

    An amount is one of the currency *currency_code*, field 49 of its message.

    >>> from cardswitch.specs.dialect import load_dialect
    >>> meaning_of(load_dialect("iso87-ascii"), 4, "000000001250", "978")
    '12.50 EUR'
    """
    if number == AMOUNT and dialect.version in _IN_FIELD_49:
        return printable(_amount(value, currency_code))
    reader = _READERS[dialect.version].get(number)
    return printable(reader(value) if reader else _told(dialect, number, value))


def _told(dialect: Dialect, number: int, value: str) -> str:
    """What the tables of the dialect say of an open field."""
    field = dialect.fields.get(number)
    if field is None or number not in open_fields(dialect.version):
        return ""
    return dialect.meaning(field, value)


def reason_text(code: str) -> str:
    """What *code* in field 39 means to the operator of a switch.

    >>> reason_text("51")
    'Insufficient funds'
    """
    return reason(code).meaning


def _network_text(code: str) -> str:
    return NETWORK_CODES.get(code, f"network management code {code}")


def _currency_text(code: str) -> str:
    try:
        known = currency(code)
    except FormatError:
        return f"{code}: no currency of ISO 4217"
    return f"{known.alpha}, {known.name}"


def _amount(minor: str, code: str) -> str:
    if not minor or minor.strip(digits):
        return "no amount"
    try:
        return f"{format_amount(int(minor), code)} {currency(code).alpha}"
    except FormatError:
        return f"{int(minor)} minor units of an unknown currency"


_READERS: Final[Mapping[str, Mapping[int, Callable[[str], str]]]] = {
    "0": {
        3: processing_text,
        22: entry_text,
        39: reason_text,
        CURRENCY: _currency_text,
        70: _network_text,
    },
    "1": {3: processing_text, CURRENCY: _currency_text},
    "2": {3: processing_text},
}
