"""Cryptograms of chip cards: the card's ARQC, TC or AAC, and the issuer's answer, the ARPC."""

from __future__ import annotations

from hmac import compare_digest
from typing import Final, Literal

from cardswitch.specs.errors import CryptoError

from .emv_keys import CRYPTOGRAM_LENGTH, require_emv_key, require_length
from .mac import generate_mac_iso9797
from .tdes import BLOCK_LENGTH, encrypt_tdes_ecb, xor

# ISO 9797-1: 1 fills with 00 (VIS CVN 10), 2 with 80 and then 00 (EMV, M/Chip).
CryptogramPadding = Literal[1, 2]

ARC_LENGTH: Final = 2
CSU_LENGTH: Final = 4
PROPRIETARY_LENGTH_MAX: Final = 8  # EMV 4.3 Book 2, 8.2.2
ARPC_2_LENGTH: Final = 4


def generate_cryptogram_emv(key: bytes, data: bytes, padding: CryptogramPadding) -> bytes:
    """The ARQC, TC or AAC (8 bytes) over *data* under *key*, the session key or the card's own.

    *data* is what the scheme says, in its order: amounts, country, TVR, currency, date, type,
    unpredictable number, AIP, ATC, CVR. Raises KeyRefused (``length``) and CryptoError.
    EMV 4.3 Book 2, 8.1; known answer of pyemv's documentation:

    >>> key = bytes.fromhex("AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBB")
    >>> data = bytes.fromhex("000000002000000000000000012400000080000124110309003804823E58000001")
    >>> generate_cryptogram_emv(key, data, 2).hex().upper()
    '3B76CF10FECD8789'
    """
    require_emv_key(key)
    if padding not in (1, 2):
        raise CryptoError("expected padding method 1 (00) or 2 (80) for a cryptogram")
    return generate_mac_iso9797(key, data, 3, padding)


def verify_cryptogram_emv(
    key: bytes, data: bytes, padding: CryptogramPadding, cryptogram: bytes
) -> bool:
    """Whether *cryptogram* is that over *data*, compared in constant time.

    Raises as :func:`generate_cryptogram_emv`.

    >>> verify_cryptogram_emv(bytes(range(16)), b"data", 2, bytes(8))
    False
    """
    return compare_digest(generate_cryptogram_emv(key, data, padding), cryptogram)


def generate_arpc_emv_1(key: bytes, arqc: bytes, arc: bytes) -> bytes:
    """The issuer's answer by method 1, 8 bytes: *arqc* (8), mixed with the *arc* (2), encrypted.

    *arc* is the response code that the card acts on. Raises KeyRefused (``length``) and
    CryptoError. EMV 4.3 Book 2, 8.2.1; known answer of pyemv's documentation:

    >>> key = bytes.fromhex("AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBB")
    >>> generate_arpc_emv_1(key, bytes.fromhex("1234567890ABCDEF"), bytes(2)).hex().upper()
    'F5E6F44147E2F1B0'
    """
    require_emv_key(key)
    require_length("cryptogram", arqc, CRYPTOGRAM_LENGTH)
    require_length("response code", arc, ARC_LENGTH)
    return encrypt_tdes_ecb(key, xor(arqc, arc.ljust(BLOCK_LENGTH, b"\x00")))


def generate_arpc_emv_2(key: bytes, arqc: bytes, csu: bytes, proprietary: bytes = b"") -> bytes:
    """The issuer's answer by method 2, 4 bytes: the MAC of *arqc* (8), *csu* (4), *proprietary*.

    *csu* is the card status update; *proprietary* authentication data has 0 to 8 bytes.
    Raises KeyRefused (``length``) and CryptoError.
    EMV 4.3 Book 2, 8.2.2; known answer of pyemv's documentation:

    >>> key = bytes.fromhex("AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBB")
    >>> generate_arpc_emv_2(key, bytes.fromhex("1234567890ABCDEF"), bytes(4)).hex().upper()
    '9308BEBC'
    """
    require_emv_key(key)
    require_length("cryptogram", arqc, CRYPTOGRAM_LENGTH)
    require_length("card status update", csu, CSU_LENGTH)
    if len(proprietary) > PROPRIETARY_LENGTH_MAX:
        seen = len(proprietary)
        raise CryptoError(f"expected 0 to 8 bytes of proprietary authentication data, seen {seen}")
    return generate_mac_iso9797(key, arqc + csu + proprietary, 3, 2)[:ARPC_2_LENGTH]
