"""Message authentication codes of ISO 9797-1: algorithms 1 (CBC-MAC) and 3 (X9.19, retail MAC).

A long message may be handed over in pieces: `chain_mac_iso9797` for the first and middle ones,
`finish_mac_iso9797` for the last.
"""

from __future__ import annotations

from typing import Final, Literal

from cardswitch.specs.errors import CryptoError

from .errors import KeyRefused
from .tdes import BLOCK_LENGTH, KEY_LENGTHS, chain_tdes, encrypt_tdes_ecb, xor

Algorithm = Literal[1, 3]
Padding = Literal[0, 1, 2, 3]

ZERO_IV: Final = bytes(BLOCK_LENGTH)
RETAIL_KEY_LENGTH: Final = 16


def generate_mac_iso9797(key: bytes, data: bytes, algorithm: Algorithm, padding: Padding) -> bytes:
    """The MAC of *data*, 8 bytes; the caller takes as many of the left ones as agreed.

    Algorithm 1 takes a *key* of 8, 16 or 24 bytes, algorithm 3 one of 16. *padding* is a method of
    ISO 9797-1, or 0 for data that is whole blocks. Raises KeyRefused (``length``) and CryptoError.
    ISO 9797-1:2011, annex B.4:

    >>> key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    >>> generate_mac_iso9797(key, b"Now is the time for all ", 3, 1).hex().upper()
    'A1C72E74EA3FA9B6'
    """
    return _finish(key, pad_iso9797(data, padding), algorithm, ZERO_IV)


def chain_mac_iso9797(key: bytes, data: bytes, algorithm: Algorithm, iv: bytes = ZERO_IV) -> bytes:
    """The *iv* for the next piece, after *data*, which is not the last and is whole blocks.

    Raises KeyRefused (``length``) and CryptoError.

    >>> key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    >>> iv = chain_mac_iso9797(key, b"Now is the time ", 3)
    >>> finish_mac_iso9797(key, b"for all ", 3, 1, iv).hex().upper()
    'A1C72E74EA3FA9B6'
    """
    _require_key(key, algorithm)
    if not data:
        raise CryptoError("expected at least one block of 8 bytes, seen no data")
    chained_key = key[:BLOCK_LENGTH] if algorithm == 3 else key
    return chain_tdes(chained_key, iv, data)[-BLOCK_LENGTH:]


def finish_mac_iso9797(
    key: bytes, data: bytes, algorithm: Algorithm, padding: Padding, iv: bytes
) -> bytes:
    """The MAC of a message whose last piece is *data*, after the pieces that gave *iv*.

    *padding* is 0, 1 or 2: method 3 puts the length first, when it is not known yet.
    Raises KeyRefused (``length``) and CryptoError.
    """
    if padding == 3:
        raise CryptoError("expected padding 0, 1 or 2 for a message in pieces")
    return _finish(key, pad_iso9797(data, padding), algorithm, iv)


def pad_iso9797(data: bytes, padding: Padding) -> bytes:
    """*data* in whole blocks: 0 as it is; 1 zeros; 2 a one bit and zeros; 3 length, data, zeros.

    Raises CryptoError. ISO 9797-1:2011, 6.3; no data counts as one block of zeros (0, 1 and 3).

    >>> [pad_iso9797(b"abc", method).hex() for method in (1, 2, 3)]
    ['6162630000000000', '6162638000000000', '00000000000000186162630000000000']
    """
    if padding == 0 and len(data) % BLOCK_LENGTH:
        raise CryptoError(f"expected whole blocks of 8 bytes, seen {len(data)} (or pad)")
    if padding not in (0, 1, 2, 3):
        raise CryptoError("expected padding method 0, 1, 2 or 3 of ISO 9797-1")
    whole = data + b"\x80" if padding == 2 else data
    zeros = bytes(-len(whole) % BLOCK_LENGTH) if whole else bytes(BLOCK_LENGTH)
    head = (8 * len(data)).to_bytes(BLOCK_LENGTH, "big") if padding == 3 else b""
    return head + whole + zeros


def _finish(key: bytes, blocks: bytes, algorithm: Algorithm, iv: bytes) -> bytes:
    if algorithm == 1:
        return chain_mac_iso9797(key, blocks, algorithm, iv)
    _require_key(key, algorithm)
    before, last = blocks[:-BLOCK_LENGTH], blocks[-BLOCK_LENGTH:]
    chain = chain_tdes(key[:BLOCK_LENGTH], iv, before)[-BLOCK_LENGTH:] if before else iv
    # Encrypted left, decrypted right, encrypted left: that is triple DES under both.
    return encrypt_tdes_ecb(key, xor(last, chain))


def _require_key(key: bytes, algorithm: Algorithm) -> None:
    if algorithm not in (1, 3):
        raise CryptoError("expected MAC algorithm 1 or 3 of ISO 9797-1")
    lengths = KEY_LENGTHS if algorithm == 1 else (RETAIL_KEY_LENGTH,)
    if len(key) not in lengths:
        raise KeyRefused("length", f"algorithm {algorithm} takes no key of {len(key)} bytes")
