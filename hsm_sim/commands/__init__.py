"""Who performs which command. A new one needs its layout (`specs.hsm.layouts`) and a line here.

A handler takes the KeyRing and the command's fields and returns those of the answer. Whatever it
finds wrong it raises as Refused, which holds an error code and nothing of the command.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from specs.hsm.requests import TPK, ZPK

from ..keys import Handler
from .admin import diagnose, send_back
from .cards import check_cvv, make_cvv
from .keys import give_out_key, make_key, take_in_key, tell_check_value
from .mac import check_mac, make_mac
from .pin import pin_to_lmk, pvv_from_lmk_pin, translate_pin, verify_pin_pvv

HANDLERS: Final[Mapping[str, Handler]] = {
    "NC": diagnose,
    "B2": send_back,
    "A0": make_key,
    "A6": take_in_key,
    "A8": give_out_key,
    "BU": tell_check_value,
    "CA": translate_pin("tpk", TPK, "zpk"),
    "CC": translate_pin("source_zpk", ZPK, "target_zpk"),
    "DC": verify_pin_pvv("tpk", TPK),
    "EC": verify_pin_pvv("zpk", ZPK),
    "JC": pin_to_lmk,
    "DG": pvv_from_lmk_pin,
    "CW": make_cvv,
    "CY": check_cvv,
    "M6": make_mac,
    "M8": check_mac,
}
# Those whose failures count as guesses at a PIN.
PIN_VERIFIERS: Final = frozenset(["DC", "EC"])
