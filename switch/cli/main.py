"""The `switch` commands: thin, and quick to import, since help must be quick."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from ..core.entry import Vault
    from ..operate.config import SwitchConfig

LEGS_SHOWN: Final = 20
LEGS_MAX: Final = 10_000  # What is listed is held in memory; whoever wants all reads the database.
EPILOG: Final = """\b
Examples:
  cardswitch switch serve                      the [switch] section of the lab
  cardswitch switch journal                    the last legs, also while the switch runs
  cardswitch switch journal --exceptions       what a person must look at
  cardswitch switch states                     the state diagram, for Mermaid

Exit codes: 0 done, 1 error, 2 usage."""
SERVE_EPILOG: Final = """\b
Examples:
  serve
  serve --config my/lab.toml"""
JOURNAL_EPILOG: Final = """\b
Examples:
  journal --limit 5
  journal --open                               no outcome yet, or a reversal still owed
  journal --json | jq .rrn                     one line of JSON for each leg

A purchase has two legs: one at the listener of the terminals, one at that of the network."""


@click.group(epilog=EPILOG)
def switch() -> None:
    """Run the switch alone, or look into its journal."""


def config_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option --config; the command gets `config_path`."""
    return click.option(
        "--config", "config_path", metavar="FILE", type=click.Path(path_type=Path),
        default="cardswitch-data/lab.toml", show_default=True, help="The lab's TOML file.",
    )(command)  # fmt: skip


def read_switch(obj: dict[str, Any], path: Path) -> tuple[SwitchConfig, Vault]:
    """The section [switch] of the file *path*, and the vault that the lab opens for it."""
    from cardswitch.wire.operator.config import read_config, section

    from ..operate.config import SwitchConfig

    config = section(read_config(path), "switch", SwitchConfig, path).placed(path.parent)
    return config, obj["open_vault"](config.vault)


@switch.command(epilog=SERVE_EPILOG)
@config_option
@click.pass_obj
def serve(obj: dict[str, Any], config_path: Path) -> None:
    """Serve terminals and acquirers until stopped."""
    from cardswitch.specs.errors import Error
    from cardswitch.wire.driver.runtime import run
    from cardswitch.wire.driver.service import until_stopped

    from ..operate.serve import serve as start

    config, vault = read_switch(obj, config_path)

    async def main() -> None:
        try:
            runtime, _ = await start(config, vault)
        except OSError as error:
            raise Error(f"a port cannot be opened: {error.strerror or error}") from error
        for name, listener in config.listeners.items():
            click.echo(f"{name} on {listener.host}:{listener.port}, {listener.dialect}", err=True)
        await until_stopped(runtime)

    run(main())


@switch.command(epilog=JOURNAL_EPILOG)
@click.option("--open", "wanted", flag_value="open", help="Only those that are not finished.")
@click.option("--exceptions", "wanted", flag_value="exceptions", help="Only those left to people.")
@click.option(
    "--limit", type=click.IntRange(1, LEGS_MAX), default=LEGS_SHOWN, show_default=True,
    help="How many.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="JSON instead of columns.")
@config_option
@click.pass_obj
def journal(
    obj: dict[str, Any], config_path: Path, wanted: str | None, limit: int, as_json: bool
) -> None:
    """List the last legs, newest first, cards masked."""
    from ..core.states import State
    from ..store.journal import UNFINISHED, JournalReader
    from .screen import show_journal

    states = {"open": UNFINISHED, "exceptions": frozenset({State.EXCEPTION})}
    config, vault = read_switch(obj, config_path)
    reader = JournalReader(config.database, vault)
    show_journal(reader.newest(limit, states.get(wanted or "", frozenset())), as_json)


@switch.command(epilog="\b\nExample:\n  states > states.mmd")
def states() -> None:
    """Print the states of a leg as a Mermaid diagram."""
    from ..core.states import mermaid

    click.echo(mermaid())
