"""Issuer scripts for chip cards: the MAC of a command, its data encrypted, a new PIN within it."""

from __future__ import annotations

from typing import Final, Literal

from cardswitch.specs.errors import CryptoError

from .emv_keys import require_emv_key
from .mac import ZERO_IV, generate_mac_iso9797, pad_iso9797
from .pins import require_pin
from .tdes import BLOCK_LENGTH, encrypt_tdes_cbc, encrypt_tdes_ecb, xor

# How command data is padded and chained: EMV common core, M/Chip, VIS.
ScriptStyle = Literal["emv", "mchip", "vis"]

SCRIPT_MAC_LENGTHS: Final = range(4, 9)  # EMV 4.3 Book 2, 9.2.1
COMMAND_DATA_LENGTH_MAX: Final = 255  # what one length byte says
_VIS_KEY_PART: Final = slice(4, 8)


def generate_script_mac_emv(session_key: bytes, data: bytes, size: int = BLOCK_LENGTH) -> bytes:
    """The first *size* (4 to 8) bytes of the MAC of a script command under the SMI session key.

    *data* is the command's header, its data, and between them, where the scheme says so, the ATC
    and the cryptogram. Raises KeyRefused (``length``) and CryptoError.
    EMV 4.3 Book 2, 9.2.3; known answer of pyemv's documentation:

    >>> key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    >>> data = bytes.fromhex("8424000008FFFF1234567890123456")
    >>> generate_script_mac_emv(key, data).hex().upper()
    'E07B8DF1B4184282'
    """
    require_emv_key(session_key)
    if size not in SCRIPT_MAC_LENGTHS:
        raise CryptoError(f"expected a script MAC of 4 to 8 bytes, seen {size}")
    return generate_mac_iso9797(session_key, data, 3, 2)[:size]


def encrypt_script_data_emv(session_key: bytes, data: bytes, style: ScriptStyle) -> bytes:
    """Command *data* (1 to 255 bytes) under the SMC session key, in whole blocks.

    ``emv`` pads with 80 and zeros and chains; ``mchip`` likewise, but pads no whole blocks; ``vis``
    sets the length in front, pads and does not chain. Raises KeyRefused (``length``) and
    CryptoError. EMV 4.3 Book 2, 9.3 and A1.1; known answer of pyemv's documentation:

    >>> key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    >>> encrypt_script_data_emv(key, bytes.fromhex("241234FFFFFFFFFF"), "mchip").hex().upper()
    '9859240AE52820C3'
    """
    require_emv_key(session_key)
    if not 1 <= len(data) <= COMMAND_DATA_LENGTH_MAX:
        raise CryptoError(f"expected 1 to 255 bytes of command data, seen {len(data)}")
    if style == "vis":
        return encrypt_tdes_ecb(session_key, pad_iso9797(bytes([len(data)]) + data, 2))
    if style not in ("emv", "mchip"):
        raise CryptoError("expected a style of script: emv, mchip or vis")
    whole = style == "mchip" and len(data) % BLOCK_LENGTH == 0
    return encrypt_tdes_cbc(session_key, ZERO_IV, data if whole else pad_iso9797(data, 2))


def encode_pinblock_vis(icc_key: bytes, pin: str, current_pin: str = "") -> bytes:
    """The clear block of a new *pin* (4-12 digits) as VIS cards take it in a script, 8 bytes.

    Length and PIN, filled with F, mixed with four bytes of the card's AC key (16 bytes) and, where
    it is given, with the *current_pin*. Raises KeyRefused: ``length``; PinRefused: ``length``,
    ``digits``. Known answer of pyemv's documentation:

    >>> key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    >>> encode_pinblock_vis(key, "1234").hex().upper()
    '041234FF76543210'
    """
    require_emv_key(icc_key)
    require_pin(pin)
    block = bytes.fromhex(f"0{len(pin):X}{pin:F<14}")
    mixed = xor(block, bytes(4) + icc_key[_VIS_KEY_PART])
    if not current_pin:
        return mixed
    require_pin(current_pin)
    return xor(mixed, bytes.fromhex(f"{current_pin:0<16}"))
