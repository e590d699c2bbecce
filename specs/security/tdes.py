"""Triple DES (NIST SP 800-67), ECB and CBC without padding, for keys of one to three parts."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

from cardswitch.specs.errors import CryptoError

from .errors import KeyRefused

BLOCK_LENGTH: Final = 8
KEY_LENGTHS: Final = (8, 16, 24)
# How many keys keep their cipher: the keys of some hundred links. Each kept key holds about 1 kB.
CIPHERS_MAX: Final = 1024

_Update = Callable[[bytes], bytes]


def encrypt_tdes_ecb(key: bytes, data: bytes) -> bytes:
    """Encrypt *data* (whole blocks of 8 bytes), each block by itself.

    A key of 8 bytes is single DES. Raises KeyRefused (``length``) and CryptoError.
    NIST SP 800-67 and the known answer of FIPS 81, table B1:

    >>> encrypt_tdes_ecb(bytes.fromhex("0123456789ABCDEF"), b"Now is t").hex().upper()
    '3FA40E8A984D4815'
    """
    _require_blocks(data)
    return _encryptor(key)(data)


def decrypt_tdes_ecb(key: bytes, data: bytes) -> bytes:
    """Undo :func:`encrypt_tdes_ecb`.

    >>> decrypt_tdes_ecb(bytes.fromhex("0123456789ABCDEF"), bytes.fromhex("3FA40E8A984D4815"))
    b'Now is t'
    """
    _require_blocks(data)
    return _decryptor(key)(data)


def encrypt_tdes_cbc(key: bytes, iv: bytes, data: bytes) -> bytes:
    """Encrypt *data* (whole blocks of 8 bytes), each block mixed with the one before, first *iv*.

    Raises KeyRefused (``length``) and CryptoError. FIPS 81, table C1:

    >>> key, iv = bytes.fromhex("0123456789ABCDEF"), bytes.fromhex("1234567890ABCDEF")
    >>> encrypt_tdes_cbc(key, iv, b"Now is the time for all ").hex().upper()
    'E5C7CDDE872BF27C43E934008C389C0F683788499A7C05F6'
    """
    _require_blocks(data)
    _require_iv(iv)
    # A fresh cipher costs as much as chaining six blocks by hand, and most data is longer.
    return Cipher(TripleDES(_three_parts(key)), modes.CBC(iv)).encryptor().update(data)


def chain_tdes(key: bytes, iv: bytes, data: bytes) -> bytes:
    """What :func:`encrypt_tdes_cbc` gives, for a *key* that will be used again: its cipher is kept.

    >>> key, iv = bytes.fromhex("0123456789ABCDEF"), bytes.fromhex("1234567890ABCDEF")
    >>> chain_tdes(key, iv, b"Now is t").hex().upper()
    'E5C7CDDE872BF27C'
    """
    _require_blocks(data)
    _require_iv(iv)
    if not data:
        return b""
    # Who uses a chain has it alone: another thread that comes meanwhile makes one of its own.
    chain = _CHAINS.pop(key, None) or _Chain(key)
    result = chain.encrypt(iv, data)
    _CHAINS[key] = chain
    if len(_CHAINS) > CIPHERS_MAX:
        _CHAINS.pop(next(iter(_CHAINS)), None)
    return result


class _Chain:
    """A cipher in CBC mode that goes on for ever: it begins anew by undoing its last block."""

    __slots__ = ("_last", "_update")

    def __init__(self, key: bytes) -> None:
        self._last = bytes(BLOCK_LENGTH)
        self._update = (
            Cipher(TripleDES(_three_parts(key)), modes.CBC(self._last)).encryptor().update
        )

    def encrypt(self, iv: bytes, data: bytes) -> bytes:
        """*data*, at least a block, as if *iv* stood before it."""
        first = xor(xor(self._last, iv), data[:BLOCK_LENGTH])
        result = self._update(first + data[BLOCK_LENGTH:])
        self._last = result[-BLOCK_LENGTH:]
        return result


# By key, the one that was used longest ago first.
_CHAINS: Final[dict[bytes, _Chain]] = {}


def decrypt_tdes_cbc(key: bytes, iv: bytes, data: bytes) -> bytes:
    """Undo :func:`encrypt_tdes_cbc`.

    >>> key, iv = bytes.fromhex("0123456789ABCDEF"), bytes.fromhex("1234567890ABCDEF")
    >>> decrypt_tdes_cbc(key, iv, bytes.fromhex("E5C7CDDE872BF27C"))
    b'Now is t'
    """
    _require_blocks(data)
    _require_iv(iv)
    return xor(_decryptor(key)(data), (iv + data)[: len(data)])


def xor(left: bytes, right: bytes) -> bytes:
    """The exclusive or of two strings of the same length.

    >>> xor(b"\\x0f\\x00", b"\\xff\\x01").hex()
    'f001'
    """
    assert len(left) == len(right), "both sides of an exclusive or have the same length"
    mixed = int.from_bytes(left, "big") ^ int.from_bytes(right, "big")
    return mixed.to_bytes(len(left), "big")


@lru_cache(maxsize=CIPHERS_MAX)
def _encryptor(key: bytes) -> _Update:
    return Cipher(TripleDES(_three_parts(key)), modes.ECB()).encryptor().update  # noqa: S305


@lru_cache(maxsize=CIPHERS_MAX)
def _decryptor(key: bytes) -> _Update:
    return Cipher(TripleDES(_three_parts(key)), modes.ECB()).decryptor().update  # noqa: S305


def _three_parts(key: bytes) -> bytes:
    """*key* as K1.K2.K3: a single one becomes K.K.K, a double one K1.K2.K1."""
    if len(key) not in KEY_LENGTHS:
        raise KeyRefused("length", f"expected a key of 8, 16 or 24 bytes, seen {len(key)} bytes")
    return (key * 3)[:24]


def _require_blocks(data: bytes) -> None:
    # A remainder would stay inside the cached cipher and spoil its next call.
    if len(data) % BLOCK_LENGTH:
        raise CryptoError(f"expected whole blocks of 8 bytes, seen {len(data)} bytes (pad first)")


def _require_iv(iv: bytes) -> None:
    if len(iv) != BLOCK_LENGTH:
        raise CryptoError(f"expected an initial vector of 8 bytes, seen {len(iv)} bytes")
