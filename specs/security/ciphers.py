"""Whole blocks of data under a key of TDES or AES: one after another (ECB), or chained (CBC)."""

from __future__ import annotations

from .aes import (
    AES_BLOCK_LENGTH,
    decrypt_aes_cbc,
    decrypt_aes_ecb,
    encrypt_aes_cbc,
    encrypt_aes_ecb,
)
from .tdes import (
    BLOCK_LENGTH,
    decrypt_tdes_cbc,
    decrypt_tdes_ecb,
    encrypt_tdes_cbc,
    encrypt_tdes_ecb,
)


def block_length(*, aes: bool) -> int:
    """Bytes of a block: 8, of AES 16."""
    return AES_BLOCK_LENGTH if aes else BLOCK_LENGTH


def encrypt_blocks(key: bytes, data: bytes, iv: bytes = b"", *, aes: bool) -> bytes:
    """*data* encrypted; with an initial vector *iv*, of one block, they are chained.

    Raises CryptoError. SP 800-38A, F.1.1, first block:

    >>> key = bytes.fromhex("2B7E151628AED2A6ABF7158809CF4F3C")
    >>> data = bytes.fromhex("6BC1BEE22E409F96E93D7E117393172A")
    >>> encrypt_blocks(key, data, aes=True).hex().upper()
    '3AD77BB40D7A3660A89ECAF32466EF97'
    """
    if iv:
        return (encrypt_aes_cbc if aes else encrypt_tdes_cbc)(key, iv, data)
    return (encrypt_aes_ecb if aes else encrypt_tdes_ecb)(key, data)


def decrypt_blocks(key: bytes, data: bytes, iv: bytes = b"", *, aes: bool) -> bytes:
    """Undo :func:`encrypt_blocks`. Raises CryptoError."""
    if iv:
        return (decrypt_aes_cbc if aes else decrypt_tdes_cbc)(key, iv, data)
    return (decrypt_aes_ecb if aes else decrypt_tdes_ecb)(key, data)
