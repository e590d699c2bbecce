"""Layouts of commands about PINs and offsets of IBM 3624.

DU is chosen here: BK with the offset of today's PIN, and after it the block of the new one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..grammar import Field, Kind, Layout, digits
from ..kinds import (
    BLOCK,
    BLOCKS,
    CHECK_LENGTH,
    FORMAT,
    KEY,
    KEY_TYPE,
    NOTHING,
    OFFSET,
    PAN12,
    PIN_UNDER_LMK,
    TABLE,
    VALIDATION,
    WHOLE_PAN,
)

_CHECK: Final = (
    Field("check_length", CHECK_LENGTH),
    Field("pan12", PAN12),
    Field("table", TABLE),
    Field("validation", VALIDATION),
)
_BLOCK: Final = (Field("block", BLOCK), Field("format", FORMAT), *_CHECK)
_OFFSET: Final = Field("offset", OFFSET)
_TYPED_KEY: Final = (Field("key_type", KEY_TYPE), Field("key", KEY))
_PVK: Final = Field("pvk", KEY)


def _verify(key: str) -> Layout:
    pin_max = Field("pin_max", digits(2))
    return Layout(Field(key, KEY), _PVK, pin_max, *_BLOCK, _OFFSET, WHOLE_PAN)


def _change(block: Kind) -> Layout:
    today = Field("block", block), Field("format", FORMAT), *_CHECK, _OFFSET
    return Layout(*_TYPED_KEY, _PVK, *today, Field("new_block", block), WHOLE_PAN)


COMMANDS: Final[Mapping[str, tuple[Layout, ...]]] = {
    "DA": (_verify("tpk"),),
    "EA": (_verify("zpk"),),
    "DE": (Layout(_PVK, Field("pin", PIN_UNDER_LMK), *_CHECK),),
    "EE": (Layout(_PVK, _OFFSET, *_CHECK),),
    "BK": (Layout(*_TYPED_KEY, _PVK, *_BLOCK, WHOLE_PAN),),
    "DU": tuple(_change(block) for block in BLOCKS),
}

_NEW_OFFSET: Final = (Layout(_OFFSET),)

ANSWERS: Final[Mapping[str, tuple[Layout, ...]]] = {
    "DB": NOTHING,
    "EB": NOTHING,
    "DF": _NEW_OFFSET,
    "EF": (Layout(Field("pin", PIN_UNDER_LMK)),),
    "BL": _NEW_OFFSET,
    "DV": _NEW_OFFSET,
}
# The PIN verification key was not of single length: what older modules find worth a warning.
WARNINGS: Final[Mapping[tuple[str, str], tuple[Layout, ...]]] = {
    (code, "02"): layouts for code, layouts in ANSWERS.items()
}
