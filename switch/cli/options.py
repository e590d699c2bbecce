"""What several commands of the switch share: reading their configuration, showing findings."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from cardswitch.wire.operator import exits

if TYPE_CHECKING:
    from ..core.row import Vault
    from ..operate.config import SettlementConfig, SwitchConfig


WITHIN_MAX_S: Final = 60.0  # No peer is waited for longer: it has its own limits, and a person too.


def within_option(seconds: float) -> Callable[..., Any]:
    """The option --within: how long a command waits for a peer, *seconds* unless it says."""
    return click.option(
        "--within", "within_s", type=click.FloatRange(0, WITHIN_MAX_S), default=seconds,
        show_default=True, help="How many seconds to wait for the peer.",
    )  # fmt: skip


def read_switch(obj: dict[str, Any], path: Path) -> tuple[SwitchConfig, Vault]:
    """The section [switch] of the file *path*, and the vault that the lab opens for it."""
    config = switch_section(path)
    return config, obj["open_vault"](config.vault)


def switch_section(path: Path) -> SwitchConfig:
    """The section [switch] of the file *path*, for those who need no card number."""
    from cardswitch.wire.operator.config import read_config, section

    from ..operate.config import SwitchConfig

    return section(read_config(path), "switch", SwitchConfig, path).placed(path.parent)


def settlement_section(path: Path) -> SettlementConfig:
    """The section [settlement] of the file *path*."""
    from cardswitch.wire.operator.config import read_config, section

    from ..operate.config import SettlementConfig

    return section(read_config(path), "settlement", SettlementConfig, path).placed(path.parent)


@contextmanager
def findings_shown() -> Iterator[None]:
    """Where records do not agree, name all of them and end with the exit code for that."""
    from ..operate.verify_books import Findings

    try:
        yield
    except Findings as error:
        click.echo(f"cardswitch: {error}", err=True)
        click.echo("\n".join(error.findings), err=True)
        sys.exit(exits.FINDINGS)
