"""PIN blocks of ISO 9564-1, format 4: 16 bytes under an AES key, bound to the whole PAN.

The PIN field is enciphered, mixed with the PAN field and enciphered again, so that there is no
clear block to handle, and none that could be taken for another card's.
"""

from __future__ import annotations

from typing import Final

from .aes import AES_BLOCK_LENGTH, decrypt_aes_ecb, encrypt_aes_ecb
from .errors import PinRefused
from .pinblock_iso import pin_of_nibbles
from .pins import PAN12_LENGTH, require_pan, require_pin
from .tdes import xor

# The right half of the PIN field, all of it random.
ISO_4_FILL_LENGTH: Final = 8


def encode_pinfield_iso_4(pin: str, fill: bytes) -> bytes:
    """``4``, length, PIN, fill of A to the middle, then *fill* (8 random bytes): 16 bytes.

    Raises PinRefused: ``length``, ``digits``, ``fill``. Known answer of openemv/dukpt:

    >>> encode_pinfield_iso_4("1234", bytes.fromhex("2F69ADDE2E9E7ACE")).hex().upper()
    '441234AAAAAAAAAA2F69ADDE2E9E7ACE'
    """
    require_pin(pin)
    if len(fill) != ISO_4_FILL_LENGTH:
        raise PinRefused("fill", f"expected 8 bytes of fill, seen {len(fill)}")
    return bytes.fromhex(f"4{len(pin):X}{pin:A<14}") + fill


def decode_pinfield_iso_4(field: bytes) -> str:
    """The PIN of a clear PIN *field* of 16 bytes, whatever its right half.

    Raises PinRefused: ``block``, ``control``, ``length``, ``digits``, ``fill``.

    >>> decode_pinfield_iso_4(bytes.fromhex("441234AAAAAAAAAA2F69ADDE2E9E7ACE"))
    '1234'
    """
    _require_block(field)
    return pin_of_nibbles(field[:ISO_4_FILL_LENGTH].hex().upper(), "4", "A")


def encode_panfield_iso_4(pan: str) -> bytes:
    """How many digits *pan* (10 to 19) has above twelve, the PAN, zeros: 16 bytes.

    Zeros stand before a PAN of less than twelve. Raises PinRefused (``account``).
    Known answer of openemv/dukpt:

    >>> encode_panfield_iso_4("4111111111111111").hex()
    '44111111111111111000000000000000'
    """
    require_pan(pan)
    excess = max(0, len(pan) - PAN12_LENGTH)
    return bytes.fromhex(f"{excess}{pan.zfill(PAN12_LENGTH)}".ljust(2 * AES_BLOCK_LENGTH, "0"))


def encipher_pinblock_iso_4(key: bytes, pin: str, pan: str, fill: bytes) -> bytes:
    """The block of *pin* for *pan* under *key* (AES, 16, 24 or 32 bytes), with 8 bytes of *fill*.

    Raises KeyRefused: ``length``; PinRefused: ``length``, ``digits``, ``fill``, ``account``.
    ANSI X9.24-3:2017 supplement, AES-128 example:

    >>> key = bytes.fromhex("AF8CB133A78F8DC2D1359F18527593FB")
    >>> fill = bytes.fromhex("2F69ADDE2E9E7ACE")
    >>> encipher_pinblock_iso_4(key, "1234", "4111111111111111", fill).hex().upper()
    'A912150391AB65A67E52883D81CE2D15'
    """
    first = encrypt_aes_ecb(key, encode_pinfield_iso_4(pin, fill))
    return encrypt_aes_ecb(key, xor(first, encode_panfield_iso_4(pan)))


def decipher_pinblock_iso_4(key: bytes, block: bytes, pan: str) -> str:
    """The PIN of a *block* of 16 bytes under *key* for *pan*.

    Another key or PAN gives noise, which nearly always breaks a rule of the PIN field.
    Raises KeyRefused: ``length``; PinRefused: ``block``, ``control``, ``length``, ``digits``,
    ``fill``, ``account``.

    >>> key = bytes.fromhex("AF8CB133A78F8DC2D1359F18527593FB")
    >>> block = bytes.fromhex("A912150391AB65A67E52883D81CE2D15")
    >>> decipher_pinblock_iso_4(key, block, "4111111111111111")
    '1234'
    """
    _require_block(block)
    first = xor(decrypt_aes_ecb(key, block), encode_panfield_iso_4(pan))
    return decode_pinfield_iso_4(decrypt_aes_ecb(key, first))


def _require_block(block: bytes) -> None:
    if len(block) != AES_BLOCK_LENGTH:
        raise PinRefused("block", f"expected a PIN block of 16 bytes, seen {len(block)}")
