"""Who performs the commands about cards: their values, cryptograms, issuer scripts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...desk import Handler
from . import emv, scripts, values

HANDLERS: Final[Mapping[str, Handler]] = {
    **emv.HANDLERS,
    **scripts.HANDLERS,
    **values.HANDLERS,
}
