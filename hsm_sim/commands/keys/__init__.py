"""Who performs the commands about keys: any type, one kind each, other forms, RSA."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...desk import Handler
from . import any_type, forms, rsa, zones

HANDLERS: Final[Mapping[str, Handler]] = {
    **any_type.HANDLERS,
    **forms.HANDLERS,
    **rsa.HANDLERS,
    **zones.HANDLERS,
}
