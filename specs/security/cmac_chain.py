"""CMAC of a message that comes in pieces: all but the last chain, the last one finishes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from cardswitch.specs.errors import CryptoError

from .aes import AES_BLOCK_LENGTH, encrypt_aes_cbc
from .cmac import TDES_KEY_LENGTHS
from .errors import KeyRefused
from .tdes import BLOCK_LENGTH, encrypt_tdes_cbc, xor


class _Cipher(NamedTuple):
    """A block cipher: how it chains, its block in bytes, and Rb of NIST SP 800-38B, 5.3."""

    encrypt: Callable[[bytes, bytes, bytes], bytes]
    block_length: int
    constant: int


_AES: Final = _Cipher(encrypt_aes_cbc, AES_BLOCK_LENGTH, 0x87)
_TDES: Final = _Cipher(encrypt_tdes_cbc, BLOCK_LENGTH, 0x1B)


def chain_cmac_aes(key: bytes, data: bytes, iv: bytes = bytes(AES_BLOCK_LENGTH)) -> bytes:
    """The *iv* (16 bytes) for the next piece, after *data*: whole blocks, and not the last piece.

    Raises KeyRefused (``length``) and CryptoError.
    """
    return _chain(_AES, key, data, iv)


def finish_cmac_aes(key: bytes, data: bytes, iv: bytes = bytes(AES_BLOCK_LENGTH)) -> bytes:
    """The CMAC (16 bytes) of a message that ends with *data*, after the pieces that gave *iv*.

    *data* is of any length, none only if it is the whole message. Raises KeyRefused (``length``)
    and CryptoError. NIST SP 800-38B, appendix D.1, example 3:

    >>> key = bytes.fromhex("2B7E151628AED2A6ABF7158809CF4F3C")
    >>> iv = chain_cmac_aes(key, bytes.fromhex("6BC1BEE22E409F96E93D7E117393172A"))
    >>> iv = chain_cmac_aes(key, bytes.fromhex("AE2D8A571E03AC9C9EB76FAC45AF8E51"), iv)
    >>> finish_cmac_aes(key, bytes.fromhex("30C81C46A35CE411"), iv).hex().upper()
    'DFA66747DE9AE63030CA32611497C827'
    """
    return _finish(_AES, key, data, iv)


def chain_cmac_tdes(key: bytes, data: bytes, iv: bytes = bytes(BLOCK_LENGTH)) -> bytes:
    """As :func:`chain_cmac_aes` with a TDES *key* of 16 or 24 bytes and blocks of 8."""
    _require_tdes(key)
    return _chain(_TDES, key, data, iv)


def finish_cmac_tdes(key: bytes, data: bytes, iv: bytes = bytes(BLOCK_LENGTH)) -> bytes:
    """As :func:`finish_cmac_aes` with a TDES *key* of 16 or 24 bytes: a CMAC of 8 bytes.

    NIST's example values for SP 800-38B, three-key TDEA:

    >>> key = bytes.fromhex("0123456789ABCDEF23456789ABCDEF01456789ABCDEF0123")
    >>> iv = chain_cmac_tdes(key, bytes.fromhex("6BC1BEE22E409F96E93D7E117393172A"))
    >>> finish_cmac_tdes(key, bytes.fromhex("AE2D8A57"), iv).hex().upper()
    '6C9F3EE4923F6BE2'
    """
    _require_tdes(key)
    return _finish(_TDES, key, data, iv)


def _chain(cipher: _Cipher, key: bytes, data: bytes, iv: bytes) -> bytes:
    if not data:
        raise CryptoError("expected at least one block of data, seen none")
    return cipher.encrypt(key, iv, data)[-cipher.block_length :]


def _finish(cipher: _Cipher, key: bytes, data: bytes, iv: bytes) -> bytes:
    """The last block is mixed with a subkey: the first if it was whole, the second if padded."""
    size = cipher.block_length
    subkey = _double(cipher, cipher.encrypt(key, bytes(size), bytes(size)))
    if not data or len(data) % size:
        subkey = _double(cipher, subkey)
        data += b"\x80"
        data += bytes(-len(data) % size)
    last = xor(data[-size:], subkey)
    return _chain(cipher, key, data[:-size] + last, iv)


def _double(cipher: _Cipher, block: bytes) -> bytes:
    """*block* times x in the field of the cipher's blocks (SP 800-38B, 6.1)."""
    bits = 8 * cipher.block_length
    value = int.from_bytes(block, "big") << 1
    if value >> bits:
        value = (value ^ cipher.constant) & ((1 << bits) - 1)
    return value.to_bytes(cipher.block_length, "big")


def _require_tdes(key: bytes) -> None:
    if len(key) not in TDES_KEY_LENGTHS:
        raise KeyRefused("length", f"expected a key of 16 or 24 bytes, seen {len(key)} bytes")
