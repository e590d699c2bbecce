"""The command `switch journal`: its last legs, and whether it is what was written."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import click
from click.core import ParameterSource

from cardswitch.wire.operator import exits
from cardswitch.wire.operator.options import config_option

from .options import switch_section

LEGS_SHOWN: Final = 20
LEGS_MAX: Final = 10_000  # What is listed is held in memory; whoever wants all reads the database.
JOURNAL_EPILOG: Final = """\b
Examples:
  journal --limit 5
  journal --open                               no outcome yet, or a reversal still owed
  journal --json | jq .rrn                     one line of JSON for each leg
  journal verify                               whether it is what was written

A purchase has two legs: one at the listener of the terminals, one at that of the network. So has a
reversal that comes in. Of a purchase that was reversed in part, AMOUNT says what stays."""
VERIFY_EPILOG: Final = """\b
Examples:
  verify                                       also while the switch runs
  verify --json | jq .checksum                 the head: keep it elsewhere, to see a later cut

Every row holds a checksum of itself and of the one before it, so a row that was changed, moved or
taken out is named. Exit codes: 0 all rows are what was written, 6 some are not."""


@click.group(epilog=JOURNAL_EPILOG, invoke_without_command=True)
@click.option("--open", "wanted", flag_value="open", help="Only those that are not finished.")
@click.option("--exceptions", "wanted", flag_value="exceptions", help="Only those left to people.")
@click.option(
    "--limit", type=click.IntRange(1, LEGS_MAX), default=LEGS_SHOWN, show_default=True,
    help="How many.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="JSON instead of columns.")
@config_option
@click.pass_context
def journal(
    ctx: click.Context, config_path: Path, wanted: str | None, limit: int, as_json: bool
) -> None:
    """List the last legs, newest first, cards masked; or verify what is written."""
    if ctx.invoked_subcommand is not None:
        if any(
            ctx.get_parameter_source(name) is not ParameterSource.DEFAULT for name in ctx.params
        ):
            raise click.UsageError(f"options go behind {ctx.invoked_subcommand}")
        return
    from ..core.states import State
    from ..store.reader import GOES_ON, JournalReader
    from .screen import show_journal

    states = {"open": GOES_ON, "exceptions": frozenset({State.EXCEPTION})}
    reader = JournalReader(switch_section(config_path).database)
    found = reader.newest(limit + 1, states.get(wanted or "", frozenset()))
    # Who asks for the last legs of all knows that there are others.
    has_more = wanted is not None and len(found) > limit
    show_journal(found[:limit], as_json, has_more=has_more)


@journal.command(epilog=VERIFY_EPILOG)
@click.option("--json", "as_json", is_flag=True, help="JSON, on one line.")
@config_option
def verify(config_path: Path, as_json: bool) -> None:
    """Go through all rows, and name those that are not what was written."""
    from ..operate.verify_journal import verify_journal
    from .deeds_screen import show_verdict

    verdict = verify_journal(switch_section(config_path))
    show_verdict(verdict, as_json)
    if verdict.findings:
        sys.exit(exits.FINDINGS)
