"""Layouts of commands about the module itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..grammar import COUNTED, Field, Kind, Layout, hexadecimal
from ..kinds import ECHOED

COMMANDS: Final[Mapping[str, tuple[Layout, ...]]] = {
    "NC": (Layout(),),
    "B2": (Layout(Field("data", COUNTED)),),
}

ANSWERS: Final[Mapping[str, tuple[Layout, ...]]] = {
    "ND": (
        Layout(
            Field("lmk_check", hexadecimal(16)),
            Field("firmware", Kind("[0-9A-Z]{4}-[0-9A-Z]{4}", "a firmware number, nnnn-nnnn")),
        ),
    ),
    "B3": (Layout(Field("data", ECHOED)),),
}
