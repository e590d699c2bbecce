"""AES (FIPS 197), ECB and CBC without padding, for keys of 16, 24 or 32 bytes."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from cardswitch.specs.errors import CryptoError

from .errors import KeyRefused
from .tdes import xor

AES_BLOCK_LENGTH: Final = 16
AES_KEY_LENGTHS: Final = (16, 24, 32)
# How many keys keep their cipher: the keys of some hundred links. Each kept key holds about 1 kB.
CIPHERS_MAX: Final = 1024

_Update = Callable[[bytes], bytes]


def encrypt_aes_ecb(key: bytes, data: bytes) -> bytes:
    """Encrypt *data* (whole blocks of 16 bytes), each block by itself.

    Raises KeyRefused (``length``) and CryptoError. FIPS 197 and its known answer, appendix C.1:

    >>> text = bytes.fromhex("00112233445566778899AABBCCDDEEFF")
    >>> encrypt_aes_ecb(bytes(range(16)), text).hex().upper()
    '69C4E0D86A7B0430D8CDB78070B4C55A'
    """
    _require_blocks(data)
    return _encryptor(key)(data)


def decrypt_aes_ecb(key: bytes, data: bytes) -> bytes:
    """Undo :func:`encrypt_aes_ecb`.

    >>> cipher = bytes.fromhex("69C4E0D86A7B0430D8CDB78070B4C55A")
    >>> decrypt_aes_ecb(bytes(range(16)), cipher).hex().upper()
    '00112233445566778899AABBCCDDEEFF'
    """
    _require_blocks(data)
    return _decryptor(key)(data)


def encrypt_aes_cbc(key: bytes, iv: bytes, data: bytes) -> bytes:
    """Encrypt *data* (whole blocks of 16 bytes), each block mixed with the one before, first *iv*.

    Raises KeyRefused (``length``) and CryptoError. NIST SP 800-38A, appendix F.2.1:

    >>> key = bytes.fromhex("2B7E151628AED2A6ABF7158809CF4F3C")
    >>> text = bytes.fromhex("6BC1BEE22E409F96E93D7E117393172A")
    >>> encrypt_aes_cbc(key, bytes(range(16)), text).hex().upper()
    '7649ABAC8119B246CEE98E9B12E9197D'
    """
    _require_blocks(data)
    _require_iv(iv)
    _require_key(key)
    return Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor().update(data)


def decrypt_aes_cbc(key: bytes, iv: bytes, data: bytes) -> bytes:
    """Undo :func:`encrypt_aes_cbc`.

    >>> key = bytes.fromhex("2B7E151628AED2A6ABF7158809CF4F3C")
    >>> cipher = bytes.fromhex("7649ABAC8119B246CEE98E9B12E9197D")
    >>> decrypt_aes_cbc(key, bytes(range(16)), cipher).hex().upper()
    '6BC1BEE22E409F96E93D7E117393172A'
    """
    _require_blocks(data)
    _require_iv(iv)
    return xor(_decryptor(key)(data), (iv + data)[: len(data)])


@lru_cache(maxsize=CIPHERS_MAX)
def _encryptor(key: bytes) -> _Update:
    _require_key(key)
    return Cipher(algorithms.AES(key), modes.ECB()).encryptor().update  # noqa: S305


@lru_cache(maxsize=CIPHERS_MAX)
def _decryptor(key: bytes) -> _Update:
    _require_key(key)
    return Cipher(algorithms.AES(key), modes.ECB()).decryptor().update  # noqa: S305


def _require_key(key: bytes) -> None:
    if len(key) not in AES_KEY_LENGTHS:
        raise KeyRefused("length", f"expected a key of 16, 24 or 32 bytes, seen {len(key)} bytes")


def _require_blocks(data: bytes) -> None:
    # A remainder would stay inside the cached cipher and spoil its next call.
    if len(data) % AES_BLOCK_LENGTH:
        raise CryptoError(f"expected whole blocks of 16 bytes, seen {len(data)} bytes (pad first)")


def _require_iv(iv: bytes) -> None:
    if len(iv) != AES_BLOCK_LENGTH:
        raise CryptoError(f"expected an initial vector of 16 bytes, seen {len(iv)} bytes")


def crypt_aes_ctr(key: bytes, counter: bytes, data: bytes) -> bytes:
    """*data* of any length, encrypted or decrypted with a *counter* of 16 bytes to begin with.

    NIST SP 800-38A, F.5.1:

    >>> key = bytes.fromhex("2B7E151628AED2A6ABF7158809CF4F3C")
    >>> counter = bytes.fromhex("F0F1F2F3F4F5F6F7F8F9FAFBFCFDFEFF")
    >>> data = bytes.fromhex("6BC1BEE22E409F96E93D7E117393172A")
    >>> crypt_aes_ctr(key, counter, data).hex().upper()
    '874D6191B620E3261BEF6864990DB6CE'
    """
    return Cipher(algorithms.AES(key), modes.CTR(counter)).encryptor().update(data)
