"""Card verification value: three digits that tie PAN, expiry date and service code together."""

from __future__ import annotations

from hmac import compare_digest
from typing import Final

from cardswitch.specs.errors import CryptoError

from .digits import decimalise, is_digits, is_pan
from .errors import KeyRefused
from .tdes import BLOCK_LENGTH, encrypt_tdes_ecb, xor

CVK_LENGTH: Final = 16
CVV_LENGTH: Final = 3
# The service codes that no card has, so that none of its three values can stand for another.
CVV2_SERVICE_CODE: Final = "000"
ICVV_SERVICE_CODE: Final = "999"


def generate_cvv(cvk: bytes, pan: str, expiry: str, service_code: str) -> str:
    """The CVV of *pan* (10-19 digits), *expiry* (4) and *service_code* (3) under *cvk* (16 bytes).

    *expiry* is YYMM, as on a track. The digits, followed by zeros, make two blocks: the first is
    encrypted under the left key alone, mixed with the second and encrypted under both; the answer
    is decimalised in two scans, of which the second counts a letter as its value less ten.
    Raises KeyRefused (``length``) and CryptoError. Known answer of nickntg HostCommandTests:

    >>> key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    >>> generate_cvv(key, "4123456789012345", "8701", "101")
    '561'
    """
    if len(cvk) != CVK_LENGTH:
        raise KeyRefused("length", f"expected a CVK of 16 bytes, seen {len(cvk)}")
    if not (is_pan(pan) and is_digits(expiry, 4) and is_digits(service_code, 3)):
        raise CryptoError("expected a PAN of 10-19 digits, an expiry of 4, a service code of 3")
    data = bytes.fromhex(f"{pan}{expiry}{service_code}".ljust(4 * BLOCK_LENGTH, "0"))
    first = encrypt_tdes_ecb(cvk[:BLOCK_LENGTH], data[:BLOCK_LENGTH])
    return decimalise(encrypt_tdes_ecb(cvk, xor(first, data[BLOCK_LENGTH:])), CVV_LENGTH)


def generate_icvv(cvk: bytes, pan: str, expiry: str) -> str:
    """The CVV in the track data of a chip, with service code 999: of no use on a magnetic stripe.

    *expiry* is YYMM. Raises as :func:`generate_cvv`; verified by :func:`verify_cvv`.

    >>> key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    >>> generate_icvv(key, "4123456789012345", "8701")
    '651'
    """
    return generate_cvv(cvk, pan, expiry, ICVV_SERVICE_CODE)


def generate_cvv2(cvk: bytes, pan: str, expiry: str) -> str:
    """The CVV printed on a card, with service code 000.

    *expiry* is the four digits in the order that the issuer keeps: YYMM or, as printed, MMYY.
    Raises as :func:`generate_cvv`; verified by :func:`verify_cvv`.
    Known answer of jPOS JCESecurityModuleTest:

    >>> key = bytes.fromhex("13345779133457798664432086644320")
    >>> generate_cvv2(key, "123456789012", "1108")
    '453'
    """
    return generate_cvv(cvk, pan, expiry, CVV2_SERVICE_CODE)


def verify_cvv(cvk: bytes, pan: str, expiry: str, service_code: str, cvv: str) -> bool:
    """Whether *cvv* is that of the card, compared in constant time. Raises as :func:`generate_cvv`.

    >>> key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    >>> verify_cvv(key, "4123456789012345", "8701", "101", "562")
    False
    """
    expected = generate_cvv(cvk, pan, expiry, service_code)
    return is_digits(cvv, CVV_LENGTH) and compare_digest(expected, cvv)
