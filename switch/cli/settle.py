"""The `settle` commands: thin, and quick to import, since help must be quick."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from .options import config_option, read_switch

if TYPE_CHECKING:
    from ..operate.config import SettlementConfig

FINDINGS_EXIT: Final = 6
EPILOG: Final = """\b
Examples:
  cardswitch settle preview                    what the present day would pay so far
  cardswitch settle close                      every bank day that has ended
  cardswitch settle close --date 2026-11-23    that day; again: the same files once more
  cardswitch settle show --json                what was closed

Exit codes: 0 done, 1 error, 2 usage, 6 the day was checked and something does not agree."""
CLOSE_EPILOG: Final = """\b
Examples:
  close                                        all days that have ended, in their order
  close --date 2026-11-23                      again: the recorded files, byte for byte"""
PREVIEW_EPILOG: Final = """\b
Example:
  preview --json"""
SHOW_EPILOG: Final = """\b
Examples:
  show
  show --date 2026-11-23 --json"""


@click.group(epilog=EPILOG)
def settle() -> None:
    """Close bank days and write the files that pay the merchants; a switch may run meanwhile."""


def common(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that all of them have."""
    as_json = click.option("--json", "as_json", is_flag=True, help="JSON, one line for each day.")
    return as_json(config_option(command))


def _checked_date(_ctx: click.Context, _option: click.Parameter, date: str | None) -> str | None:
    from cardswitch.specs.dates import CutOff
    from cardswitch.specs.errors import FormatError

    try:
        if date is not None:
            CutOff().ends_at(date)  # The one module that knows the calendar refuses what is none.
    except FormatError as error:
        raise click.BadParameter(str(error)) from None
    return date


def date_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option --date; the command gets `date`."""
    return click.option(
        "--date", metavar="YYYY-MM-DD", callback=_checked_date, help="Only this business date."
    )(command)


@settle.command(epilog=CLOSE_EPILOG)
@date_option
@common
@click.pass_obj
def close(obj: dict[str, Any], config_path: Path, date: str | None, as_json: bool) -> None:
    """Close bank days that have ended, and write their files.

    Without --date all that are not closed yet, in their order; with it that one. If it is closed
    already, its recorded files are written again.
    """
    import time

    from ..operate.settle import Findings, close_each
    from .screen import show_closed

    config, vault = read_switch(obj, config_path)
    settlement = _read_settlement(config_path)
    count = 0
    try:
        for day in close_each(config, settlement, vault, time.time(), date):
            show_closed(day, settlement.deposits, as_json)
            count += 1
    except Findings as error:
        click.echo(f"cardswitch: {error}", err=True)
        click.echo("\n".join(error.findings), err=True)
        sys.exit(FINDINGS_EXIT)
    if not count:
        click.echo("no bank day has ended that is not closed already", err=True)


@settle.command(epilog=PREVIEW_EPILOG)
@common
@click.pass_obj
def preview(obj: dict[str, Any], config_path: Path, as_json: bool) -> None:
    """Show what the present bank day would pay so far."""
    import time

    from ..operate.settle import preview as look
    from .screen import show_preview

    config, vault = read_switch(obj, config_path)
    show_preview(look(config, _read_settlement(config_path), vault, time.time()), as_json)


@settle.command(epilog=SHOW_EPILOG)
@date_option
@common
def show(config_path: Path, date: str | None, as_json: bool) -> None:
    """Show what was closed: batches, deposits, files."""
    from cardswitch.specs.errors import Error

    from ..store.books import BooksReader
    from .screen import show_closed

    settlement = _read_settlement(config_path)
    books = BooksReader(settlement.books)
    for name in [date] if date else books.dates():
        day = books.closed(name)
        if day is None:
            raise Error(f"{name} is not closed: cardswitch settle close does that")
        show_closed(day, settlement.deposits, as_json)


def _read_settlement(path: Path) -> SettlementConfig:
    from cardswitch.wire.operator.config import read_config, section

    from ..operate.config import SettlementConfig

    return section(read_config(path), "settlement", SettlementConfig, path).placed(path.parent)
