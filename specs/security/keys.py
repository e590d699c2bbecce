"""What can be told of a key by itself: check value; of a DES key parity, weak and equal parts."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from .aes import AES_BLOCK_LENGTH
from .cmac import generate_cmac_aes
from .errors import KeyRefused
from .tdes import BLOCK_LENGTH, KEY_LENGTHS, encrypt_tdes_ecb

# Each byte with its lowest bit set so that it has an odd number of ones.
_ODD_PARITY: Final = bytes(n ^ (n.bit_count() % 2 == 0) for n in range(256))
# NIST SP 800-67 rev. 2, 3.3.2: 4 weak keys (each undoes itself), 6 pairs of semi-weak ones (each
# undoes its partner).
WEAK_KEYS: Final = frozenset(
    bytes.fromhex(key)
    for key in (
        *("0101010101010101", "FEFEFEFEFEFEFEFE", "E0E0E0E0F1F1F1F1", "1F1F1F1F0E0E0E0E"),
        *("01FE01FE01FE01FE", "FE01FE01FE01FE01", "1FE01FE00EF10EF1", "E01FE01FF10EF10E"),
        *("01E001E001F101F1", "E001E001F101F101", "1FFE1FFE0EFE0EFE", "FE1FFE1FFE0EFE0E"),
        *("011F011F010E010E", "1F011F010E010E01", "E0FEE0FEF1FEF1FE", "FEE0FEE0FEF1FEF1"),
    )
)


def key_check_value(key: bytes, length: int = 3) -> bytes:
    """The first *length* (1 to 8) bytes of eight zero bytes encrypted under *key*.

    Raises KeyRefused (``length``). ANSI X9.24-1; known answer of jPOS JCESecurityModuleTest:

    >>> key_check_value(bytes.fromhex("13345779133457791334577913345779")).hex().upper()
    '6FB1C8'
    """
    return encrypt_tdes_ecb(key, bytes(BLOCK_LENGTH))[:length]


def key_check_value_aes(key: bytes, length: int = 5) -> bytes:
    """The first *length* (1 to 16) bytes of the CMAC of sixteen zero bytes under an AES *key*.

    Raises KeyRefused (``length``) and CryptoError. ANSI X9.24-1:2017, annex A; the known answer is
    of openemv/tr31:

    >>> key_check_value_aes(bytes.fromhex("3F419E1CB7079442AA37474C2EFBF8B8")).hex().upper()
    '08793E25AB'
    """
    return generate_cmac_aes(key, bytes(AES_BLOCK_LENGTH), length)


def adjust_parity(key: bytes) -> bytes:
    """*key* with the lowest bit of each byte set for odd parity (FIPS 46-3).

    >>> adjust_parity(bytes.fromhex("0023456789ABCDEE")).hex().upper()
    '0123456789ABCDEF'
    """
    return key.translate(_ODD_PARITY)


def has_odd_parity(key: bytes) -> bool:
    """Whether each byte of *key* has an odd number of ones; a key of zeros has not.

    >>> has_odd_parity(bytes.fromhex("0123456789ABCDEF")), has_odd_parity(bytes(8))
    (True, False)
    """
    return key.translate(_ODD_PARITY) == key


def is_weak(key: bytes) -> bool:
    """Whether any part of *key* is one of the 16 weak or semi-weak keys, whatever its parity.

    Raises KeyRefused (``length``). The test LMK has weak parts: exempt it.

    >>> is_weak(bytes.fromhex("0123456789ABCDEF00FE00FE00FE00FE"))
    True
    """
    return not WEAK_KEYS.isdisjoint(_parts(key))


def has_repeated_parts(key: bytes) -> bool:
    """Whether neighbours are equal but for parity (K1 = K2 or K2 = K3), which leaves single DES.

    K1.K2.K1 is an honest double key and passes. Raises KeyRefused (``length``).

    >>> has_repeated_parts(bytes.fromhex("0123456789ABCDEF0123456789ABCDEF"))
    True
    """
    parts = _parts(key)
    return any(left == right for left, right in pairwise(parts))


def effective_length(key: bytes) -> int:
    """How many bytes of *key* count: 8 where the parts of :func:`has_repeated_parts` cancel out.

    16 for three parts of which the first and the last are equal (K1.K2.K1), else its length.
    Parity does not count as a difference. Raises KeyRefused (``length``).

    >>> first, second = bytes.fromhex("0123456789ABCDEF"), bytes.fromhex("FEDCBA9876543210")
    >>> [effective_length(key) for key in (first + first, first + second + first)]
    [8, 16]
    """
    parts = _parts(key)
    if has_repeated_parts(key):
        return BLOCK_LENGTH
    return len(set(parts)) * BLOCK_LENGTH


def _parts(key: bytes) -> list[bytes]:
    if len(key) not in KEY_LENGTHS:
        raise KeyRefused("length", f"expected a key of 8, 16 or 24 bytes, seen {len(key)} bytes")
    odd = adjust_parity(key)
    return [odd[start : start + BLOCK_LENGTH] for start in range(0, len(odd), BLOCK_LENGTH)]
