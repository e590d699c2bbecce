"""PIN blocks of ISO 9564-1: formats 0, 1 and 3, from PIN to clear block of 8 bytes and back.

Each is sixteen nibbles: the format, the length of the PIN, the PIN, fill. Formats 0 and 3 are then
mixed with twelve digits of the account, so that a block is worth nothing for another card. Nothing
here is encrypted, and nothing random: fill comes in as an argument.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from .digits import UPPER_HEX, is_digits, is_pan
from .errors import PinRefused

PIN_LENGTHS: Final = range(4, 13)  # ISO 9564-1, 8.1
PAN12_LENGTH: Final = 12
# Enough for the shortest PIN: ten of the fourteen nibbles are fill.
FILL_LENGTH_MIN: Final = 5
_LENGTH_OF_NIBBLE: Final = {UPPER_HEX[length]: length for length in PIN_LENGTHS}
# Format 3 fills with A-F: those stand as they are, so that a test can choose them.
_FILL_OF_NIBBLE: Final = str.maketrans("0123456789", "ABCDEFABCD")


def pan12_of(pan: str) -> str:
    """The 12 right-most digits of *pan* without its check digit, zeros before a shorter one.

    Raises PinRefused (``account``). ISO 9564-1, 9.3.2:

    >>> pan12_of("9999990000000014")
    '999000000001'
    """
    if not is_pan(pan):
        raise PinRefused("account", "expected a PAN of 10 to 19 digits")
    return pan[-13:-1].zfill(PAN12_LENGTH)


def encode_pinblock_iso_0(pin: str, pan12: str) -> bytes:
    """Format 0: ``0``, length, PIN, fill of F; mixed with ``0000`` and *pan12*.

    Raises PinRefused: ``length``, ``digits``, ``account``. ISO 9564-1, 9.3.2; the known
    answer is of ANSI X9.24-1:2009, A.4:

    >>> encode_pinblock_iso_0("1234", "401234567890").hex().upper()
    '041274EDCBA9876F'
    """
    require_pin(pin)
    return _mix(f"0{len(pin):X}{pin:F<14}", pan12)


def decode_pinblock_iso_0(block: bytes, pan12: str) -> str:
    """The PIN of a format 0 *block*.

    Raises PinRefused: ``block``, ``control``, ``length``, ``digits``, ``fill``, ``account``.

    >>> decode_pinblock_iso_0(bytes.fromhex("041274EDCBA9876F"), "401234567890")
    '1234'
    """
    return _pin_of(_nibbles(_mix(_nibbles(block), pan12)), "0", "F")


def encode_pinblock_iso_1(pin: str, nonce: bytes) -> bytes:
    """Format 1: ``1``, length, PIN, then the first digits of *nonce* (5 bytes or more).

    For when no account is known. Raises PinRefused: ``length``, ``digits``, ``fill``.
    Known answer of openemv/pinblock:

    >>> encode_pinblock_iso_1("12345", bytes.fromhex("EDCBA98760")).hex().upper()
    '1512345EDCBA9876'
    """
    require_pin(pin)
    return bytes.fromhex(f"1{len(pin):X}{pin}{_fill(nonce)}"[:16])


def decode_pinblock_iso_1(block: bytes) -> str:
    """The PIN of a format 1 *block*, whatever its fill.

    Raises PinRefused: ``block``, ``control``, ``length``, ``digits``.

    >>> decode_pinblock_iso_1(bytes.fromhex("1512345EDCBA9876"))
    '12345'
    """
    return _pin_of(_nibbles(block), "1", UPPER_HEX)


def encode_pinblock_iso_3(pin: str, pan12: str, fill: bytes) -> bytes:
    """Format 3: ``3``, length, PIN, fill of A-F; mixed with ``0000`` and *pan12*.

    *fill* is 5 bytes or more; of its digits A-F stand, 0-9 become A-F.
    Raises PinRefused: ``length``, ``digits``, ``fill``, ``account``.

    >>> encode_pinblock_iso_3("1234", "550000025321", bytes.fromhex("AAAAAAAAAA")).hex().upper()
    '341261AAAAA8F98B'
    """
    require_pin(pin)
    return _mix(f"3{len(pin):X}{pin}{_fill(fill).translate(_FILL_OF_NIBBLE)}"[:16], pan12)


def decode_pinblock_iso_3(block: bytes, pan12: str) -> str:
    """The PIN of a format 3 *block*.

    Raises PinRefused: ``block``, ``control``, ``length``, ``digits``, ``fill``, ``account``.

    >>> decode_pinblock_iso_3(bytes.fromhex("341261AAAAA8F98B"), "550000025321")
    '1234'
    """
    return _pin_of(_nibbles(_mix(_nibbles(block), pan12)), "3", "ABCDEF")


_ENCODERS: Final[dict[str, Callable[[str, str, bytes], bytes]]] = {
    "01": lambda pin, pan12, fill: encode_pinblock_iso_0(pin, pan12),
    "05": lambda pin, pan12, fill: encode_pinblock_iso_1(pin, fill),
    "47": encode_pinblock_iso_3,
}
_DECODERS: Final[dict[str, Callable[[bytes, str], str]]] = {
    "01": decode_pinblock_iso_0,
    "05": lambda block, pan12: decode_pinblock_iso_1(block),
    "47": decode_pinblock_iso_3,
}
# HSM format codes: ISO formats 0, 1 and 3.
FORMAT_CODES: Final = frozenset(_ENCODERS)


def encode_pinblock(code: str, pin: str, pan12: str, fill: bytes = b"") -> bytes:
    """The block of HSM format *code*: ``01`` ISO 0, ``05`` ISO 1, ``47`` ISO 3 (these two fill).

    Raises PinRefused: ``format``, else as the format itself.

    >>> encode_pinblock("01", "1234", "550000025321").hex().upper()
    '041261FFFFFDACDE'
    """
    encode = _ENCODERS.get(code)
    if encode is None:
        raise PinRefused("format", "expected a PIN block format code of 01, 05 or 47")
    return encode(pin, pan12, fill)


def decode_pinblock(code: str, block: bytes, pan12: str) -> str:
    """The PIN of a *block* of HSM format *code*; undoes :func:`encode_pinblock`.

    Raises PinRefused: ``format``, else as the format itself.

    >>> decode_pinblock("01", bytes.fromhex("041261FFFFFDACDE"), "550000025321")
    '1234'
    """
    decode = _DECODERS.get(code)
    if decode is None:
        raise PinRefused("format", "expected a PIN block format code of 01, 05 or 47")
    return decode(block, pan12)


def require_pin(pin: str) -> None:
    """Raise PinRefused (``length``, ``digits``) unless *pin* is 4 to 12 digits."""
    if len(pin) not in PIN_LENGTHS:
        raise PinRefused("length", "expected a PIN of 4 to 12 digits")
    if not is_digits(pin, len(pin)):
        raise PinRefused("digits", "expected a PIN of the digits 0-9 alone")


def require_account(pan12: str) -> None:
    """Raise PinRefused (``account``) unless *pan12* is 12 digits."""
    if not is_digits(pan12, PAN12_LENGTH):
        raise PinRefused("account", "expected 12 digits of the account (pan12_of gives them)")


def _mix(nibbles: str, pan12: str) -> bytes:
    require_account(pan12)
    return (int(nibbles, 16) ^ int(pan12, 16)).to_bytes(8, "big")


def _nibbles(block: bytes) -> str:
    if len(block) != 8:
        raise PinRefused("block", f"expected a PIN block of 8 bytes, seen {len(block)}")
    return block.hex().upper()


def _fill(fill: bytes) -> str:
    if len(fill) < FILL_LENGTH_MIN:
        raise PinRefused("fill", f"expected 5 bytes of fill or more, seen {len(fill)}")
    return fill.hex().upper()


def _pin_of(nibbles: str, control: str, fill: str) -> str:
    if nibbles[0] != control:
        raise PinRefused("control", "expected the PIN block of another format, key or account")
    length = _LENGTH_OF_NIBBLE.get(nibbles[1])
    if length is None:
        raise PinRefused("length", "expected a PIN block that holds 4 to 12 digits")
    pin = nibbles[2 : 2 + length]
    if not is_digits(pin, length):
        raise PinRefused("digits", "expected a PIN block whose PIN is decimal")
    if nibbles[2 + length :].strip(fill):
        raise PinRefused("fill", "expected a PIN block with its format's fill")
    return pin
