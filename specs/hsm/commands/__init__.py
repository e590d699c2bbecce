"""The layout of every HSM command and answer, as tables: a command is one line in its module.

Where a command has several layouts (a mode decides which fields follow), they stand in the order
in which they are tried. Every command may end with ``%`` and an LMK id, with ``#`` and the
attributes of a key block, and both command and answer with X'19' and a trailer; the codec sees to
that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..errors import PARITY_CORRECTED
from ..grammar import HsmLayout
from . import (
    admin,
    cards,
    chains,
    data,
    emv,
    keys,
    keys_forms,
    keys_zones,
    macs,
    pins,
    pins_dukpt,
    pins_ibm,
    pins_lmk,
    rsa,
    scripts,
    status,
)

_MODULES: Final = (
    *(admin, cards, chains, data, emv, macs, rsa, scripts, status),
    *(keys, keys_zones, keys_forms),
    *(pins, pins_dukpt, pins_ibm, pins_lmk),
)

# By the code of the command, and by that of the answer.
COMMANDS: Final[Mapping[str, tuple[HsmLayout, ...]]] = {
    code: layouts for module in _MODULES for code, layouts in module.COMMANDS.items()
}
ANSWERS: Final[Mapping[str, tuple[HsmLayout, ...]]] = {
    code: layouts for module in _MODULES for code, layouts in module.ANSWERS.items()
}
# What follows a few errors all the same, by the code of the answer and the error.
WARNINGS: Final[Mapping[tuple[str, str], tuple[HsmLayout, ...]]] = {
    ("A7", PARITY_CORRECTED): ANSWERS["A7"],
    **emv.WARNINGS,
    **pins_ibm.WARNINGS,
}
