"""Layouts of commands about PIN blocks and PIN verification values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..grammar import HsmField, HsmKind, HsmLayout, digits
from ..kinds import (
    BLOCK,
    BLOCKS,
    FORMAT,
    KEY,
    KEY_PAIR,
    KEY_TYPE,
    KSN,
    KSN_DESCRIPTOR,
    NOTHING,
    PAN12,
    PIN_UNDER_LMK,
    WHOLE_PAN,
)


def _translate_pin(source: str, *target: HsmField) -> HsmLayout:
    return HsmLayout(
        HsmField(source, KEY),
        *target,
        HsmField("pin_max", digits(2)),
        HsmField("block", BLOCK),
        HsmField("source_format", FORMAT),
        HsmField("target_format", FORMAT),
        HsmField("pan12", PAN12),
        WHOLE_PAN,
    )


_PVV: Final = (HsmField("pvki", digits(1)), HsmField("pvv", digits(4)))


def _pin_and_pvk(*key: HsmField, after: tuple[HsmField, ...], block: HsmKind = BLOCK) -> HsmLayout:
    return HsmLayout(
        *key,
        HsmField("pvk", KEY_PAIR),
        HsmField("block", block),
        HsmField("format", FORMAT),
        HsmField("pan12", PAN12),
        *after,
        WHOLE_PAN,
    )


_TYPED_KEY: Final = (HsmField("key_type", KEY_TYPE), HsmField("key", KEY))
# A key of a terminal that has a new one for each transaction.
_TO_DUKPT: Final = (
    HsmField("target_bdk", KEY, "*"),
    HsmField("target_ksn_descriptor", KSN_DESCRIPTOR),
    HsmField("target_ksn", KSN),
)

COMMANDS: Final[Mapping[str, tuple[HsmLayout, ...]]] = {
    "CA": (_translate_pin("tpk", HsmField("zpk", KEY)), _translate_pin("tpk", *_TO_DUKPT)),
    "CC": (_translate_pin("source_zpk", HsmField("target_zpk", KEY)),),
    "DC": (_pin_and_pvk(HsmField("tpk", KEY), after=_PVV),),
    "EC": (_pin_and_pvk(HsmField("zpk", KEY), after=_PVV),),
    "CU": tuple(
        _pin_and_pvk(*_TYPED_KEY, after=(*_PVV, HsmField("new_block", block)), block=block)
        for block in BLOCKS
    ),
    "FW": (_pin_and_pvk(*_TYPED_KEY, after=(HsmField("pvki", digits(1)),)),),
    "DG": (
        HsmLayout(
            HsmField("pvk", KEY_PAIR),
            HsmField("pin", PIN_UNDER_LMK),
            HsmField("pan12", PAN12),
            HsmField("pvki", digits(1)),
        ),
    ),
}

PIN_TRANSLATED: Final = (
    HsmLayout(
        HsmField("pin_length", digits(2)), HsmField("block", BLOCK), HsmField("format", FORMAT)
    ),
)
_NEW_PVV: Final = (HsmLayout(HsmField("pvv", digits(4))),)

ANSWERS: Final[Mapping[str, tuple[HsmLayout, ...]]] = {
    "CB": PIN_TRANSLATED,
    "CD": PIN_TRANSLATED,
    "DD": NOTHING,
    "ED": NOTHING,
    "CV": _NEW_PVV,
    "FX": _NEW_PVV,
    "DH": _NEW_PVV,
}
