"""What several commands of the switch share: reading their configuration."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..core.row import Vault
    from ..operate.config import SwitchConfig


def read_switch(obj: dict[str, Any], path: Path) -> tuple[SwitchConfig, Vault]:
    """The section [switch] of the file *path*, and the vault that the lab opens for it."""
    config = switch_section(path)
    return config, obj["open_vault"](config.vault)


def switch_section(path: Path) -> SwitchConfig:
    """The section [switch] of the file *path*, for those who need no card number."""
    from cardswitch.wire.operator.config import read_config, section

    from ..operate.config import SwitchConfig

    return section(read_config(path), "switch", SwitchConfig, path).placed(path.parent)
