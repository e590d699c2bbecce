"""PIN blocks of 8 bytes by the format codes of HSM commands: ISO formats 0 to 3, and Diebold's.

Format 4 (code 48) is twice as long and cannot be made without its key: :mod:`.pinblock_iso_4`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from .errors import PinRefused
from .pinblock_iso import (
    FILL_LENGTH_MIN,
    PINBLOCK_LENGTH,
    decode_pinblock_iso_0,
    decode_pinblock_iso_1,
    decode_pinblock_iso_2,
    decode_pinblock_iso_3,
    encode_pinblock_iso_0,
    encode_pinblock_iso_1,
    encode_pinblock_iso_2,
    encode_pinblock_iso_3,
)
from .pins import PAN12_LENGTH, PIN_LENGTHS, pan12_of, require_account, require_pin

__all__ = [
    "FILL_LENGTH_MIN",
    "FORMAT_CODES",
    "PAN12_LENGTH",
    "PINBLOCK_LENGTH",
    "PIN_LENGTHS",
    "decode_pinblock",
    "decode_pinblock_diebold",
    "decode_pinblock_iso_0",
    "decode_pinblock_iso_1",
    "decode_pinblock_iso_2",
    "decode_pinblock_iso_3",
    "encode_pinblock",
    "encode_pinblock_diebold",
    "encode_pinblock_iso_0",
    "encode_pinblock_iso_1",
    "encode_pinblock_iso_2",
    "encode_pinblock_iso_3",
    "pan12_of",
    "require_account",
    "require_pin",
]


def encode_pinblock_diebold(pin: str) -> bytes:
    """Diebold's format, IBM's 3624 with the pad F: the PIN and nothing but F after it.

    Raises PinRefused: ``length``, ``digits``. The layout is that of the IBM CCA manuals:

    >>> encode_pinblock_diebold("123456").hex().upper()
    '123456FFFFFFFFFF'
    """
    require_pin(pin)
    return bytes.fromhex(f"{pin:F<16}")


def decode_pinblock_diebold(block: bytes) -> str:
    """The PIN of a *block* of :func:`encode_pinblock_diebold`: it ends where the F begin.

    Raises PinRefused: ``block``, ``length``, ``digits``.

    >>> decode_pinblock_diebold(bytes.fromhex("123456FFFFFFFFFF"))
    '123456'
    """
    if len(block) != PINBLOCK_LENGTH:
        raise PinRefused("block", f"expected a PIN block of 8 bytes, seen {len(block)}")
    pin = block.hex().upper().rstrip("F")
    require_pin(pin)
    return pin


_ENCODERS: Final[dict[str, Callable[[str, str, bytes], bytes]]] = {
    "01": lambda pin, pan12, fill: encode_pinblock_iso_0(pin, pan12),
    "03": lambda pin, pan12, fill: encode_pinblock_diebold(pin),
    "05": lambda pin, pan12, fill: encode_pinblock_iso_1(pin, fill),
    "34": lambda pin, pan12, fill: encode_pinblock_iso_2(pin),
    "47": encode_pinblock_iso_3,
}
_DECODERS: Final[dict[str, Callable[[bytes, str], str]]] = {
    "01": decode_pinblock_iso_0,
    "03": lambda block, pan12: decode_pinblock_diebold(block),
    "05": lambda block, pan12: decode_pinblock_iso_1(block),
    "34": lambda block, pan12: decode_pinblock_iso_2(block),
    "47": decode_pinblock_iso_3,
}
# HSM format codes: ISO 0, Diebold, ISO 1, ISO 2, ISO 3. Which of them are allowed is a policy's.
FORMAT_CODES: Final = frozenset(_ENCODERS)


def encode_pinblock(code: str, pin: str, pan12: str, fill: bytes = b"") -> bytes:
    """The block of HSM format *code*: 01 ISO 0, 03 Diebold, 05 ISO 1, 34 ISO 2, 47 ISO 3.

    *fill*, 5 random bytes or more, is for 05 and 47 alone; 03, 05 and 34 leave *pan12* out.
    Raises PinRefused: ``format``, else as the format itself.

    >>> encode_pinblock("01", "1234", "550000025321").hex().upper()
    '041261FFFFFDACDE'
    """
    encode = _ENCODERS.get(code)
    if encode is None:
        raise _unknown_format()
    return encode(pin, pan12, fill)


def decode_pinblock(code: str, block: bytes, pan12: str) -> str:
    """The PIN of a *block* of HSM format *code*; undoes :func:`encode_pinblock`.

    Raises PinRefused: ``format``, else as the format itself.

    >>> decode_pinblock("01", bytes.fromhex("041261FFFFFDACDE"), "550000025321")
    '1234'
    """
    decode = _DECODERS.get(code)
    if decode is None:
        raise _unknown_format()
    return decode(block, pan12)


def _unknown_format() -> PinRefused:
    return PinRefused("format", "expected a PIN block format code of 01, 03, 05, 34 or 47")
