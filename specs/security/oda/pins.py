"""A PIN that the card itself checks, in clear or enciphered (EMV 4.3 Book 2, 7; Book 3, 6.5.12)."""

from __future__ import annotations

from typing import Final

from ..errors import CertificateRefused
from ..pinblock_iso import encode_pinblock_iso_2
from .certificates import OdaKey

CHALLENGE_LENGTH: Final = 8
_HEADER: Final = b"\x7f"
_BLOCK_LENGTH: Final = 8


def fill_length(key: OdaKey) -> int:
    """How many random bytes :func:`encipher_pin` takes: all but header, PIN block and challenge."""
    return len(key.modulus) - len(_HEADER) - _BLOCK_LENGTH - CHALLENGE_LENGTH


def encipher_pin(key: OdaKey, pin: str, challenge: bytes, fill: bytes) -> bytes:
    """*pin* for VERIFY under the card's *key*, or that for PINs: 7F, block, *challenge*, *fill*.

    *challenge* is the card's 8 bytes, *fill* as many random ones as :func:`fill_length` says.
    Raises PinRefused, CertificateRefused: ``length``.
    """
    if len(challenge) != CHALLENGE_LENGTH or len(fill) != fill_length(key):
        expected = f"expected a challenge of 8 bytes and {fill_length(key)} of fill"
        raise CertificateRefused("length", expected)
    return key.open(_HEADER + encode_pinblock_iso_2(pin) + challenge + fill)
