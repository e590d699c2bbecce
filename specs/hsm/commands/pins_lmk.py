"""Layouts of commands about PINs under the LMK.

QK is chosen here: the PIN, its account of today, its account from now on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..grammar import Field, Kind, Layout, digits
from ..kinds import BLOCK, FORMAT, KEY, NOTHING, PAN12, PIN_UNDER_LMK, TABLE, WHOLE_PAN

_PIN: Final = Field("pin", PIN_UNDER_LMK)
_PAN12: Final = Field("pan12", PAN12)
_BLOCK: Final = (Field("block", BLOCK), Field("format", FORMAT), _PAN12)
_CLEAR_PIN: Final = Field(
    "clear_pin", Kind("[0-9]{4,12}F{1,9}", "a PIN of 4 to 12 digits, filled up with F, one or more")
)

COMMANDS: Final[Mapping[str, tuple[Layout, ...]]] = {
    "JA": (Layout(_PAN12, Field("pin_length", digits(2), optional=True)),),
    "JC": (Layout(Field("tpk", KEY), *_BLOCK, WHOLE_PAN),),
    "JE": (Layout(Field("zpk", KEY), *_BLOCK, WHOLE_PAN),),
    "JG": (Layout(Field("zpk", KEY), Field("format", FORMAT), _PAN12, _PIN, WHOLE_PAN),),
    "BA": (Layout(_CLEAR_PIN, _PAN12),),
    "NG": (Layout(_PAN12, _PIN),),
    "BC": (Layout(Field("tpk", KEY), *_BLOCK, _PIN, WHOLE_PAN),),
    "BE": (Layout(Field("zpk", KEY), *_BLOCK, _PIN, WHOLE_PAN),),
    "QK": (Layout(_PIN, _PAN12, Field("new_pan12", PAN12)),),
    "LO": (Layout(Field("table", TABLE)),),
}

_PIN_ALONE: Final = (Layout(_PIN),)

ANSWERS: Final[Mapping[str, tuple[Layout, ...]]] = {
    "JB": _PIN_ALONE,
    "JD": _PIN_ALONE,
    "JF": _PIN_ALONE,
    "JH": (Layout(Field("block", BLOCK)),),
    "BB": _PIN_ALONE,
    "NH": (Layout(_CLEAR_PIN, Field("reference", digits(12))),),
    "BD": NOTHING,
    "BF": NOTHING,
    "QL": _PIN_ALONE,
    "LP": (Layout(Field("table", TABLE)),),
}
