"""`settle fees list` and `settle fees explain`: thin, and quick to import."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Final

import click

from cardswitch.wire.operator import exits

from ..options import settle_options, settlement_section

EPILOG: Final = """\b
Examples:
  cardswitch settle fees list                  what was charged, kept and given back, by merchant
  cardswitch settle fees list --month 2026-11
  cardswitch settle fees explain 633221000017  how the fee of a sale came about

Schedules stand under [[settlement.fees]] of the configuration; without them nothing is charged."""
LIST_EPILOG: Final = """\b
Examples:
  list
  list --month 2026-11 --merchant SHOP0001 --json

KIND fees: of movements; monthly; reserve: kept; release: given back. Invoiced is what a merchant
of gross funding still has to pay: his deposits are the total of what was approved."""
EXPLAIN_EPILOG: Final = """\b
Examples:
  explain 633221000017
  explain 633221000017 --json

The rate is that of then, which the books keep with its version. Each movement is rounded by itself,
half up; what is undone gives back what was charged for it. Exit code 6 if the books hold another
fee than the rate comes to."""


def _checked_month(_ctx: click.Context, _option: click.Parameter, month: str) -> str:
    if month and not re.fullmatch("[0-9]{4}-(0[1-9]|1[0-2])", month):
        raise click.BadParameter("expected a month such as 2026-11")
    return month


@click.group(epilog=EPILOG)
def fees() -> None:
    """See what merchants were charged, and why."""


@fees.command("list", epilog=LIST_EPILOG)
@click.option(
    "--month", metavar="YYYY-MM", default="", callback=_checked_month, help="Of that month alone."
)
@click.option("--merchant", metavar="ID", default="", help="Of that merchant alone.")
@click.option("--json", "as_json", is_flag=True, help="JSON, one line for each.")
@settle_options
def list_(config_path: Path, month: str, merchant: str, as_json: bool) -> None:
    """List what was charged, kept and given back, by month, merchant, currency and kind."""
    from ...operate.fees.charged import charged
    from .screen import show_charged

    show_charged(charged(settlement_section(config_path), month, merchant), as_json)


@fees.command(epilog=EXPLAIN_EPILOG)
@click.argument("rrn")
@click.option("--json", "as_json", is_flag=True, help="JSON, one line for each movement.")
@settle_options
def explain(config_path: Path, rrn: str, as_json: bool) -> None:
    """Explain the fees of the sale of that RRN, and of what undid it."""
    from ...operate.fees.charged import explained
    from .screen import show_explained

    found = explained(settlement_section(config_path), rrn)
    show_explained(found, as_json)
    if not all(each.agrees for each in found):
        sys.exit(exits.FINDINGS)
