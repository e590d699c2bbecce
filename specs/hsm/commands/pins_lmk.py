"""Layouts of commands about PINs under the LMK.

QK is chosen here: the PIN, its account of today, its account from now on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..grammar import HsmField, HsmKind, HsmLayout, digits
from ..kinds import BLOCK, FORMAT, KEY, NOTHING, PAN12, PIN_UNDER_LMK, TABLE, WHOLE_PAN

_PIN: Final = HsmField("pin", PIN_UNDER_LMK)
_PAN12: Final = HsmField("pan12", PAN12)
_BLOCK: Final = (HsmField("block", BLOCK), HsmField("format", FORMAT), _PAN12)
_CLEAR_PIN: Final = HsmField(
    "clear_pin",
    HsmKind("[0-9]{4,12}F{1,9}", "a PIN of 4 to 12 digits, filled up with F, one or more"),
)

COMMANDS: Final[Mapping[str, tuple[HsmLayout, ...]]] = {
    "JA": (HsmLayout(_PAN12, HsmField("pin_length", digits(2), optional=True)),),
    "JC": (HsmLayout(HsmField("tpk", KEY), *_BLOCK, WHOLE_PAN),),
    "JE": (HsmLayout(HsmField("zpk", KEY), *_BLOCK, WHOLE_PAN),),
    "JG": (HsmLayout(HsmField("zpk", KEY), HsmField("format", FORMAT), _PAN12, _PIN, WHOLE_PAN),),
    "BA": (HsmLayout(_CLEAR_PIN, _PAN12),),
    "NG": (HsmLayout(_PAN12, _PIN),),
    "BC": (HsmLayout(HsmField("tpk", KEY), *_BLOCK, _PIN, WHOLE_PAN),),
    "BE": (HsmLayout(HsmField("zpk", KEY), *_BLOCK, _PIN, WHOLE_PAN),),
    "QK": (HsmLayout(_PIN, _PAN12, HsmField("new_pan12", PAN12)),),
    "LO": (HsmLayout(HsmField("table", TABLE)),),
}

_PIN_ALONE: Final = (HsmLayout(_PIN),)

ANSWERS: Final[Mapping[str, tuple[HsmLayout, ...]]] = {
    "JB": _PIN_ALONE,
    "JD": _PIN_ALONE,
    "JF": _PIN_ALONE,
    "JH": (HsmLayout(HsmField("block", BLOCK)),),
    "BB": _PIN_ALONE,
    "NH": (HsmLayout(_CLEAR_PIN, HsmField("reference", digits(12))),),
    "BD": NOTHING,
    "BF": NOTHING,
    "QL": _PIN_ALONE,
    "LP": (HsmLayout(HsmField("table", TABLE)),),
}
