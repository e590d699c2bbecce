"""Layouts of commands about the module itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..grammar import COUNTED, HsmField, HsmKind, HsmLayout, hexadecimal
from ..kinds import ECHOED

COMMANDS: Final[Mapping[str, tuple[HsmLayout, ...]]] = {
    "NC": (HsmLayout(),),
    "B2": (HsmLayout(HsmField("data", COUNTED)),),
}

ANSWERS: Final[Mapping[str, tuple[HsmLayout, ...]]] = {
    "ND": (
        HsmLayout(
            HsmField("lmk_check", hexadecimal(16)),
            HsmField(
                "firmware", HsmKind("[0-9A-Z]{4}-[0-9A-Z]{4}", "a firmware number, nnnn-nnnn")
            ),
        ),
    ),
    "B3": (HsmLayout(HsmField("data", ECHOED)),),
}
