"""Commands about cards: verification values, cryptograms of chips, issuer scripts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...grammar import HostCommand
from . import emv, scripts, values

COMMANDS: Final[Mapping[str, HostCommand]] = {
    **emv.COMMANDS,
    **scripts.COMMANDS,
    **values.COMMANDS,
}
