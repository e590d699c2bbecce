"""Keys of a chip card (EMV 4.3 Book 2, A1): the card's from the issuer's, a session's from it.

An issuer holds three keys, and so does each card: for cryptograms (AC), for the integrity of
scripts (SMI) and for their confidentiality (SMC). All are double length and are derived alike.
"""

from __future__ import annotations

from hashlib import sha1
from typing import Final

from cardswitch.specs.errors import CryptoError

from .digits import decimalise, is_digits, is_pan
from .errors import KeyRefused
from .keys import adjust_parity
from .tdes import encrypt_tdes_ecb, xor

EMV_KEY_LENGTH: Final = 16
ACCOUNT_LENGTH: Final = 8
ATC_LENGTH: Final = 2
UNPREDICTABLE_NUMBER_LENGTH: Final = 4
CRYPTOGRAM_LENGTH: Final = 8
_ACCOUNT_DIGITS: Final = 2 * ACCOUNT_LENGTH
_INVERT: Final = b"\xff" * ACCOUNT_LENGTH


def encode_account_emv_a(pan: str, sequence: str = "00") -> bytes:
    """Option A: the 16 right-most digits of *pan* (10-19 digits) and *sequence* (2), 8 bytes.

    Raises CryptoError. EMV 4.3 Book 2, A1.4.1:

    >>> encode_account_emv_a("1234567890123456", "00").hex()
    '3456789012345600'
    """
    _require_card(pan, sequence)
    return bytes.fromhex((pan + sequence)[-_ACCOUNT_DIGITS:].zfill(_ACCOUNT_DIGITS))


def encode_account_emv_b(pan: str, sequence: str = "00") -> bytes:
    """Option B: as A up to 16 digits of *pan*; of a longer one 16 digits out of its SHA-1.

    Hashed are *pan* and *sequence*, with a zero in front where their count is odd; the hash is
    decimalised in two scans. Raises CryptoError. EMV 4.3 Book 2, A1.4.2:

    >>> encode_account_emv_b("1234567890123456", "00").hex()
    '3456789012345600'
    >>> encode_account_emv_b("12345678901234567", "01").hex()
    '4201892658095334'
    """
    _require_card(pan, sequence)
    if len(pan) <= _ACCOUNT_DIGITS:
        return encode_account_emv_a(pan, sequence)
    digits = pan + sequence
    data = bytes.fromhex("0" * (len(digits) % 2) + digits)
    digest = sha1(
        data, usedforsecurity=False
    ).digest()  # the standard's choice; it protects nothing
    return bytes.fromhex(decimalise(digest, _ACCOUNT_DIGITS))


def derive_icc_key_emv(issuer_key: bytes, account: bytes) -> bytes:
    """The card's key from the issuer's (16 bytes) and the card's *account* (8), of odd parity.

    *account* is of :func:`encode_account_emv_a` or ``_b``; it is encrypted for the left half, and
    inverted for the right. Raises KeyRefused (``length``) and CryptoError.
    EMV 4.3 Book 2, A1.4; known answer of pyemv's documentation:

    >>> key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    >>> derive_icc_key_emv(key, encode_account_emv_a("99012345678901234", "45")).hex().upper()
    '67F8292358083E5EA7AB7FDA58D53B6B'
    """
    require_emv_key(issuer_key)
    require_length("account block", account, ACCOUNT_LENGTH)
    return adjust_parity(encrypt_tdes_ecb(issuer_key, account + xor(account, _INVERT)))


def derive_session_key_emv_csk(icc_key: bytes, atc: bytes) -> bytes:
    """The session key for cryptograms by common session key derivation, from *atc* (2 bytes).

    Raises KeyRefused (``length``) and CryptoError.
    EMV 4.3 Book 2, A1.3.1; known answer of pyemv's documentation:

    >>> key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    >>> derive_session_key_emv_csk(key, bytes.fromhex("001C")).hex().upper()
    'E9FB384AF807B940FEDCEA613461B0C4'
    """
    require_length("ATC", atc, ATC_LENGTH)
    return _diversify(icc_key, atc + bytes(6))


def derive_session_key_mchip_skd(icc_key: bytes, atc: bytes, unpredictable: bytes) -> bytes:
    """The session key for cryptograms as M/Chip derives it: *atc* (2 bytes), terminal's number (4).

    Raises KeyRefused (``length``) and CryptoError. Known answer: as pyemv computes it.

    >>> key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    >>> atc, unpredictable = bytes.fromhex("001C"), bytes.fromhex("3804823E")
    >>> derive_session_key_mchip_skd(key, atc, unpredictable).hex().upper()
    '70131CB0BFB9ABC8E5375BFD9470B3EF'
    """
    require_length("ATC", atc, ATC_LENGTH)
    require_length("unpredictable number", unpredictable, UNPREDICTABLE_NUMBER_LENGTH)
    return _diversify(icc_key, atc + bytes(2) + unpredictable)


def derive_script_key_emv_csk(icc_key: bytes, arqc: bytes) -> bytes:
    """The session key for scripts (of the SMI or SMC key), from the card's cryptogram (8 bytes).

    For each script after the first, cards of some schemes take the cryptogram plus one.
    Raises KeyRefused (``length``) and CryptoError. EMV 4.3 Book 2, A1.3.1 and 9.2.2:

    >>> key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    >>> derive_script_key_emv_csk(key, bytes.fromhex("001C000000000000")).hex().upper()
    'E9FB384AF807B940FEDCEA613461B0C4'
    """
    require_length("cryptogram", arqc, CRYPTOGRAM_LENGTH)
    return _diversify(icc_key, arqc)


def derive_script_key_vis(icc_key: bytes, atc: bytes) -> bytes:
    """The script key of cards whose cryptograms know no session key (VIS, CVN 10).

    The *atc* (2 bytes) is mixed into the end of the left half, inverted into that of the right.
    Raises KeyRefused (``length``) and CryptoError. Known answer of pyemv's documentation:

    >>> key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    >>> derive_script_key_vis(key, bytes.fromhex("001C")).hex().upper()
    '0123456789ABCDF2FEDCBA987654CDF2'
    """
    require_emv_key(icc_key)
    require_length("ATC", atc, ATC_LENGTH)
    change = bytes(6) + atc + bytes(6) + xor(atc, b"\xff\xff")
    return adjust_parity(xor(icc_key, change))


def require_emv_key(key: bytes) -> None:
    """Raise KeyRefused (``length``) unless *key* is 16 bytes."""
    if len(key) != EMV_KEY_LENGTH:
        raise KeyRefused("length", f"expected a key of 16 bytes, seen {len(key)}")


def require_length(name: str, value: bytes, length: int) -> None:
    """Raise CryptoError unless *value* is *length* bytes; *name* tells which one it was."""
    if len(value) != length:
        raise CryptoError(f"expected {length} bytes of {name}, seen {len(value)}")


def _diversify(icc_key: bytes, data: bytes) -> bytes:
    """The third byte of *data* gives way to F0 for the left half, to 0F for the right."""
    require_emv_key(icc_key)
    blocks = b"".join(data[:2] + half + data[3:] for half in (b"\xf0", b"\x0f"))
    return adjust_parity(encrypt_tdes_ecb(icc_key, blocks))


def _require_card(pan: str, sequence: str) -> None:
    if not (is_pan(pan) and is_digits(sequence, 2)):
        raise CryptoError("expected a PAN of 10-19 digits and a sequence number of 2")
