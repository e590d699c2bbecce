"""The value of a field as people see it: masked, unless it is asked for *unsafe*. Pure."""

from __future__ import annotations

from typing import Final

from cardswitch.specs.masking import OPEN_FIELDS, mask_field, star_pans
from cardswitch.specs.message import Message

VALUE_SIZE_MAX: Final = 9999  # characters shown; no field is longer


def show_value(number: int, value: str, unsafe: bool, edition: str = "0") -> str:
    """The value of field *number*, masked unless *unsafe*; so is a card number in free text.

    >>> show_value(2, "9999990000000014", False), show_value(44, "SEE 9999990000000014", False)
    ('999999******0014', 'SEE ****************')
    """
    return value if unsafe else mask_field(number, value, edition)


def shield(message: Message) -> Message:
    """*message*, of which not all could be read, without what may be a card number in open fields.

    Where a length is wrong, a number may have slipped into a field that never has one.

    >>> shield(Message("0200", {11: "000001", 42: "9999990000000014"}))
    <0200 11=000001, 42=****************>
    """
    fields = {number: star_pans(value) for number, value in message.fields.items()}
    closed = {n: value for n, value in message.fields.items() if n not in OPEN_FIELDS}
    return Message(message.mti, {**fields, **closed}, message.header)
