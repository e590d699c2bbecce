"""What the codes and amounts of a message mean. Pure."""

from __future__ import annotations

from collections.abc import Callable
from string import digits

from cardswitch.specs.amounts import currency, format_amount
from cardswitch.specs.codes import NETWORK_CODES, entry_text, processing_text, reason
from cardswitch.specs.dialect import Dialect
from cardswitch.specs.errors import FormatError
from cardswitch.specs.masking import open_fields, printable
from cardswitch.specs.message import Message


def meanings_of(dialect: Dialect, message: Message) -> list[tuple[int, str]]:
    """Numbers of fields that carry a code or an amount, and what it means."""
    readers: dict[int, Callable[[str], str]] = {3: processing_text}
    if dialect.version != "2":
        readers |= {4: lambda value: _amount(value, message.get(49)), 49: _currency_text}
    if dialect.version == "0":
        readers |= {22: entry_text, 39: reason_text}
        readers[70] = lambda code: NETWORK_CODES.get(code, f"network management code {code}")
    told = (
        (number, readers[number](value) if number in readers else _told(dialect, number, value))
        for number, value in sorted(message.fields.items())
    )
    return [(number, printable(meaning)) for number, meaning in told if meaning]


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
