"""The value of a field as people see it: masked, unless it is asked for *unsafe*. Pure."""

from __future__ import annotations

import re
from typing import Final

from cardswitch.specs.masking import PAN_DIGITS_USUAL, mask_field

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


def _starred(run: re.Match[str]) -> str:
    """Stars: a card number of which a digit was lost checks no more, and is one all the same."""
    return "*" * len(run[0])
