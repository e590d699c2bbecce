"""Commands about PINs: blocks and PVV, DUKPT, IBM 3624, PINs under the LMK."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...grammar import HostCommand
from . import blocks, dukpt, ibm, lmk

COMMANDS: Final[Mapping[str, HostCommand]] = {
    **blocks.COMMANDS,
    **dukpt.COMMANDS,
    **ibm.COMMANDS,
    **lmk.COMMANDS,
}
