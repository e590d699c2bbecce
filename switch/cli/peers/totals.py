"""The `switch totals` commands: what a settlement date comes to, here and with an upstream."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

import click

from cardswitch.wire.operator import exits
from cardswitch.wire.operator.options import config_option

from ..options import read_switch, switch_section, within_option
from ..payout import numeric

WITHIN_S: Final = 15.0
SHOWN: Final = 20
SHOWN_MAX: Final = 10_000
EPILOG: Final = """\b
Examples:
  cardswitch switch totals ask acquirer
  cardswitch switch totals ask acquirer --date 2026-11-28 --json
  cardswitch switch totals list

What goes to an upstream with `settles_with` is counted by settlement date (field 15). A person has
totals compared by 0500; when a date ends, the upstream is told them by 0520, once nothing of that
date is on its way. HERE is what the journal has, THERE what the upstream says that it has."""
ASK_EPILOG: Final = """\b
Examples:
  ask acquirer                                 what today comes to by now
  ask acquirer --date 2026-11-28               of another date
  ask acquirer --currency USD --json | jq .compared

What is on its way just now is counted by one side alone: see how many are open.
Exit codes: 0 in balance, 1 refused there, 4 no answer in time, 6 out of balance."""
LIST_EPILOG: Final = """\b
Examples:
  list
  list --place acquirer --limit 100
  list --json | jq 'select(.is_balanced | not)'

Exit codes: 0 the last word on each date, shown or not, is that it balances, 6 it is not."""


@click.group(epilog=EPILOG)
def totals() -> None:
    """Compare what a settlement date comes to with an upstream."""


@totals.command(epilog=ASK_EPILOG)
@click.argument("place")
@click.option("--date", default="", metavar="YYYY-MM-DD", help="Of that date; today without it.")
@click.option(
    "--currency", default="", metavar="EUR", callback=numeric, help="In that alone; all without it."
)
@click.option("--because", metavar="TEXT", default="", help="Why, for the journal.")
@within_option(WITHIN_S)
@click.option("--json", "as_json", is_flag=True, help="JSON, on one line.")
@config_option
def ask(
    config_path: Path,
    place: str,
    date: str,
    currency: str,
    because: str,
    within_s: float,
    as_json: bool,
) -> None:
    """Ask the upstream PLACE what it has of a date, and show what differs."""
    from ...operate.totals import ask_totals
    from .totals_screen import show_asked

    config = switch_section(config_path)
    found = ask_totals(config, place, date, currency, because, within_s)
    sys.exit(show_asked(found, as_json))


@totals.command("list", epilog=LIST_EPILOG)
@click.option("--place", default="", metavar="NAME", help="Only with this upstream.")
@click.option(
    "--limit", type=click.IntRange(1, SHOWN_MAX), default=SHOWN, show_default=True,
    help="How many are shown.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="JSON, one line for each.")
@config_option
@click.pass_obj
def list_(obj: dict[str, Any], config_path: Path, place: str, limit: int, as_json: bool) -> None:
    """List what was compared, oldest first, and what upstreams are still to be told."""
    from cardswitch.wire.operator.config import nearest

    from ...operate.totals import due_of
    from ...store.compared import compared
    from ...store.reader import JournalReader
    from .totals_screen import show_list

    config, vault = read_switch(obj, config_path)
    if place and place not in config.upstreams:
        raise click.BadParameter(nearest(place, config.upstreams), param_hint="--place")
    journal = JournalReader(config.database)
    due = {} if as_json else due_of(config, vault)
    if not show_list(compared(journal, place), due, as_json, limit):
        sys.exit(exits.FINDINGS)
