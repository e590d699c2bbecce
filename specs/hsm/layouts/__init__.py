"""The layout of every HSM command and answer, as tables: a command is one line in its module.

Where a command has several layouts (a mode decides which fields follow), they stand in the order
in which they are tried. Every command may end with ``%`` and an LMK id, with ``#`` and the
attributes of a key block, and both command and answer with X'19' and a trailer; the codec sees to
that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..grammar import Layout
from . import admin, cards, keys, macs, pins

_MODULES: Final = (admin, cards, keys, macs, pins)

# By the code of the command, and by that of the answer.
COMMANDS: Final[Mapping[str, tuple[Layout, ...]]] = {
    code: layouts for module in _MODULES for code, layouts in module.COMMANDS.items()
}
ANSWERS: Final[Mapping[str, tuple[Layout, ...]]] = {
    code: layouts for module in _MODULES for code, layouts in module.ANSWERS.items()
}
