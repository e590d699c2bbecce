"""The command `switch batches`: what terminals have closed, and what differs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import click

from cardswitch.wire.operator import exits
from cardswitch.wire.operator.options import config_option

from .options import switch_section

SHOWN: Final = 20
SHOWN_MAX: Final = 10_000
EPILOG: Final = """\b
Examples:
  batches
  batches --terminal TERM0001 --limit 100
  batches --json | jq 'select(.is_balanced | not) | .items'

HERE is what the journal has, THERE what the terminal counts, both as its merchant is owed them.
Exit codes: 0 all are in balance, 6 some are not."""


@click.command(epilog=EPILOG)
@click.option("--terminal", default="", metavar="ID", help="Only those of this terminal.")
@click.option(
    "--limit", type=click.IntRange(1, SHOWN_MAX), default=SHOWN, show_default=True,
    help="How many.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="JSON, one line for each.")
@config_option
def batches(config_path: Path, terminal: str, limit: int, as_json: bool) -> None:
    """List the batches that terminals have closed, oldest first, with what differs."""
    from ..store.reader import JournalReader
    from ..store.reconciled import reconciled
    from .batches_screen import show_batches

    journal = JournalReader(switch_section(config_path).database)
    with journal.snapshot():
        found = reconciled(journal, limit, terminal)
    show_batches(found, as_json)
    if any(each.is_closed and not each.is_balanced for each in found):
        sys.exit(exits.FINDINGS)
