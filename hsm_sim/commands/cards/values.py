"""Card verification values: CW makes one, CY verifies one, PM a dynamic CVV or a CVC3."""

from __future__ import annotations

import re
from collections.abc import Mapping
from hmac import compare_digest
from typing import Final

from cardswitch.specs.hsm.errors import INPUT_REFUSED, KEY_LENGTH_REFUSED, MISMATCH
from cardswitch.specs.security.cvv import CVK_LENGTH, generate_cvv, verify_cvv
from cardswitch.specs.security.dynamic_cvv import generate_cvc3, generate_dcvv, generate_ivcvc3
from cardswitch.specs.security.emv_keys import encode_account_emv_a, encode_account_emv_b

from ...custody.policy import CommandRefused
from ...desk import Handler, HsmDesk
from ...keys.ring import Fields
from ...keys.uses import CVK, MK_AC, MK_CVC3, KeyUse
from .emv import bytes_of, card_key_of, diagnostic

_WHOLE_TRACK: Final = "2"
# Behind the separator expiry, service code and one digit, two digits in the middle, and the fill
# stay; the ten others are the reader's.
_TRACK_2: Final = re.compile("([0-9]{1,19}D[0-9]{8})[0-9]{3}([0-9]{2})[0-9]{7}(F?)")
_ATC_MAX: Final = 0xFFFF


def generate_card_cvv(desk: HsmDesk, fields: Fields) -> Fields:
    """CW: the card verification value."""
    cvk = _open_cvk(desk, fields)
    cvv = generate_cvv(cvk, fields["pan"], fields["expiry"], fields["service_code"])
    return {"cvv": cvv}


def verify_card_cvv(desk: HsmDesk, fields: Fields) -> Fields:
    """CY: yes or no."""
    cvk = _open_cvk(desk, fields)
    pan, expiry, service_code = fields["pan"], fields["expiry"], fields["service_code"]
    if not verify_cvv(cvk, pan, expiry, service_code, fields["cvv"]):
        raise CommandRefused(MISMATCH)
    return {}


def _open_cvk(desk: HsmDesk, fields: Fields) -> bytes:
    cvk = desk.keys.open(CVK, fields["cvk"])
    if len(cvk) != CVK_LENGTH:
        raise CommandRefused(KEY_LENGTH_REFUSED)
    return cvk


def verify_dynamic_cvv(desk: HsmDesk, fields: Fields) -> Fields:
    """PM: yes or no; what it should be only to whoever is authorised."""
    expected, seen = _dcvv(desk, fields) if "dcvv" in fields else _cvc3(desk, fields)
    if not compare_digest(expected[-len(seen) :], seen):
        raise CommandRefused(MISMATCH, diagnostic(desk, expected))
    return {}


def _dcvv(desk: HsmDesk, fields: Fields) -> tuple[str, str]:
    """The dynamic CVV, and the one to verify; the counter has four digits with zeros in front."""
    card_key = _contactless_key(desk, MK_AC, fields, "00")
    atc = fields["atc"]
    if not atc.startswith("00"):
        raise CommandRefused(INPUT_REFUSED)
    pan, expiry, service_code = fields["pan"], fields["expiry"], fields["service_code"]
    return generate_dcvv(card_key, pan, expiry, service_code, atc[2:]), fields["dcvv"]


def _cvc3(desk: HsmDesk, fields: Fields) -> tuple[str, str]:
    """The CVC3 of 5 digits, and the right-most ones of it to verify."""
    card_key = _contactless_key(desk, MK_CVC3, fields, fields["sequence"])
    track, number, atc = bytes_of(fields["track"]), fields["unpredictable"], fields["atc"]
    if fields["version"] == _WHOLE_TRACK:
        return _cvc3_of_track(card_key, track, number, atc), fields["cvc3"].lstrip("X")
    iv = generate_ivcvc3(card_key, track)
    return generate_cvc3(card_key, iv, bytes_of(number), bytes_of(atc)), fields["cvc3"]


def _cvc3_of_track(card_key: bytes, track: bytes, number: str, atc: str) -> str:
    """The CVC3 over the data of *track* that stay, with zeros for what the reader put in there.

    Raises CommandRefused (15): a track that is not one, a counter too large.
    """
    match = _TRACK_2.fullmatch(track.hex().upper())
    if match is None or int(atc) > _ATC_MAX:
        raise CommandRefused(INPUT_REFUSED)
    static = bytes.fromhex(match[1] + "000" + match[2] + "0000000" + match[3])
    iv = generate_ivcvc3(card_key, static)
    return generate_cvc3(card_key, iv, bytes.fromhex(number), int(atc).to_bytes(2, "big"))


def _contactless_key(desk: HsmDesk, use: KeyUse, fields: Fields, sequence: str) -> bytes:
    encode = encode_account_emv_a if fields["derivation"] == "A" else encode_account_emv_b
    return card_key_of(desk, use, fields["mk"], encode(fields["pan"], sequence))


HANDLERS: Final[Mapping[str, Handler]] = {
    "CW": generate_card_cvv,
    "CY": verify_card_cvv,
    "PM": verify_dynamic_cvv,
}
