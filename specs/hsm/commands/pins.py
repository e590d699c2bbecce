"""Layouts of commands about PIN blocks and PIN verification values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..grammar import Field, Kind, Layout, digits
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


def _translate_pin(source: str, *target: Field) -> Layout:
    return Layout(
        Field(source, KEY),
        *target,
        Field("pin_max", digits(2)),
        Field("block", BLOCK),
        Field("source_format", FORMAT),
        Field("target_format", FORMAT),
        Field("pan12", PAN12),
        WHOLE_PAN,
    )


_PVV: Final = (Field("pvki", digits(1)), Field("pvv", digits(4)))


def _pin_and_pvk(*key: Field, after: tuple[Field, ...], block: Kind = BLOCK) -> Layout:
    return Layout(
        *key,
        Field("pvk", KEY_PAIR),
        Field("block", block),
        Field("format", FORMAT),
        Field("pan12", PAN12),
        *after,
        WHOLE_PAN,
    )


_TYPED_KEY: Final = (Field("key_type", KEY_TYPE), Field("key", KEY))
# A key of a terminal that has a new one for each transaction.
_TO_DUKPT: Final = (
    Field("target_bdk", KEY, "*"),
    Field("target_ksn_descriptor", KSN_DESCRIPTOR),
    Field("target_ksn", KSN),
)

COMMANDS: Final[Mapping[str, tuple[Layout, ...]]] = {
    "CA": (_translate_pin("tpk", Field("zpk", KEY)), _translate_pin("tpk", *_TO_DUKPT)),
    "CC": (_translate_pin("source_zpk", Field("target_zpk", KEY)),),
    "DC": (_pin_and_pvk(Field("tpk", KEY), after=_PVV),),
    "EC": (_pin_and_pvk(Field("zpk", KEY), after=_PVV),),
    "CU": tuple(
        _pin_and_pvk(*_TYPED_KEY, after=(*_PVV, Field("new_block", block)), block=block)
        for block in BLOCKS
    ),
    "FW": (_pin_and_pvk(*_TYPED_KEY, after=(Field("pvki", digits(1)),)),),
    "DG": (
        Layout(
            Field("pvk", KEY_PAIR),
            Field("pin", PIN_UNDER_LMK),
            Field("pan12", PAN12),
            Field("pvki", digits(1)),
        ),
    ),
}

PIN_TRANSLATED: Final = (
    Layout(Field("pin_length", digits(2)), Field("block", BLOCK), Field("format", FORMAT)),
)
_NEW_PVV: Final = (Layout(Field("pvv", digits(4))),)

ANSWERS: Final[Mapping[str, tuple[Layout, ...]]] = {
    "CB": PIN_TRANSLATED,
    "CD": PIN_TRANSLATED,
    "DD": NOTHING,
    "ED": NOTHING,
    "CV": _NEW_PVV,
    "FX": _NEW_PVV,
    "DH": _NEW_PVV,
}
