"""MDC-2 (ISO/IEC 10118-2, hash function 2 with DES): a hash of two halves that DES makes."""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

from .tdes import BLOCK_LENGTH, xor

_HALF: Final = BLOCK_LENGTH // 2
_LEFT_START: Final = bytes([0x52] * BLOCK_LENGTH)
_RIGHT_START: Final = bytes([0x25] * BLOCK_LENGTH)


def hash_mdc2(data: bytes) -> bytes:
    """The 16 bytes of *data*, which is filled up with zeros to whole blocks of 8.

    The known answer is of OpenSSL's own test, padding 1:

    >>> hash_mdc2(b"Now is the time for all ").hex().upper()
    '42E50CD224BACEBA760BDD2BD409281A'
    """
    left, right = _LEFT_START, _RIGHT_START
    for start in range(0, len(data), BLOCK_LENGTH):
        block = data[start : start + BLOCK_LENGTH].ljust(BLOCK_LENGTH, b"\x00")
        one, other = _step(left, 0x40, block), _step(right, 0x20, block)
        left, right = one[:_HALF] + other[_HALF:], other[:_HALF] + one[_HALF:]
    return left + right


def _step(key: bytes, marked: int, block: bytes) -> bytes:
    """*block* under *key*, whose second and third bit are those of *marked*, mixed with itself."""
    des = bytes([key[0] & 0x9F | marked]) + key[1:]
    # Keys are new with every block: none is kept.
    encryptor = Cipher(TripleDES(des * 3), modes.ECB()).encryptor()  # noqa: S305
    return xor(encryptor.update(block) + encryptor.finalize(), block)
