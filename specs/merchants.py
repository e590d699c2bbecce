"""Which names of merchants (field 42) banks can carry: a deposit names its merchant."""

from __future__ import annotations

from string import ascii_letters, digits
from typing import Final

from .masking import printable

MERCHANT_ID_MAX: Final = 15  # Field 42 of ISO 8583 is ans 15.
# What every bank carries in an identifier (EPC 217-08).
ID_CHARACTERS: Final = frozenset(ascii_letters + digits + "-?:().,'+ ")


def is_merchant_id(text: str) -> bool:
    """Whether deposits can be made to *text*: what banks carry in a reference, and no blank ends.

    >>> is_merchant_id("SHOP0001"), is_merchant_id("=1+1|x"), is_merchant_id("")
    (True, False, False)
    """
    return 0 < len(text) <= MERCHANT_ID_MAX and text == text.strip() and set(text) <= ID_CHARACTERS


def no_merchant_id(text: str) -> str:
    """What is wrong with *text*, which is no merchant id, in words for the configuration."""
    return (
        f"no merchant id {printable(text, 20)!r}: expected 1 to {MERCHANT_ID_MAX} of "
        "letters, digits, space and -?:().,'+ since banks carry no others"
    )
