"""PIN blocks of ISO 9564-1, formats 0 to 3: from PIN to clear block of 8 bytes and back.

Each is sixteen nibbles: the format, the length of the PIN, the PIN, fill. Formats 0 and 3 are then
mixed with twelve digits of the account, so that a block is worth nothing for another card. Nothing
here is encrypted, and nothing random: fill comes in as an argument.
"""

from __future__ import annotations

from typing import Final

from .digits import UPPER_HEX, is_digits
from .errors import PinRefused
from .pins import PIN_LENGTHS, require_account, require_pin

PINBLOCK_LENGTH: Final = 8
# Enough for the shortest PIN: ten of the fourteen nibbles are fill.
FILL_LENGTH_MIN: Final = 5
_LENGTH_OF_NIBBLE: Final = {UPPER_HEX[length]: length for length in PIN_LENGTHS}
# Format 3 fills with A-F: those stand as they are, so that a test can choose them.
_FILL_OF_NIBBLE: Final = str.maketrans("0123456789", "ABCDEFABCD")


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
    return pin_of_nibbles(_nibbles(_mix(_nibbles(block), pan12)), "0", "F")


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
    return pin_of_nibbles(_nibbles(block), "1", UPPER_HEX)


def encode_pinblock_iso_2(pin: str) -> bytes:
    """Format 2: ``2``, length, PIN, fill of F, for the chip of a card and never for a line.

    Raises PinRefused: ``length``, ``digits``. ISO 9564-1 and EMV Book 3, 6.5.12; the known answer
    is psec's:

    >>> encode_pinblock_iso_2("123456789012").hex().upper()
    '2C123456789012FF'
    """
    require_pin(pin)
    return bytes.fromhex(f"2{len(pin):X}{pin:F<14}")


def decode_pinblock_iso_2(block: bytes) -> str:
    """The PIN of a format 2 *block*.

    Raises PinRefused: ``block``, ``control``, ``length``, ``digits``, ``fill``.

    >>> decode_pinblock_iso_2(bytes.fromhex("2C123456789012FF"))
    '123456789012'
    """
    return pin_of_nibbles(_nibbles(block), "2", "F")


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
    return pin_of_nibbles(_nibbles(_mix(_nibbles(block), pan12)), "3", "ABCDEF")


def pin_of_nibbles(nibbles: str, control: str, fill: str) -> str:
    """The PIN of *nibbles* (16) that begin with *control* and end with any of *fill*.

    Raises PinRefused: ``control``, ``length``, ``fill``, ``digits``, in this order.

    >>> pin_of_nibbles("441234AAAAAAAAAA", "4", "A")
    '1234'
    """
    if nibbles[0] != control:
        raise PinRefused("control", "expected the PIN block of another format, key or account")
    length = _LENGTH_OF_NIBBLE.get(nibbles[1])
    if length is None:
        raise PinRefused("length", "expected a PIN block that holds 4 to 12 digits")
    pin = nibbles[2 : 2 + length]
    # Before the digits: where those alone are passed over, no other fault may tell of them.
    if nibbles[2 + length :].strip(fill):
        raise PinRefused("fill", "expected a PIN block with its format's fill")
    if not is_digits(pin, length):
        raise PinRefused("digits", "expected a PIN block whose PIN is decimal")
    return pin


def _mix(nibbles: str, pan12: str) -> bytes:
    require_account(pan12)
    return (int(nibbles, 16) ^ int(pan12, 16)).to_bytes(PINBLOCK_LENGTH, "big")


def _nibbles(block: bytes) -> str:
    if len(block) != PINBLOCK_LENGTH:
        raise PinRefused("block", f"expected a PIN block of 8 bytes, seen {len(block)}")
    return block.hex().upper()


def _fill(fill: bytes) -> str:
    if len(fill) < FILL_LENGTH_MIN:
        raise PinRefused("fill", f"expected 5 bytes of fill or more, seen {len(fill)}")
    return fill.hex().upper()
