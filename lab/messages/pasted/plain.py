"""Hex and base64 become bytes. Pure.

An error gives the byte position, never the text: it may be a card number.
"""

from __future__ import annotations

import string
from binascii import Error as Base64Error
from binascii import a2b_base64, unhexlify
from typing import Final

from cardswitch.specs.errors import FormatError

INPUT_SIZE_MAX: Final = 1 << 20  # bytes; a frame has at most 64 KiB: more is the wrong file
_BLANK: Final = frozenset(string.whitespace.encode())
_HEX: Final = frozenset(string.hexdigits.encode())
_BASE64: Final = frozenset((string.ascii_letters + string.digits + "+/=").encode())


def read_hex(given: bytes) -> bytes:
    """Pairs of hex digits, upper or lower case, white space anywhere; FormatError with the offset.

    >>> read_hex(b"0200 4a 0B").hex()
    '02004a0b'
    """
    hint = "hex digits and white space alone; --format auto reads dumps and lists as well"
    clean = _without_blanks(given, _HEX, "a hexadecimal digit", hint)
    if len(clean) % 2:
        raise FormatError(
            "pairs of hexadecimal digits", code="input-form", seen=f"{len(clean)} digits"
        )
    return unhexlify(clean)


def read_base64(given: bytes) -> bytes:
    """Base64 of RFC 4648, section 4, white space anywhere; FormatError, with the offset if known.

    >>> read_base64(b"AgA=").hex()
    '0200'
    """
    clean = _without_blanks(given, _BASE64, "a character of base64", "is it hex, or raw?")
    try:
        return a2b_base64(clean, strict_mode=True)
    except Base64Error:
        raise FormatError(
            "whole base64", code="input-form", hint="was it cut, or padded with too few =?"
        ) from None


def _without_blanks(given: bytes, allowed: frozenset[int], expected: str, hint: str) -> bytes:
    for at, byte in enumerate(given):
        if byte not in allowed and byte not in _BLANK:
            raise FormatError(expected, code="input-form", offset=at, hint=hint)
    return bytes(byte for byte in given if byte not in _BLANK)
