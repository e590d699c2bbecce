"""Who performs the commands about data and messages: encryption and hashes, MACs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...desk import Handler
from . import encryption, macs, macs_older

HANDLERS: Final[Mapping[str, Handler]] = {
    **encryption.HANDLERS,
    **macs.HANDLERS,
    **macs_older.HANDLERS,
}
