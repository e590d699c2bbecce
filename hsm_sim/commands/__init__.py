"""Who performs which command: a new one needs its layout (`specs.hsm.commands`) and a line here.

A handler takes an HsmDesk and the command's fields and returns those of the answer. Whatever it
finds wrong it raises as CommandRefused, which holds an error code and nothing of the command. Each
module lists its own handlers, and which of them verify PINs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..desk import Handler
from . import (
    cards,
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

_PINS: Final = (pins, pins_dukpt, pins_ibm, pins_lmk)
_MODULES: Final = (
    *(cards, data, emv, macs, rsa, scripts, status),
    *(keys, keys_zones, keys_forms),
    *_PINS,
)

HANDLERS: Final[Mapping[str, Handler]] = {
    code: handler for module in _MODULES for code, handler in module.HANDLERS.items()
}
# Those whose failures count as guesses at a PIN.
PIN_VERIFIERS: Final = frozenset[str]().union(*(module.VERIFIERS for module in _PINS))
