"""Who performs which command: a new one needs its layout (`specs.hsm.commands`) and a line here.

A handler takes an HsmDesk and the command's fields and returns those of the answer. Whatever it
finds wrong it raises as CommandRefused, which holds an error code and nothing of the command. The
families are those of the layouts; each file lists its own handlers, and which of them verify PINs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..desk import Handler
from . import cards, data, keys, module, pins

_FAMILIES: Final = (cards, data, keys, module, pins)

HANDLERS: Final[Mapping[str, Handler]] = {
    code: handler for family in _FAMILIES for code, handler in family.HANDLERS.items()
}
# Those whose failures count as guesses at a PIN.
PIN_VERIFIERS: Final = pins.VERIFIERS
