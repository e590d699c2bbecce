"""Who performs which command: a new one needs its layout (`specs.hsm.commands`) and a line here.

A handler takes the KeyRing and the command's fields and returns those of the answer. Whatever it
finds wrong it raises as Refused, which holds an error code and nothing of the command. Each module
lists its own handlers, and which of them verify PINs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..keys.ring import Handler
from . import (
    admin,
    cards,
    chain,
    data,
    emv,
    keys,
    keys_forms,
    keys_zones,
    mac,
    mac_dukpt,
    pin,
    pin_dukpt,
    pin_ibm,
    pin_lmk,
    rsa,
    scripts,
    status,
)

_PINS: Final = (pin, pin_dukpt, pin_ibm, pin_lmk)
_MODULES: Final = (
    *(admin, cards, chain, data, emv, mac, mac_dukpt, rsa, scripts, status),
    *(keys, keys_zones, keys_forms),
    *_PINS,
)

HANDLERS: Final[Mapping[str, Handler]] = {
    code: handler for module in _MODULES for code, handler in module.HANDLERS.items()
}
# Those whose failures count as guesses at a PIN.
PIN_VERIFIERS: Final = frozenset[str]().union(*(module.VERIFIERS for module in _PINS))
