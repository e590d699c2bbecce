"""A function for every HSM command: it makes the value and leaves the header to the kernel.

Keys are text as a module gives them out: under its LMK, or under a zone master key where the name
says so. *pan12* is the 12 right-most digits of a card number without its check digit. The forms are
checked when the command is packed.
"""

from __future__ import annotations

from .admin import diagnostics, echo
from .cards import generate_cvv, verify_cvv
from .keys import export_key, generate_key, import_key, key_check_value
from .macs import generate_mac, verify_mac
from .names import (
    BY_ATTRIBUTES,
    CVK,
    DIEBOLD,
    ISO_0,
    ISO_1,
    ISO_2,
    ISO_3,
    ISO_4,
    PIN_LENGTH_MAX,
    TAK,
    TPK,
    ZAK,
    ZMK,
    ZPK,
)
from .pins import (
    pin_to_lmk,
    pvv_from_lmk_pin,
    translate_pin_tpk_zpk,
    translate_pin_zpk_zpk,
    verify_pin_pvv_tpk,
    verify_pin_pvv_zpk,
)

__all__ = [
    "BY_ATTRIBUTES",
    "CVK",
    "DIEBOLD",
    "ISO_0",
    "ISO_1",
    "ISO_2",
    "ISO_3",
    "ISO_4",
    "PIN_LENGTH_MAX",
    "TAK",
    "TPK",
    "ZAK",
    "ZMK",
    "ZPK",
    "diagnostics",
    "echo",
    "export_key",
    "generate_cvv",
    "generate_key",
    "generate_mac",
    "import_key",
    "key_check_value",
    "pin_to_lmk",
    "pvv_from_lmk_pin",
    "translate_pin_tpk_zpk",
    "translate_pin_zpk_zpk",
    "verify_cvv",
    "verify_mac",
    "verify_pin_pvv_tpk",
    "verify_pin_pvv_zpk",
]
