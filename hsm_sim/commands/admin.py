"""The module itself: NC tells who it is, B2 echoes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cardswitch.specs.hsm.errors import INPUT_REFUSED

from ..custody.policy import Refused
from ..keys.ring import Fields, Handler, KeyRing

FIRMWARE: Final = "0000-SIM0"  # Says to whoever asks that this is a simulator.
_TRAILER_START: Final = "\x19"


def diagnose(ring: KeyRing, fields: Fields) -> Fields:
    """NC: the check value of the LMK, and the firmware."""
    return {"lmk_check": ring.check_value(), "firmware": FIRMWARE}


def send_back(ring: KeyRing, fields: Fields) -> Fields:
    """B2: the same data, unless an answer with it could not be told from one with a trailer."""
    if _TRAILER_START in fields["data"]:
        raise Refused(INPUT_REFUSED)
    return {"data": fields["data"]}


HANDLERS: Final[Mapping[str, Handler]] = {
    "NC": diagnose,
    "B2": send_back,
}
