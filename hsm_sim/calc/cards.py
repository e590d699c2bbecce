"""Card verification values step by step: CVV and its kin, dCVV, CVC3."""

from __future__ import annotations

from itertools import product
from typing import Final

from cardswitch.specs.security.cvv import CVV2_SERVICE_CODE, ICVV_SERVICE_CODE, generate_cvv
from cardswitch.specs.security.digits import decimalise
from cardswitch.specs.security.dynamic_cvv import (
    ATC_DIGITS,
    generate_cvc3,
    generate_dcvv,
    generate_ivcvc3,
)
from cardswitch.specs.security.tdes import BLOCK_LENGTH, encrypt_tdes_ecb, xor

from .steps import Results, Steps, hexadecimal

SERVICE_CODES: Final = {"icvv": ICVV_SERVICE_CODE, "cvv2": CVV2_SERVICE_CODE}
# International and national, with and without a chip; no limit, PIN, or PIN if there is a pad.
USUAL_SERVICE_CODES: Final = (
    *("101", "106", "120", "121", "126", "201", "206", "220", "221", "226"),
    *("501", "520", "521", "601", "606", "620", "621"),
)


def compute_cvv(steps: Steps, cvk: bytes, pan: str, expiry: str, service_code: str) -> Results:
    """The CVV; an iCVV or a CVV2 by its service code. Raises KeyRefused, CryptoError.

    >>> key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    >>> compute_cvv(Steps(), key, "4123456789012345", "8701", "101")
    {'cvv': '561'}
    """
    cvv = generate_cvv(cvk, pan, expiry, service_code)
    _add_steps(steps, cvk, f"{pan}{expiry}{service_code}")
    return {"cvv": cvv}


def compute_dcvv(
    steps: Steps, card_key: bytes, pan: str, expiry: str, service_code: str, atc: str
) -> Results:
    """The dCVV at the counter *atc*, 4 digits. Raises KeyRefused, CryptoError.

    >>> key = bytes.fromhex("DCE992BCE398C264F7858AFD4C4A324A")
    >>> compute_dcvv(Steps(), key, "1234567890123456", "1310", "226", "3210")
    {'dcvv': '422'}
    """
    dcvv = generate_dcvv(card_key, pan, expiry, service_code, atc)
    _add_steps(steps, card_key, f"{atc}{pan[ATC_DIGITS:]}{expiry}{service_code}")
    return {"dcvv": dcvv}


def compute_cvc3(
    steps: Steps, card_key: bytes, track: bytes, unpredictable_number: bytes, atc: bytes
) -> Results:
    """The CVC3 of *track*, the static data of track 1 or 2. Raises KeyRefused, CryptoError.

    >>> track = bytes.fromhex("1234567890123456D12012061000110000000FFFFFFFFFFF")
    >>> key = bytes.fromhex("DCE992BCE398C264F7858AFD4C4A324A")
    >>> number, atc = bytes.fromhex("00002710"), bytes.fromhex("2710")
    >>> compute_cvc3(Steps(), key, track, number, atc)
    {'ivcvc3': '94C9', 'cvc3': '45423'}
    """
    ivcvc3 = generate_ivcvc3(card_key, track)
    cvc3 = generate_cvc3(card_key, ivcvc3, unpredictable_number, atc)
    steps.add("IVCVC3: last bytes of the MAC of the track", ivcvc3)
    block = ivcvc3 + unpredictable_number + atc
    steps.add("IVCVC3, unpredictable number, counter", block)
    steps.add("encrypted: the digits are its last 2 bytes", encrypt_tdes_ecb(card_key, block))
    return {"ivcvc3": hexadecimal(ivcvc3), "cvc3": cvc3}


def find_cvv(
    steps: Steps, cvk: bytes, pan: str, expiry: str, service_code: str, cvv: str
) -> list[str]:
    """Which values of the card *cvv* (3 digits) is, in words; none if of another key or card.

    Tried are CVV, iCVV and CVV2, the expiry as given and turned round, the halves of the key as
    given and swapped; without a *service_code* those that cards mostly have. Of a thousand wrong
    values one fits by chance. Raises KeyRefused, CryptoError.

    >>> key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    >>> find_cvv(Steps(), key, "4123456789012345", "0187", "101", "561")
    ['CVV, expiry turned round: 8701']
    """
    half = len(cvk) // 2
    keys = {"": cvk, ", halves of the key swapped": cvk[half:] + cvk[:half]}
    turned = expiry[2:] + expiry[:2]
    expiries = {"": expiry, f", expiry turned round: {turned}": turned}
    found = []
    codes = _service_codes(service_code).items()
    for (key_note, key), (date_note, date), (name, code) in product(
        keys.items(), expiries.items(), codes
    ):
        value, way = generate_cvv(key, pan, date, code), f"{name}{date_note}{key_note}"
        steps.add(way, value)
        if value == cvv:
            found.append(way)
    return found


def _service_codes(service_code: str) -> dict[str, str]:
    """Names of values, and the service code that each of them takes."""
    codes = (service_code,) if service_code else USUAL_SERVICE_CODES
    cvvs = {"CVV" if service_code else f"CVV, service code {code}": code for code in codes}
    return {**cvvs, "iCVV (999)": ICVV_SERVICE_CODE, "CVV2 (000)": CVV2_SERVICE_CODE}


def _add_steps(steps: Steps, key: bytes, digits: str) -> None:
    data = bytes.fromhex(digits.ljust(4 * BLOCK_LENGTH, "0"))
    first, second = data[:BLOCK_LENGTH], data[BLOCK_LENGTH:]
    steps.add("block 1", first)
    steps.add("block 2", second)
    encrypted = encrypt_tdes_ecb(key[:BLOCK_LENGTH], first)
    steps.add("block 1 under the left key alone", encrypted)
    mixed = xor(encrypted, second)
    steps.add("xor block 2", mixed)
    last = encrypt_tdes_ecb(key, mixed)
    steps.add("encrypted under both", last)
    steps.add("decimalised: digits first, then letters", decimalise(last, 2 * BLOCK_LENGTH))
