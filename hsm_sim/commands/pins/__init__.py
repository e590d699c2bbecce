"""Who performs the commands about PINs: blocks and PVV, DUKPT, IBM 3624, PINs under the LMK."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...desk import Handler
from . import blocks, dukpt, ibm, lmk

HANDLERS: Final[Mapping[str, Handler]] = {
    **blocks.HANDLERS,
    **dukpt.HANDLERS,
    **ibm.HANDLERS,
    **lmk.HANDLERS,
}
# Those whose failures count as guesses at a PIN.
VERIFIERS: Final = frozenset[str]().union(
    *(family.VERIFIERS for family in (blocks, dukpt, ibm, lmk))
)
