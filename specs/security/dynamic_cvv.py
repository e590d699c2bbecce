"""Card verification values that change with each payment: dCVV and CVC3 of contactless cards.

Both take the *card_key* (16 bytes), derived from the issuer's master key as EMV derives the key of
a chip, and the card's application transaction counter.
"""

from __future__ import annotations

from hmac import compare_digest
from typing import Final

from cardswitch.specs.errors import CryptoError

from .cvv import CVV_LENGTH, generate_cvv
from .digits import is_digits, is_pan
from .errors import KeyRefused
from .mac import generate_mac_iso9797
from .tdes import BLOCK_LENGTH, encrypt_tdes_ecb

ATC_DIGITS: Final = 4
IVCVC3_LENGTH: Final = 2
CVC3_LENGTH: Final = 5
# A terminal sends as many digits as the card's profile asks for; fewer are guessed too easily.
CVC3_SENT_MIN: Final = 3


def generate_dcvv(card_key: bytes, pan: str, expiry: str, service_code: str, atc: str) -> str:
    """The CVV of a card whose first four PAN digits are replaced by its counter *atc* (4 digits).

    *pan* is 10 to 19 digits, *expiry* YYMM, *service_code* 3 digits.
    Raises KeyRefused (``length``) and CryptoError. Known answer of jPOS JCESecurityModuleTest:

    >>> key = bytes.fromhex("DCE992BCE398C264F7858AFD4C4A324A")
    >>> generate_dcvv(key, "1234567890123456", "1310", "226", "3210")
    '422'
    """
    if not (is_digits(atc, ATC_DIGITS) and is_pan(pan)):
        raise CryptoError("expected a transaction counter of 4 digits and a PAN of 10-19")
    return generate_cvv(card_key, atc + pan[ATC_DIGITS:], expiry, service_code)


def verify_dcvv(
    card_key: bytes, pan: str, expiry: str, service_code: str, atc: str, dcvv: str
) -> bool:
    """Whether *dcvv* is that of the card, compared in constant time. As :func:`generate_dcvv`.

    >>> key = bytes.fromhex("DCE992BCE398C264F7858AFD4C4A324A")
    >>> verify_dcvv(key, "1234567890123456", "1310", "226", "3210", "423")
    False
    """
    expected = generate_dcvv(card_key, pan, expiry, service_code, atc)
    return is_digits(dcvv, CVV_LENGTH) and compare_digest(expected, dcvv)


def generate_ivcvc3(card_key: bytes, track_data: bytes) -> bytes:
    """The 2 bytes of initial vector that stand for a card's static *track_data* (track 1 or 2).

    The last bytes of its MAC (ISO 9797-1, algorithm 3, padding 2). Raises KeyRefused (``length``).

    >>> track = bytes.fromhex("1234567890123456D12012061000110000000FFFFFFFFFFF")
    >>> generate_ivcvc3(bytes.fromhex("DCE992BCE398C264F7858AFD4C4A324A"), track).hex().upper()
    '94C9'
    """
    return generate_mac_iso9797(card_key, track_data, 3, 2)[-IVCVC3_LENGTH:]


def generate_cvc3(card_key: bytes, ivcvc3: bytes, unpredictable_number: bytes, atc: bytes) -> str:
    """The five digits of *ivcvc3* (2 bytes), *unpredictable_number* (4) and counter *atc* (2).

    Their block is encrypted; its last two bytes are the digits. Each track has an *ivcvc3* of its
    own. Raises KeyRefused (``length``) and CryptoError.
    Known answer of jPOS JCESecurityModuleTest:

    >>> key, iv = bytes.fromhex("DCE992BCE398C264F7858AFD4C4A324A"), bytes.fromhex("94C9")
    >>> generate_cvc3(key, iv, bytes.fromhex("00002710"), bytes.fromhex("2710"))
    '45423'
    """
    if (len(ivcvc3), len(unpredictable_number), len(atc)) != (IVCVC3_LENGTH, 4, 2):
        raise CryptoError("expected 2 bytes of IVCVC3, 4 of unpredictable number, 2 of counter")
    if len(card_key) != 2 * BLOCK_LENGTH:
        raise KeyRefused("length", f"expected a card key of 16 bytes, seen {len(card_key)}")
    block = encrypt_tdes_ecb(card_key, ivcvc3 + unpredictable_number + atc)
    return f"{int.from_bytes(block[-2:], 'big'):05d}"


def verify_cvc3(
    card_key: bytes, ivcvc3: bytes, unpredictable_number: bytes, atc: bytes, cvc3: str
) -> bool:
    """Whether *cvc3* is the right three to five digits, compared in constant time.

    Raises as :func:`generate_cvc3`.

    >>> key, iv = bytes.fromhex("DCE992BCE398C264F7858AFD4C4A324A"), bytes.fromhex("94C9")
    >>> verify_cvc3(key, iv, bytes.fromhex("00002710"), bytes.fromhex("2710"), "423")
    True
    """
    expected = generate_cvc3(card_key, ivcvc3, unpredictable_number, atc)
    if not CVC3_SENT_MIN <= len(cvc3) <= CVC3_LENGTH or not is_digits(cvc3, len(cvc3)):
        return False
    return compare_digest(expected[-len(cvc3) :], cvc3)
