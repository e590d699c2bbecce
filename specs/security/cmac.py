"""CMAC (NIST SP 800-38B, ISO 9797-1 algorithm 5) with AES and with triple DES."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.cmac import CMAC

from cardswitch.specs.errors import CryptoError

from .aes import AES_BLOCK_LENGTH, AES_KEY_LENGTHS
from .errors import KeyRefused
from .tdes import BLOCK_LENGTH

TDES_KEY_LENGTHS: Final = (16, 24)
# How many keys keep their state: the keys of some hundred links. Each kept key holds about 1 kB.
STATES_MAX: Final = 1024


def generate_cmac_aes(key: bytes, data: bytes, size: int = AES_BLOCK_LENGTH) -> bytes:
    """The first *size* (1 to 16) bytes of the CMAC of *data*, of any length, under an AES *key*.

    *key* is 16, 24 or 32 bytes. Raises KeyRefused (``length``) and CryptoError.
    NIST SP 800-38B, appendix D.1, example 2:

    >>> key = bytes.fromhex("2B7E151628AED2A6ABF7158809CF4F3C")
    >>> generate_cmac_aes(key, bytes.fromhex("6BC1BEE22E409F96E93D7E117393172A")).hex().upper()
    '070A16B46B4D4144F79BDD9DD04A287C'
    """
    _require_size(size, AES_BLOCK_LENGTH)
    return _finish(_begin_aes(key), data, size)


def generate_cmac_tdes(key: bytes, data: bytes, size: int = BLOCK_LENGTH) -> bytes:
    """The first *size* (1 to 8) bytes of the CMAC of *data*, of any length, under a TDES *key*.

    *key* is 16 or 24 bytes. Raises KeyRefused (``length``) and CryptoError.
    NIST's example values for SP 800-38B, three-key TDEA:

    >>> key = bytes.fromhex("0123456789ABCDEF23456789ABCDEF01456789ABCDEF0123")
    >>> generate_cmac_tdes(key, bytes.fromhex("6BC1BEE22E409F96E93D7E117393172A")).hex().upper()
    '30239CF1F52E6609'
    """
    _require_size(size, BLOCK_LENGTH)
    return _finish(_begin_tdes(key), data, size)


def _finish(begun: CMAC, data: bytes, size: int) -> bytes:
    state = begun.copy()
    state.update(data)
    return state.finalize()[:size]


@lru_cache(maxsize=STATES_MAX)
def _begin_aes(key: bytes) -> CMAC:
    if len(key) not in AES_KEY_LENGTHS:
        raise KeyRefused("length", f"expected a key of 16, 24 or 32 bytes, seen {len(key)} bytes")
    return CMAC(algorithms.AES(key))


@lru_cache(maxsize=STATES_MAX)
def _begin_tdes(key: bytes) -> CMAC:
    if len(key) not in TDES_KEY_LENGTHS:
        raise KeyRefused("length", f"expected a key of 16 or 24 bytes, seen {len(key)} bytes")
    return CMAC(TripleDES((key * 2)[:24]))


def _require_size(size: int, block_length: int) -> None:
    if not 1 <= size <= block_length:
        raise CryptoError(f"expected a CMAC size of 1 to {block_length} bytes, seen {size}")
