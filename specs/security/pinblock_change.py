"""From one ISO 9564-1 format that is bound to a card to another, without a look at the digits.

A translation that refuses a PIN with a digit above 9 tells whoever asks, by changing the account
digit by digit, which digits the PIN has. So the digits are moved as they are (ISO 9564-1:2017, 9.3:
an intermediate node needs no clear PIN), and only what is the same for every PIN is checked.
"""

from __future__ import annotations

from typing import Final

from .digits import UPPER_HEX
from .errors import PinRefused
from .pinblock_iso import FILL_LENGTH_MIN, PINBLOCK_LENGTH
from .pins import PIN_LENGTHS, require_account

# By HSM format code: the control nibble, and the nibbles that may fill the block up.
BOUND_FORMATS: Final = {"01": ("0", "F"), "47": ("3", "ABCDEF")}
_LENGTH_OF_NIBBLE: Final = {UPPER_HEX[length]: length for length in PIN_LENGTHS}
_PIN_AT: Final = 2
_FILL_OF_NIBBLE: Final = str.maketrans("0123456789", "ABCDEFABCD")


def change_pinblock_iso(
    source: str, target: str, block: bytes, pan12: str, fill: bytes = b""
) -> tuple[bytes, int]:
    """*block* of format *source* as one of *target*, and how many digits the PIN has.

    Both are HSM format codes, 01 (ISO 0) or 47 (ISO 3); *fill*, 5 random bytes, is for 47 alone.
    Raises PinRefused: ``format``, ``block``, ``control``, ``length``, ``fill``, ``account``.

    >>> changed, length = change_pinblock_iso(
    ...     "01", "47", bytes.fromhex("041261FFFFFDACDE"), "550000025321", bytes.fromhex("AA" * 5))
    >>> changed.hex().upper(), length
    ('341261AAAAA8F98B', 4)
    """
    if target not in BOUND_FORMATS:
        raise PinRefused("format", "expected PIN block formats 01 or 47")
    digits = _digits_of(source, block, pan12)
    if source == target and not needs_fill(target):
        return block, len(digits)
    changed = f"{BOUND_FORMATS[target][0]}{len(digits):X}{digits}{_filling(target, fill)}"
    mixed = int(changed[:16], 16) ^ int(pan12, 16)
    return mixed.to_bytes(PINBLOCK_LENGTH, "big"), len(digits)


def needs_fill(target: str) -> bool:
    """Whether blocks of format *target* take random bytes.

    >>> needs_fill("01"), needs_fill("47")
    (False, True)
    """
    return len(BOUND_FORMATS[target][1]) > 1


def fold_pinblock_iso(code: str, block: bytes, pan12: str) -> str:
    """As many digits as the PIN in *block* of format *code* has: the PIN, if *pan12* is its own.

    A digit above 9 becomes the one that is ten less, so that the result always looks like a PIN.
    Raises PinRefused as :func:`change_pinblock_iso`.

    >>> fold_pinblock_iso("01", bytes.fromhex("041261FFFFFDACDE"), "550000025321")
    '1234'
    >>> fold_pinblock_iso("01", bytes.fromhex("041261FFFFFDACDE"), "950000025321")  # 3 is F: 5
    '1254'
    """
    return "".join(str(int(digit, 16) % 10) for digit in _digits_of(code, block, pan12))


def _digits_of(code: str, block: bytes, pan12: str) -> str:
    """The nibbles of the PIN in *block*, whichever they are."""
    if code not in BOUND_FORMATS:
        raise PinRefused("format", "expected PIN block formats 01 or 47")
    if len(block) != PINBLOCK_LENGTH:
        raise PinRefused("block", f"expected a PIN block of 8 bytes, seen {len(block)}")
    require_account(pan12)
    control, filling = BOUND_FORMATS[code]
    nibbles = f"{int.from_bytes(block, 'big') ^ int(pan12, 16):016X}"
    length = _LENGTH_OF_NIBBLE.get(nibbles[1])
    if nibbles[0] != control:
        raise PinRefused("control", "expected the PIN block of another format, key or account")
    if length is None:
        raise PinRefused("length", "expected a PIN block that holds 4 to 12 digits")
    end = _PIN_AT + length
    if nibbles[end:].strip(filling):
        raise PinRefused("fill", "expected a PIN block with its format's fill")
    return nibbles[_PIN_AT:end]


def _filling(target: str, fill: bytes) -> str:
    """Enough of what fills up a block of format *target*."""
    letters = BOUND_FORMATS[target][1]
    if len(letters) == 1:
        return letters * 16
    if len(fill) < FILL_LENGTH_MIN:
        raise PinRefused("fill", f"expected {FILL_LENGTH_MIN} bytes of fill or more")
    return fill.hex().upper().translate(_FILL_OF_NIBBLE)
