"""What several commands of the switch share: reading their configuration, showing findings."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from cardswitch.wire.operator import exits
from cardswitch.wire.operator.options import Time, config_option

if TYPE_CHECKING:
    from ..core.row import Vault
    from ..operate.config import SettlementConfig, SwitchConfig
    from ..operate.settle import Settling

_CHOSEN: Final = "cardswitch.acquirer"  # where a command's context keeps the name
WITHIN_MAX_S: Final = 60.0  # No peer is waited for longer: it has its own limits, and a person too.


def within_option(seconds: float) -> Callable[..., Any]:
    """The option --within: how long a command waits for a peer, *seconds* unless it says."""
    return click.option(
        "--within", "within_s", type=Time(0, WITHIN_MAX_S), default=seconds,
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


def settle_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option --config, of which the command gets `config_path`; and --acquirer.

    Whom that chooses, `chosen_acquirer` says.
    """
    whose = click.option(
        "--acquirer", metavar="NAME", default="", expose_value=False, is_eager=True,
        callback=_choose, help="Of that acquirer, one of [switch.acquirers].",
    )  # fmt: skip
    return config_option(whose(command))


def _choose(context: click.Context, _option: click.Parameter, name: str) -> None:
    context.meta[_CHOSEN] = name


def chosen_acquirer() -> str:
    """Whose settlement is meant; "": that of the section [settlement]."""
    name: str = click.get_current_context().meta.get(_CHOSEN, "")
    return name


def acquirer_in(path: Path) -> str:
    """The same, where the file *path* has it. Raises ConfigError: it has not, or others alone."""
    from cardswitch.specs.errors import ConfigError
    from cardswitch.wire.operator.config import nearest, read_config

    data, name = read_config(path), chosen_acquirer()
    known = data.get("switch", {}).get("acquirers", {})
    if name and name not in known:
        said = nearest(name, known) if known else "there is no [switch.acquirers.NAME]"
        raise ConfigError(f"{path}: --acquirer: {said}")
    if not name and known and "settlement" not in data:
        names = ", ".join(known)
        raise ConfigError(f"{path}: there is no [settlement]: say --acquirer, one of {names}")
    return name


def settlement_section(path: Path) -> SettlementConfig:
    """The section [settlement] of the file *path*, or that of the acquirer that was chosen."""
    from cardswitch.wire.operator.config import read_config, section

    from ..operate.config import SettlementConfig

    if name := acquirer_in(path):
        return switch_section(path).settlement_of(name)
    return section(read_config(path), "settlement", SettlementConfig, path).placed(path.parent)


@contextmanager
def settling_at(obj: dict[str, Any], path: Path) -> Iterator[Settling]:
    """Journal and books of the file *path*, opened for a command that books something.

    Of the acquirer that was chosen; findings are shown.
    """
    from ..operate.settle import settling

    config, settlement = switch_section(path), settlement_section(path)
    record = partial(obj["record"], config, acquirer=settlement.name)
    with findings_shown(), settling(config, settlement, record) as opened:
        yield opened


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
