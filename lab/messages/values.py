"""The value of a field as people see it: masked, unless it is asked for *unsafe*. Pure."""

from __future__ import annotations

import re
from typing import Final

from cardswitch.specs.masking import OPEN_FIELDS, PAN_DIGITS_USUAL, mask_field
from cardswitch.specs.message import Message

VALUE_SIZE_MAX: Final = 9999  # characters shown; no field is longer
_FREE_TEXT: Final = frozenset([43, 44])  # shown, although free text may hold a card number
_RUN: Final = re.compile(f"[0-9]{{{PAN_DIGITS_USUAL},}}")


def show_value(number: int, value: str, unsafe: bool, edition: str = "0") -> str:
    """The value of field *number*, masked unless *unsafe*; so is a card number in free text.

    >>> show_value(2, "9999990000000014", False), show_value(44, "SEE 9999990000000014", False)
    ('999999******0014', 'SEE ****************')
    """
    if unsafe:
        return value
    if number in _FREE_TEXT:
        return _RUN.sub(_starred, value)
    return mask_field(number, value, edition)


def shield(message: Message) -> Message:
    """*message*, of which not all could be read, without what may be a card number in open fields.

    Where a length is wrong, a number may have slipped into a field that never has one.

    >>> shield(Message("0200", {11: "000001", 42: "9999990000000014"}))
    <0200 11=000001, 42=****************>
    """
    fields = {number: _RUN.sub(_starred, value) for number, value in message.fields.items()}
    closed = {n: value for n, value in message.fields.items() if n not in OPEN_FIELDS}
    return Message(message.mti, {**fields, **closed}, message.header)


def _starred(run: re.Match[str]) -> str:
    """Stars: a card number of which a digit was lost checks no more, and is one all the same."""
    return "*" * len(run[0])
