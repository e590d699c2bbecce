"""Layouts of commands about message authentication codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..grammar import COUNTED, Field, Layout, hexadecimal, one_of
from .kinds import KEY, KEY_TYPE, MAC


def _mac(modes: str, *before: Field, after: tuple[Field, ...] = ()) -> Layout:
    return Layout(
        Field("mode", one_of(modes, "mode", "02")),
        Field("input_format", one_of("012", "input format", "03")),
        Field("mac_size", one_of("01", "MAC size", "04")),
        Field("algorithm", one_of("13", "algorithm", "05")),
        Field("padding", one_of("012", "padding", "06")),
        Field("key_type", KEY_TYPE),
        Field("key", KEY),
        *before,
        Field("data", COUNTED),
        *after,
    )


# Modes: 0 a whole message, 1 its first piece, 2 any other, 3 the last.
_IV: Final = Field("iv", hexadecimal(16))
_MAC_TO_CHECK: Final = (Field("mac", MAC),)

COMMANDS: Final[Mapping[str, tuple[Layout, ...]]] = {
    "M6": (_mac("01"), _mac("23", _IV)),
    "M8": (
        _mac("0", after=_MAC_TO_CHECK),
        _mac("1"),
        _mac("2", _IV),
        _mac("3", _IV, after=_MAC_TO_CHECK),
    ),
}

# In modes 1 and 2 this, and that of M9, is the value to chain: the iv of the next command.
ANSWERS: Final[Mapping[str, tuple[Layout, ...]]] = {
    "M7": (Layout(Field("mac", MAC)),),
    "M9": (Layout(), Layout(Field("mac", hexadecimal(16)))),
}
