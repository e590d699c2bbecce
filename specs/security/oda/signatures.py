"""What a card signs, or was signed for it: SDA, DDA and CDA (EMV 4.3 Book 2, 5.4, 6.5 and 6.6)."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha1
from hmac import compare_digest
from typing import Final

from msgspec import Struct

from ..errors import CertificateRefused
from .certificates import HASH_LENGTH, PAD, SHA_1, OdaKey, require_frame, require_hash

AIP_TAG: Final = "82"  # the only one that 9F4A may name
NUMBER_LENGTHS: Final = range(2, 9)  # of the card's own number (9F4C)
CRYPTOGRAM_LENGTH: Final = 8
_STATIC, _DYNAMIC = 0x03, 0x05  # formats
_CODE_LENGTH: Final = 2


class CombinedSignature(Struct, frozen=True, gc=False):
    """What a card signed with its cryptogram.

    *number* is its own (9F4C), *information* the CID (9F27), *cryptogram* 8 bytes (9F26).
    """

    number: bytes
    information: int
    cryptogram: bytes


def static_data(records: Sequence[bytes], tag_list: bytes | None, aip: bytes) -> bytes:
    """What is signed of a card's records: *records* in the order of its AFL, then what 9F4A names.

    Of files 1 to 10 a record is here without its tag 70 and length. *tag_list* is the value of
    9F4A, None if the card has none; it may name 82 alone, whose value is *aip*. Raises
    CertificateRefused: ``tags``.

    >>> static_data([b"\\x5a\\x01\\x00"], b"\\x82", b"\\x3c\\x00").hex()
    '5a01003c00'
    """
    if tag_list is not None and tag_list.hex() != AIP_TAG:
        raise CertificateRefused("tags", "expected 82 alone in the tag list (9F4A)")
    return b"".join(records) + (aip if tag_list is not None else b"")


def verify_sda(issuer: OdaKey, signature: bytes, signed: bytes) -> bytes:
    """The data authentication code (9F45, 2 bytes) of *signature* (93) over *signed*, static data.

    Raises CertificateRefused: ``length``, ``header``, ``format``, ``algorithm``, ``hash``.
    """
    message = issuer.open(signature)
    require_frame(message, _STATIC)
    _require_sha_1(message)
    require_hash(message, signed)
    return message[3 : 3 + _CODE_LENGTH]


def verify_dda(card: OdaKey, signature: bytes, terminal_data: bytes) -> bytes:
    """The card's number (9F4C) of *signature* (9F4B) over *terminal_data*, what its DDOL asks for.

    Raises as :func:`verify_sda`, and ``dynamic``: what the card signed has no number.
    """
    dynamic = _dynamic_data(card, signature, terminal_data)
    return _number(dynamic)


def verify_cda(
    card: OdaKey, signature: bytes, unpredictable: bytes, information: int, transaction: bytes
) -> CombinedSignature:
    """The cryptogram of *signature* (9F4B), which also covers the terminal's number (9F37).

    *information* is the CID (9F27) as it came in clear; *transaction* is the data of PDOL, CDOL1
    and, of a second cryptogram, CDOL2, then the answer's objects in their order but 9F4B. Raises as
    :func:`verify_dda`, and ``information``, ``transaction``: the card signed others.
    """
    signed = open_cda(card, signature, unpredictable)
    combined, digest = signed
    if combined.information != information:
        raise CertificateRefused("information", "expected the CID in clear to be the one signed")
    expected = sha1(transaction, usedforsecurity=False).digest()
    if not compare_digest(expected, digest):
        raise CertificateRefused("transaction", "expected the hash of this transaction's data")
    return combined


def open_cda(
    card: OdaKey, signature: bytes, unpredictable: bytes
) -> tuple[CombinedSignature, bytes]:
    """As :func:`verify_cda` without a look at the transaction: what was signed, and its hash."""
    dynamic = _dynamic_data(card, signature, unpredictable)
    number = _number(dynamic)
    rest = dynamic[1 + len(number) :]
    if len(rest) != 1 + CRYPTOGRAM_LENGTH + HASH_LENGTH:
        raise CertificateRefused("dynamic", "expected CID, cryptogram and hash behind the number")
    cryptogram, digest = rest[1 : 1 + CRYPTOGRAM_LENGTH], rest[1 + CRYPTOGRAM_LENGTH :]
    return CombinedSignature(number, rest[0], cryptogram), digest


def _dynamic_data(card: OdaKey, signature: bytes, after: bytes) -> bytes:
    message = card.open(signature)
    require_frame(message, _DYNAMIC)
    _require_sha_1(message)
    require_hash(message, after)
    length, room = message[3], message[4 : -1 - HASH_LENGTH]
    dynamic, padding = room[:length], room[length:]
    if length > len(room) or padding.strip(bytes([PAD])):
        raise CertificateRefused("dynamic", "expected dynamic data as long as they say, then BB")
    return dynamic


def _number(dynamic: bytes) -> bytes:
    length = dynamic[0] if dynamic else 0
    if length not in NUMBER_LENGTHS or len(dynamic) < 1 + length:
        raise CertificateRefused("dynamic", "expected a number of 2 to 8 bytes in the dynamic data")
    return dynamic[1 : 1 + length]


def _require_sha_1(message: bytes) -> None:
    if message[2] != SHA_1:
        raise CertificateRefused("algorithm", "expected SHA-1, 01")
