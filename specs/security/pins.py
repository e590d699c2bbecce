"""What counts as a PIN and as an account, for everything that takes one or the other."""

from __future__ import annotations

from typing import Final

from .. import tracks
from .digits import is_digits, is_pan
from .errors import PinRefused

PAN12_LENGTH: Final = tracks.PAN12_LENGTH
PIN_LENGTHS: Final = range(4, 13)  # ISO 9564-1, 8.1


def pan12_of(pan: str) -> str:
    """The 12 right-most digits of *pan* without its check digit, zeros before a shorter one.

    Raises PinRefused (``account``). ISO 9564-1, 9.3.2:

    >>> pan12_of("9999990000000014")
    '999000000001'
    """
    require_pan(pan)
    return tracks.pan12_of(pan)


def require_pin(pin: str) -> None:
    """Raise PinRefused (``length``, ``digits``) unless *pin* is 4 to 12 digits."""
    if len(pin) not in PIN_LENGTHS:
        raise PinRefused("length", "expected a PIN of 4 to 12 digits")
    if not is_digits(pin, len(pin)):
        raise PinRefused("digits", "expected a PIN of the digits 0-9 alone")


def require_pan(pan: str) -> None:
    """Raise PinRefused (``account``) unless *pan* is 10 to 19 digits."""
    if not is_pan(pan):
        raise PinRefused("account", "expected a PAN of 10 to 19 digits")


def require_account(pan12: str) -> None:
    """Raise PinRefused (``account``) unless *pan12* is 12 digits."""
    if not is_digits(pan12, PAN12_LENGTH):
        raise PinRefused("account", "expected 12 digits of the account (pan12_of gives them)")
