"""Pasted text becomes bytes and back: hex, base64, or the raw bytes of a message.

Pure. An error gives the byte position, never the text: it may be a card number.
"""

from __future__ import annotations

import string
from base64 import b64encode
from binascii import Error as Base64Error
from binascii import a2b_base64, unhexlify
from collections.abc import Callable, Mapping
from typing import Final

from cardswitch.specs.dialect import Dialect
from cardswitch.specs.errors import FormatError

INPUT_SIZE_MAX: Final = 1 << 20  # bytes; a frame has at most 64 KiB: more is the wrong file
_BLANK: Final = frozenset(string.whitespace.encode())
_HEX: Final = frozenset(string.hexdigits.encode())
_BASE64: Final = frozenset((string.ascii_letters + string.digits + "+/=").encode())
_PRINTABLE: Final = frozenset(range(0x20, 0x7F))


def read_bytes(given: bytes, form: str, dialect: Dialect, skip: int = 0) -> bytes:
    """The message, without its first *skip* bytes, that *given* writes in *form*.

    *form* is ``hex``, ``base64``, ``raw``, or ``auto``: the one of them that begins with an MTI of
    *dialect*. FormatError says what cannot be read, with the byte of *given*; never the byte.

    >>> from cardswitch.specs.dialect import load_dialect
    >>> read_bytes(b"08 00 20", "auto", load_dialect("pos")).hex()
    '080020'
    """
    if len(given) > INPUT_SIZE_MAX:
        raise FormatError(f"at most {INPUT_SIZE_MAX} bytes of input", code="input-size")
    data = _guess(given, dialect, skip) if form == "auto" else _READERS[form](given)
    if len(data) <= skip:
        raise FormatError(
            f"a message of more than {skip} bytes", code="input-size", seen=f"{len(data)} bytes"
        )
    return data[skip:]


def read_hex(given: bytes) -> bytes:
    """Pairs of hex digits, upper or lower case, white space anywhere; FormatError with the offset.

    >>> read_hex(b"0200 4a 0B").hex()
    '02004a0b'
    """
    hint = "hex digits and white space alone: no 0x, no colons, no offsets of a dump"
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


_READERS: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "hex": read_hex,
    "base64": read_base64,
    "raw": bytes,
}


def _guess(given: bytes, dialect: Dialect, skip: int) -> bytes:
    """The first reading that begins with an MTI; if none does, the first that is possible."""
    size = dialect.mti.size(4)
    at = skip + dialect.header_size
    readings = []
    for read in read_hex, _raw, read_base64:
        try:
            readings.append(read(given))
        except FormatError:
            # Hex that goes wrong further on is wrong hex, and no other form.
            start = _start_of_hex(given, at, size)
            if read is read_hex and start in dialect.mtis:
                raise
    right = (data for data in readings if data[at : at + size] in dialect.mtis)
    return next(right, readings[0])


def _start_of_hex(given: bytes, at: int, size: int) -> bytes:
    """The *size* bytes from byte *at* on, if hex stands there; else nothing."""
    digits = bytes(byte for byte in given if byte not in _BLANK)[2 * at : 2 * (at + size)]
    return read_hex(digits) if _HEX.issuperset(digits) and len(digits) == 2 * size else b""


def _raw(given: bytes) -> bytes:
    """*given* itself, without the line end that a shell puts after text."""
    text = given.rstrip(b"\r\n")
    return text if _PRINTABLE.issuperset(text) else given


def write_bytes(data: bytes, form: str) -> bytes:
    """*data* as a line of ``hex`` or ``base64``, or ``raw``.

    >>> write_bytes(b"\\x02\\x00", "hex"), write_bytes(b"\\x02\\x00", "base64")
    (b'0200\\n', b'AgA=\\n')
    """
    if form == "raw":
        return data
    return (data.hex().upper().encode() if form == "hex" else b64encode(data)) + b"\n"
