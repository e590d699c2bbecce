"""Layouts of commands about PINs and offsets of IBM 3624.

DU is chosen here: BK with the offset of today's PIN, and after it the block of the new one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..grammar import HsmField, HsmKind, HsmLayout, digits
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
    HsmField("check_length", CHECK_LENGTH),
    HsmField("pan12", PAN12),
    HsmField("table", TABLE),
    HsmField("validation", VALIDATION),
)
_BLOCK: Final = (HsmField("block", BLOCK), HsmField("format", FORMAT), *_CHECK)
_OFFSET: Final = HsmField("offset", OFFSET)
_TYPED_KEY: Final = (HsmField("key_type", KEY_TYPE), HsmField("key", KEY))
_PVK: Final = HsmField("pvk", KEY)


def _verify(key: str) -> HsmLayout:
    pin_max = HsmField("pin_max", digits(2))
    return HsmLayout(HsmField(key, KEY), _PVK, pin_max, *_BLOCK, _OFFSET, WHOLE_PAN)


def _change(block: HsmKind) -> HsmLayout:
    today = HsmField("block", block), HsmField("format", FORMAT), *_CHECK, _OFFSET
    return HsmLayout(*_TYPED_KEY, _PVK, *today, HsmField("new_block", block), WHOLE_PAN)


COMMANDS: Final[Mapping[str, tuple[HsmLayout, ...]]] = {
    "DA": (_verify("tpk"),),
    "EA": (_verify("zpk"),),
    "DE": (HsmLayout(_PVK, HsmField("pin", PIN_UNDER_LMK), *_CHECK),),
    "EE": (HsmLayout(_PVK, _OFFSET, *_CHECK),),
    "BK": (HsmLayout(*_TYPED_KEY, _PVK, *_BLOCK, WHOLE_PAN),),
    "DU": tuple(_change(block) for block in BLOCKS),
}

_NEW_OFFSET: Final = (HsmLayout(_OFFSET),)

ANSWERS: Final[Mapping[str, tuple[HsmLayout, ...]]] = {
    "DB": NOTHING,
    "EB": NOTHING,
    "DF": _NEW_OFFSET,
    "EF": (HsmLayout(HsmField("pin", PIN_UNDER_LMK)),),
    "BL": _NEW_OFFSET,
    "DV": _NEW_OFFSET,
}
# The PIN verification key was not of single length: what older modules find worth a warning.
WARNINGS: Final[Mapping[tuple[str, str], tuple[HsmLayout, ...]]] = {
    (code, "02"): layouts for code, layouts in ANSWERS.items()
}
