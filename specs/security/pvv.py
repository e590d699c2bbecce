"""PIN verification value (Visa method): four digits that let an issuer verify a PIN it forgot."""

from __future__ import annotations

from hmac import compare_digest
from typing import Final

from .digits import decimalise, is_digits
from .errors import KeyRefused, PinRefused
from .pins import require_account, require_pin
from .tdes import encrypt_tdes_ecb

PVK_LENGTH: Final = 16
PVV_LENGTH: Final = 4


def generate_pvv(pvk: bytes, pin: str, pan12: str, pvki: str) -> str:
    """The PVV of *pin* (4-12 digits, the first 4 count) for *pan12* under key *pvk* (16 bytes).

    *pvki* is one digit, the key's index. Encrypted are 11 digits of the account, the index and
    4 of the PIN; the answer is decimalised in two scans.
    Raises KeyRefused: ``length``; PinRefused: ``length``, ``digits``, ``account``.
    Known answer of jPOS JCESecurityModuleTest:

    >>> generate_pvv(bytes.fromhex("1334577913345779" * 2), "1234", "123456789012", "0")
    '1226'
    """
    if len(pvk) != PVK_LENGTH:
        raise KeyRefused("length", f"expected a PVK of 16 bytes, seen {len(pvk)}")
    require_pin(pin)
    require_account(pan12)
    if not is_digits(pvki, 1):
        raise PinRefused("digits", "expected a PVK index of one digit")
    block = bytes.fromhex(f"{pan12[1:]}{pvki}{pin[:4]}")
    return decimalise(encrypt_tdes_ecb(pvk, block), PVV_LENGTH)


def verify_pvv(pvk: bytes, pin: str, pan12: str, pvki: str, pvv: str) -> bool:
    """Whether *pvv* is that of *pin*, compared in constant time. Raises as :func:`generate_pvv`.

    >>> verify_pvv(bytes.fromhex("1334577913345779" * 2), "1234", "123456789012", "0", "1226")
    True
    """
    expected = generate_pvv(pvk, pin, pan12, pvki)
    return is_digits(pvv, PVV_LENGTH) and compare_digest(expected, pvv)
