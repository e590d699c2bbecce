"""The `switch exceptions` commands: the rows of `switch saf` that are left to a person."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from .options import switch_section
from .saf import LEGS_MAX, common, resolve, retry

EPILOG: Final = """\b
Examples:
  cardswitch switch exceptions list
  cardswitch switch exceptions retry 17 --because "the acquirer is back"
  cardswitch switch exceptions resolve 17 --because "refunded by hand, ticket 4711"

An exception is a leg of which something is owed upstream, a reversal or an advice, that was refused
there, or never acknowledged. Nothing more is sent for it until somebody decides. Both ways work
whether the switch runs or not, and leave a row in the journal with who did it and why.
`cardswitch switch saf list` shows all that is owed."""
LIST_EPILOG: Final = """\b
Examples:
  list
  list --json | jq .leg                        one line of JSON for each leg"""


@click.group(epilog=EPILOG)
def exceptions() -> None:
    """See and settle what the switch could not get through by itself."""


@exceptions.command("list", epilog=LIST_EPILOG)
@common
def list_(config_path: Path, as_json: bool) -> None:
    """List the legs that wait for a person, newest first, cards masked."""
    from ..core.states import State
    from ..store.reader import JournalReader
    from .screen import show_journal

    reader = JournalReader(switch_section(config_path).database)
    left = reader.newest(LEGS_MAX + 1, frozenset({State.EXCEPTION}))
    show_journal(left[:LEGS_MAX], as_json, nothing="no exceptions: no leg waits for a person")
    if len(left) > LEGS_MAX:
        click.echo(f"more than these {LEGS_MAX} wait: resolve some to see others", err=True)


exceptions.add_command(retry)
exceptions.add_command(resolve)
