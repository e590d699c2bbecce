"""Commands about keys: any type, one kind each, other forms, RSA."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...grammar import HostCommand
from . import any_type, forms, rsa, zones

COMMANDS: Final[Mapping[str, HostCommand]] = {
    **any_type.COMMANDS,
    **forms.COMMANDS,
    **rsa.COMMANDS,
    **zones.COMMANDS,
}
