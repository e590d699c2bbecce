"""How a key block is protected: A and C by variants of its key, B, D and E by derivation.

The protecting key (KBPK) never works itself: one key that comes from it encrypts, another makes the
MAC. A and C authenticate the encrypted payload and chain from the header; the others authenticate
the clear payload, and the MAC is where their encryption begins: of E (ISO 20038) as a counter.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from hmac import compare_digest
from typing import Final

from .aes import (
    AES_BLOCK_LENGTH,
    AES_KEY_LENGTHS,
    crypt_aes_ctr,
    decrypt_aes_cbc,
    encrypt_aes_cbc,
)
from .cmac import TDES_KEY_LENGTHS, generate_cmac_aes, generate_cmac_tdes
from .errors import KeyBlockRefused, KeyRefused
from .mac import generate_mac_iso9797
from .tdes import BLOCK_LENGTH, decrypt_tdes_cbc, encrypt_tdes_cbc, xor

MAC_LENGTHS: Final = {"A": 4, "B": 8, "C": 4, "D": 16, "E": 16}
# KBPKs whose two keys are kept: zones and LMKs of a process.
KBPKS_MAX: Final = 256
AES_VERSIONS: Final = ("D", "E")
# The words that keys are derived from: TR-31:2018, tables of derivation data.
_FOR_ENCRYPTION, _FOR_MAC = b"\x00\x00", b"\x00\x01"
_FOR_COUNTER: Final = b"\x00\x02"  # ISO 20038: encryption by a counter
_ENCRYPT: Final = {"B": encrypt_tdes_cbc, "D": encrypt_aes_cbc, "E": crypt_aes_ctr}
_DECRYPT: Final = {"B": decrypt_tdes_cbc, "D": decrypt_aes_cbc, "E": crypt_aes_ctr}
_TDES_INDICATORS: Final = {16: 0, 24: 1}
_AES_INDICATORS: Final = {16: 2, 24: 3, 32: 4}


def protect_tr31(version: str, kbpk: bytes, header: bytes, clear: bytes) -> tuple[bytes, bytes]:
    """*clear*, whole blocks of the cipher but for E, encrypted, and the MAC of it and *header*.

    Raises KeyRefused (``length``: of the *kbpk*).
    """
    encryption_key, mac_key = derive_keys_tr31(version, kbpk)
    if version in ("A", "C"):
        payload = encrypt_tdes_cbc(encryption_key, header[:BLOCK_LENGTH], clear)
        return payload, _mac(version, mac_key, header + payload)
    mac = _mac(version, mac_key, header + clear)
    encrypt = _ENCRYPT[version]
    return encrypt(encryption_key, mac, clear), mac


def open_tr31(version: str, kbpk: bytes, header: bytes, payload: bytes, mac: bytes) -> bytes:
    """The clear *payload*, if *mac* is that of it and *header*; undoes :func:`protect_tr31`.

    Raises KeyRefused (``length``: of the *kbpk*) and KeyBlockRefused (``mac``).
    """
    encryption_key, mac_key = derive_keys_tr31(version, kbpk)
    if version in ("A", "C"):
        _require_mac(mac, _mac(version, mac_key, header + payload))
        return decrypt_tdes_cbc(encryption_key, header[:BLOCK_LENGTH], payload)
    decrypt = _DECRYPT[version]
    clear = decrypt(encryption_key, mac, payload)
    _require_mac(mac, _mac(version, mac_key, header + clear))
    return clear


@lru_cache(maxsize=KBPKS_MAX)
def derive_keys_tr31(version: str, kbpk: bytes) -> tuple[bytes, bytes]:
    """The encryption key and the MAC key of *kbpk* (16 or 24 bytes, for D and E also 32).

    Raises KeyRefused (``length``). The keys of TR-31:2018, A.7.2.1:

    >>> kbpk = bytes.fromhex("89E88CF7931444F334BD7547FC3F380C")
    >>> [key.hex().upper() for key in derive_keys_tr31("A", kbpk)]
    ['CCADC9B2D65101B671F83002B97A7D49', 'C4A5C1BADE5909BE79F0380AB1727541']
    """
    lengths = AES_KEY_LENGTHS if version in AES_VERSIONS else TDES_KEY_LENGTHS
    if len(kbpk) not in lengths:
        expected = f"expected a KBPK of {' or '.join(map(str, lengths))} bytes"
        raise KeyRefused("length", f"{expected} for version {version}, seen {len(kbpk)}")
    if version in ("A", "C"):
        return xor(kbpk, b"\x45" * len(kbpk)), xor(kbpk, b"\x4d" * len(kbpk))
    use = _FOR_COUNTER if version == "E" else _FOR_ENCRYPTION
    return _derive(version, kbpk, use), _derive(version, kbpk, _FOR_MAC)


def _derive(version: str, kbpk: bytes, use: bytes) -> bytes:
    """CMACs of counter, use, a zero, algorithm and bits, as many as the key has blocks."""
    cmac: Callable[[bytes, bytes], bytes]
    if version in AES_VERSIONS:
        cmac, indicator, size = generate_cmac_aes, _AES_INDICATORS[len(kbpk)], AES_BLOCK_LENGTH
    else:
        cmac, indicator, size = generate_cmac_tdes, _TDES_INDICATORS[len(kbpk)], BLOCK_LENGTH
    words = use + b"\x00" + indicator.to_bytes(2, "big") + (8 * len(kbpk)).to_bytes(2, "big")
    counters = range(1, 1 + -(-len(kbpk) // size))
    return b"".join(cmac(kbpk, bytes([n]) + words) for n in counters)[: len(kbpk)]


def _mac(version: str, key: bytes, data: bytes) -> bytes:
    if version in AES_VERSIONS:
        return generate_cmac_aes(key, data)
    if version == "B":
        return generate_cmac_tdes(key, data)
    return generate_mac_iso9797(key, data, 1, 0)[: MAC_LENGTHS[version]]


def _require_mac(mac: bytes, expected: bytes) -> None:
    if not compare_digest(mac, expected):
        raise KeyBlockRefused("mac", "expected a key block under this KBPK, unchanged")
