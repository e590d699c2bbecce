"""Layouts of commands about PINs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..grammar import Field, Layout, digits
from .kinds import BLOCK, FORMAT, KEY, KEY_PAIR, NOTHING, PAN12, PIN_UNDER_LMK


def _translate_pin(source: str, target: str) -> Layout:
    return Layout(
        Field(source, KEY),
        Field(target, KEY),
        Field("pin_max", digits(2)),
        Field("block", BLOCK),
        Field("source_format", FORMAT),
        Field("target_format", FORMAT),
        Field("pan12", PAN12),
    )


def _verify_pin_pvv(key: str) -> Layout:
    return Layout(
        Field(key, KEY),
        Field("pvk", KEY_PAIR),
        Field("block", BLOCK),
        Field("format", FORMAT),
        Field("pan12", PAN12),
        Field("pvki", digits(1)),
        Field("pvv", digits(4)),
    )


COMMANDS: Final[Mapping[str, tuple[Layout, ...]]] = {
    "CA": (_translate_pin("tpk", "zpk"),),
    "CC": (_translate_pin("source_zpk", "target_zpk"),),
    "DC": (_verify_pin_pvv("tpk"),),
    "EC": (_verify_pin_pvv("zpk"),),
    "JC": (
        Layout(
            Field("tpk", KEY),
            Field("block", BLOCK),
            Field("format", FORMAT),
            Field("pan12", PAN12),
        ),
    ),
    "DG": (
        Layout(
            Field("pvk", KEY_PAIR),
            Field("pin", PIN_UNDER_LMK),
            Field("pan12", PAN12),
            Field("pvki", digits(1)),
        ),
    ),
}

_PIN_TRANSLATED: Final = (
    Layout(Field("pin_length", digits(2)), Field("block", BLOCK), Field("format", FORMAT)),
)

ANSWERS: Final[Mapping[str, tuple[Layout, ...]]] = {
    "CB": _PIN_TRANSLATED,
    "CD": _PIN_TRANSLATED,
    "DD": NOTHING,
    "ED": NOTHING,
    "JD": (Layout(Field("pin", PIN_UNDER_LMK)),),
    "DH": (Layout(Field("pvv", digits(4))),),
}
