"""Card verification values: CW makes one, CY verifies one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cardswitch.specs.hsm.errors import KEY_LENGTH_REFUSED, MISMATCH
from cardswitch.specs.security.cvv import CVK_LENGTH, generate_cvv, verify_cvv

from ...custody.policy import CommandRefused
from ...desk import Handler, HsmDesk
from ...keys.ring import Fields
from ...keys.uses import CVK


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


HANDLERS: Final[Mapping[str, Handler]] = {
    "CW": generate_card_cvv,
    "CY": verify_card_cvv,
}
