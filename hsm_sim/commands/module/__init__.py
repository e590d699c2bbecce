"""Who performs the commands about the module itself: state, counts, chains."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...desk import Handler
from . import printing, status

HANDLERS: Final[Mapping[str, Handler]] = {
    **printing.HANDLERS,
    **status.HANDLERS,
}
