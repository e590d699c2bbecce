"""Commands about data and messages: encryption and hashes, MACs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...grammar import HostCommand
from . import encryption, macs, macs_older

COMMANDS: Final[Mapping[str, HostCommand]] = {
    **encryption.COMMANDS,
    **macs.COMMANDS,
    **macs_older.COMMANDS,
}
