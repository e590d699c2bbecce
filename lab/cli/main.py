"""The `cardswitch` command. Sub-commands are imported when they are used, so that help is quick."""

from __future__ import annotations

import os
import sys
from errno import EADDRINUSE, EDQUOT, ENOSPC
from typing import TYPE_CHECKING, Final

import click

from cardswitch.specs.errors import ConfigError, Error
from cardswitch.wire.operator import exits
from cardswitch.wire.operator.lazy_group import Commands, LazyGroup

if TYPE_CHECKING:
    from pathlib import Path

    from cardswitch.gateway.hops import Chain
    from cardswitch.gateway.money import Money
    from cardswitch.switch.core.row import Vault
    from cardswitch.switch.operate.config import SwitchConfig
    from cardswitch.switch.settlement.entries import BankEntry
    from cardswitch.switch.store.books import ClosedDay

COMMANDS: Final[Commands] = {
    "demo": (
        "cardswitch.lab.cli.demo:demo",
        "See one bank day from the first sale to the deposit, in seconds.",
    ),
    "up": (
        "cardswitch.lab.cli.up:up",
        "Run HSM, acquirer, issuer, switch and gateway in one process.",
    ),
    "config": (
        "cardswitch.lab.cli.config:config",
        "Check a configuration, and what it leaves open.",
    ),
    "ca": ("cardswitch.lab.cli.ca:ca", "The test CA of a lab: show, renew, trust."),
    "terminal": (
        "cardswitch.terminal.face.cli:terminal",
        "Sales, repeats and reversals at a POS terminal.",
    ),
    "spec": ("cardswitch.lab.cli.spec.main:spec", "Decode, encode and explain ISO 8583 messages."),
    "send": (
        "cardswitch.lab.cli.send:send",
        "Send messages to any host, and check its answers; or play the host.",
    ),
    "proxy": (
        "cardswitch.lab.cli.proxy:proxy",
        "Stand between two programs: show, change, delay, drop what they say.",
    ),
    "fuzz": (
        "cardswitch.lab.cli.fuzz:fuzz",
        "Fuzz a parser of ISO 8583: ours, or a function of yours.",
    ),
    "switch": ("cardswitch.switch.cli.main:switch", "Run the switch alone; look into its journal."),
    "hsm": ("cardswitch.hsm_sim.cli.main:hsm", "Run the HSM simulator alone."),
    "host": ("cardswitch.hosts.cli:host", "Run the acquirer or the issuer alone."),
    "gateway": (
        "cardswitch.gateway.cli.main:gateway",
        "Take payments over HTTPS: API keys, events, and the story of a payment.",
    ),
    "settle": (
        "cardswitch.switch.cli.settle:settle",
        "Close a bank day and write the deposit files.",
    ),
}
EPILOG: Final = """\b
Examples:
  cardswitch demo                              one bank day, nothing to configure
  cardswitch up                                all programs, with their state in this folder
  cardswitch terminal sale 12.50 --card good --pin -
  cardswitch settle close                      the deposit of the last bank day

An emulator for tests, with test keys and test cards. Never use it with live keys or cards."""


@click.group(cls=LazyGroup, commands_of=COMMANDS, epilog=EPILOG)
@click.version_option(package_name="cardswitch")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """An ISO 8583 card switch with terminal, acquirer, issuer, HSM and settlement, for tests."""
    if os.environ.get("NO_COLOR"):
        ctx.color = False
    # The switch cannot build a vault itself: it never reaches cryptography.
    ctx.obj = {
        "open_vault": _open_vault,
        "record": _record,
        "cut_over": _cut_over,
        "chain_of": _chain_of,
        "money_of": _money_of,
    }


def _open_vault(path: str) -> Vault:
    from cardswitch.hosts.vault import open_vault

    return open_vault(path)


def _chain_of(path: Path) -> Chain:
    """Those behind the gateway that the file *path* has sections of."""
    from ..house.chain import LabChain
    from ..house.programs import read_programs

    return LabChain(read_programs(path))


def _money_of(path: Path) -> Money | None:
    """The books that the file *path* has sections of, if it does."""
    from ..house.money import money_of
    from ..house.programs import read_programs

    return money_of(read_programs(path))


def _record(config: SwitchConfig, booked: ClosedDay | BankEntry, acquirer: str = "") -> None:
    from cardswitch.switch.operate.closing import record_booked

    record_booked(config, _open_vault(config.vault), booked, acquirer)


def _cut_over(config: SwitchConfig, because: str, acquirer: str = "") -> None:
    from cardswitch.switch.operate.closing import cut_over

    cut_over(config, _open_vault(config.vault), because, acquirer)


def main() -> None:
    """Run the command; a known error is one line and an exit code, never a traceback."""
    try:
        cli()
    except ConfigError as error:
        click.echo(f"cardswitch: {error}", err=True)
        sys.exit(exits.USAGE)
    except (Error, OSError) as error:
        click.echo(f"cardswitch: {_told(error)}", err=True)
        sys.exit(exits.ERROR)


def _told(error: Exception) -> str:
    """What the system refused, a port or a file, by its name, and what to try."""
    if not isinstance(error, OSError):
        return str(error)
    if isinstance(error.filename, str):
        return f"{error.filename}: {error.strerror}"
    if error.errno == EADDRINUSE:
        return (
            f"a port is taken: {error.strerror}; is that program running already? Stop the other "
            "one, or change the port in the configuration"
        )
    if error.errno in (ENOSPC, EDQUOT):
        return f"{error.strerror}: make room on the disk, or send the output somewhere else"
    return str(error)
