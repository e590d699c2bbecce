"""What the commands of the switch show: columns for people, one line of JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import click
import msgspec

from cardswitch.specs.dates import utc_text
from cardswitch.wire.operator.text import columns

from ..settlement.payouts import amount_text, currency_name
from ..store.reader import Line

_JOURNAL: Final = (
    "LEG", "TIME (UTC)", "DAY", "LISTENER", "KIND", "STATE", "CODE", "AMOUNT", "RRN", "MERCHANT",
    "TERMINAL", "CARD",
)  # fmt: skip


def show_journal(
    lines: Sequence[Line],
    as_json: bool,
    nothing: str = "no such legs",
    *,
    has_more: bool = False,
) -> None:
    """Show the legs *lines*; as JSON, each on a line of its own. If there are none, say so.

    *has_more*: there are older ones, and that is said.
    """
    if as_json:
        for line in lines:
            click.echo(msgspec.json.encode(line))
    elif lines:
        click.echo("\n".join(columns([_JOURNAL, *map(_leg, lines)])))
    else:
        click.echo(nothing, err=True)
    if has_more:
        click.echo(f"these are the newest {len(lines)}: --limit shows more", err=True)


def _leg(line: Line) -> tuple[str, ...]:
    return (
        str(line.leg),
        utc_text(line.at)[11:-1],
        line.business_date,
        line.source,
        line.kind or _what(line.mti),
        *how_it_stands(line),
    )


def how_it_stands(line: Line) -> tuple[str, ...]:
    """State, code, amount, RRN, merchant, terminal and card of *line*."""
    return (
        line.state,
        line.code,
        amount_shown(line),
        line.rrn,
        line.merchant,
        line.terminal,
        line.card,
    )


def _what(mti: str) -> str:
    """What has no row of the table: the reversal of what never came, or what is no class."""
    return "reversal" if mti[1:2] == "4" else mti


def amount_shown(line: Line) -> str:
    """The amount of *line*, and where it was reversed in part, what stays."""
    whole = money(line.amount, line.currency)
    return f"{amount_text(line.stays, line.currency)} of {whole}" if line.stays else whole


def money(amount: int, code: str) -> str:
    """*amount* in minor units with the name of its currency, if the journal holds a known one.

    >>> money(1250, "978"), money(1250, "000")
    ('12.50 EUR', '1250 000')
    """
    return f"{amount_text(amount, code)} {currency_name(code)}".strip()
