"""What several commands of the switch share: where their configuration is, and reading it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from ..core.row import Vault
    from ..operate.config import SwitchConfig


def config_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option --config; the command gets `config_path`."""
    return click.option(
        "--config", "config_path", metavar="FILE", type=click.Path(path_type=Path),
        default="cardswitch-data/lab.toml", show_default=True, help="The lab's TOML file.",
    )(command)  # fmt: skip


def read_switch(obj: dict[str, Any], path: Path) -> tuple[SwitchConfig, Vault]:
    """The section [switch] of the file *path*, and the vault that the lab opens for it."""
    config = switch_section(path)
    return config, obj["open_vault"](config.vault)


def switch_section(path: Path) -> SwitchConfig:
    """The section [switch] of the file *path*, for those who need no card number."""
    from cardswitch.wire.operator.config import read_config, section

    from ..operate.config import SwitchConfig

    return section(read_config(path), "switch", SwitchConfig, path).placed(path.parent)
