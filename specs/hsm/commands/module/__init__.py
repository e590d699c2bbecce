"""Commands about the module itself: state, counts, and the command that carries others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...grammar import HostCommand
from . import chains, printing, status

COMMANDS: Final[Mapping[str, HostCommand]] = {
    **chains.COMMANDS,
    **printing.COMMANDS,
    **status.COMMANDS,
}
