"""Commands about data and messages: encryption and hashes, MACs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...grammar import HostCommand
from . import encryption, macs

COMMANDS: Final[Mapping[str, HostCommand]] = {
    **encryption.COMMANDS,
    **macs.COMMANDS,
}
