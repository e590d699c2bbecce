"""Public keys out of certificates: from the authority's key to the issuer's, the card's, the PIN's.

EMV 4.3 Book 2, tables 5 to 8, 12 to 14 and 23. A certificate is a message of the signer's, of as
many bytes as its modulus: 6A, format, what the key is of, the key or its left part, a hash, BC.
"""

from __future__ import annotations

from hashlib import sha1
from typing import Final

from msgspec import Struct

from ..digits import UPPER_HEX
from ..errors import CertificateRefused

HASH_LENGTH: Final = 20
HEADER: Final = 0x6A
TRAILER: Final = 0xBC
PAD: Final = 0xBB
SHA_1: Final = 0x01  # the only hash and the only signature algorithm of Book 2
RSA: Final = 0x01
EXPONENTS: Final = (b"\x03", b"\x01\x00\x01")
MODULUS_LENGTH_MAX: Final = 248  # EMV 4.3 Book 2, B2.1
MODULUS_LENGTH_MIN: Final = 64
_FRAME: Final = 2 + HASH_LENGTH  # header and trailer, and the hash
_ISSUER_ID_LENGTH, _PAN_LENGTH = 4, 10
_ISSUER, _ICC = 0x02, 0x04  # formats
_DIGITS: Final = frozenset(UPPER_HEX[:10])


class OdaKey(Struct, frozen=True, gc=False):
    """A public key: *modulus* of 64 to 248 bytes, *exponent* 03 or 010001.

    Of a certificate also whose it is (*subject*: digits of the card number), its *expiry* (YYMM)
    and *serial* (6 hex digits), for lists of what was revoked.
    """

    modulus: bytes
    exponent: bytes
    subject: str = ""
    expiry: str = ""
    serial: str = ""

    def open(self, message: bytes) -> bytes:
        """*message*, as long as the modulus, as its signer wrote it. Raises CertificateRefused."""
        if len(message) != len(self.modulus):
            expected = f"expected {len(self.modulus)} bytes, as long as the key, seen"
            raise CertificateRefused("length", f"{expected} {len(message)}")
        modulus = int.from_bytes(self.modulus, "big")
        number = pow(int.from_bytes(message, "big"), int.from_bytes(self.exponent, "big"), modulus)
        return number.to_bytes(len(self.modulus), "big")


def authority_key(
    rid: bytes, index: int, modulus: bytes, exponent: bytes, checksum: bytes
) -> OdaKey:
    """The key of a certification authority, whose *checksum* is the SHA-1 of all else.

    *rid* is 5 bytes, *index* one. Raises CertificateRefused: ``checksum``, ``length``,
    ``exponent``.
    """
    if sha1(rid + bytes([index]) + modulus + exponent, usedforsecurity=False).digest() != checksum:
        raise CertificateRefused("checksum", "expected the key of its checksum: mistyped or cut?")
    return _key(modulus, exponent)


def recover_issuer_key(
    authority: OdaKey,
    certificate: bytes,
    remainder: bytes,
    exponent: bytes,
    *,
    pan: str,
    date: str,
) -> OdaKey:
    """The issuer's key out of its *certificate* (tag 90), *remainder* (92) and *exponent* (9F32).

    *pan* and *date* (YYMMDD) are those of the transaction. Raises CertificateRefused: ``length``,
    ``header``, ``format``, ``algorithm``, ``hash``, ``expired``, ``subject``.
    """
    key = _recover(authority, certificate, remainder, exponent, _ISSUER, _ISSUER_ID_LENGTH, b"")
    if not 3 <= len(key.subject) <= 8 or not pan.startswith(key.subject):
        raise CertificateRefused("subject", "expected the certificate of this card's issuer")
    return _in_force(key, date)


def recover_icc_key(
    issuer: OdaKey,
    certificate: bytes,
    remainder: bytes,
    exponent: bytes,
    *,
    pan: str,
    date: str,
    static_data: bytes = b"",
) -> OdaKey:
    """The card's key out of its *certificate* (9F46), *remainder* (9F48) and *exponent* (9F47).

    *static_data* is what :func:`.signatures.static_data` gives. Raises as
    :func:`recover_issuer_key`.
    """
    parts = (certificate, remainder, exponent, _ICC, _PAN_LENGTH, static_data)
    key = _recover(issuer, *parts)
    if key.subject != pan:
        raise CertificateRefused("subject", "expected the certificate of this card number")
    return _in_force(key, date)


def recover_pin_key(
    issuer: OdaKey,
    certificate: bytes,
    remainder: bytes,
    exponent: bytes,
    *,
    pan: str,
    date: str,
) -> OdaKey:
    """The key for PINs out of its *certificate* (9F2D), *remainder* (9F2F), *exponent* (9F2E).

    Its hash is over no static data. Raises as :func:`recover_issuer_key`.
    """
    return recover_icc_key(issuer, certificate, remainder, exponent, pan=pan, date=date)


def require_frame(message: bytes, form: int) -> None:
    """Raise CertificateRefused (``header``, ``format``) unless *message* is framed as *form*."""
    if message[0] != HEADER or message[-1] != TRAILER:
        raise CertificateRefused("header", "expected 6A ... BC: is it signed by another key?")
    if message[1] != form:
        raise CertificateRefused("format", f"expected format {form:02X}, seen {message[1]:02X}")


def require_hash(message: bytes, after: bytes) -> None:
    """Raise CertificateRefused (``hash``) unless the hash in *message* is over it and *after*."""
    content, digest = message[1 : -1 - HASH_LENGTH], message[-1 - HASH_LENGTH : -1]
    if sha1(content + after, usedforsecurity=False).digest() != digest:
        raise CertificateRefused("hash", "expected the hash of these data: were they changed?")


def _recover(
    signer: OdaKey,
    certificate: bytes,
    remainder: bytes,
    exponent: bytes,
    form: int,
    subject_length: int,
    static_data: bytes,
) -> OdaKey:
    """The key in *certificate*, whose subject has *subject_length* bytes; it is not judged."""
    message = signer.open(certificate)
    require_frame(message, form)
    require_hash(message, remainder + exponent + static_data)
    at = 2 + subject_length
    subject = message[2:at].hex().upper().rstrip("F")
    month, year = message[at : at + 1].hex(), message[at + 1 : at + 2].hex()
    serial = message[at + 2 : at + 5].hex().upper()
    hash_algorithm, key_algorithm, length, exponent_length = message[at + 5 : at + 9]
    if (hash_algorithm, key_algorithm) != (SHA_1, RSA):
        raise CertificateRefused("algorithm", "expected SHA-1 and RSA, 01 and 01")
    if exponent_length != len(exponent):
        raise CertificateRefused("length", "expected an exponent as long as the certificate says")
    if not _DIGITS.issuperset(subject + month + year):
        raise CertificateRefused("subject", "expected digits of a card number and of a date")
    room = message[at + 9 : -1 - HASH_LENGTH]
    modulus = room[:length] if length <= len(room) else room + remainder
    if len(modulus) != length or length > len(message):
        raise CertificateRefused("length", "expected a key as long as its certificate says")
    key = _key(modulus, exponent)
    return OdaKey(key.modulus, key.exponent, subject, year + month, serial)


def _key(modulus: bytes, exponent: bytes) -> OdaKey:
    if not MODULUS_LENGTH_MIN <= len(modulus) <= MODULUS_LENGTH_MAX:
        seen = len(modulus)
        raise CertificateRefused("length", f"expected a key of 64 to 248 bytes, seen {seen}")
    if exponent not in EXPONENTS:
        raise CertificateRefused("exponent", "expected the exponent 03 or 010001")
    return OdaKey(modulus, exponent)


def _in_force(key: OdaKey, date: str) -> OdaKey:
    """*key*, which holds to the last day of its month. Years from 50 on are those of 19xx."""
    if _century(key.expiry) < _century(date[:4]):
        raise CertificateRefused("expired", f"expected a certificate in force, ended {key.expiry}")
    return key


def _century(year_month: str) -> str:
    return ("19" if year_month >= "5000" else "20") + year_month
