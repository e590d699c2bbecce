"""What the commands of the switch show: columns for people, one line of JSON for programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import click
import msgspec

from cardswitch.specs.amounts import currency, format_amount
from cardswitch.specs.dates import utc_text
from cardswitch.specs.errors import FormatError
from cardswitch.specs.masking import printable

from ..operate.settle import Preview
from ..settlement.totals import BatchTotals
from ..store.books import ClosedDay, Deposit
from ..store.journal import Line

_JOURNAL: Final = (
    "LEG", "TIME (UTC)", "DAY", "DOOR", "STATE", "CODE", "AMOUNT", "RRN", "MERCHANT", "TERMINAL",
    "CARD",
)  # fmt: skip
_BATCHES: Final = (
    "MERCHANT", "TERMINAL", "CAPTURES", "CAPTURED", "REVERSALS", "REVERSED", "NET",
)  # fmt: skip


def show_journal(lines: Sequence[Line], as_json: bool) -> None:
    """Show the legs *lines*; as JSON, each on a line of its own."""
    if as_json:
        for line in lines:
            click.echo(msgspec.json.encode(line))
    elif lines:
        click.echo(columns([_JOURNAL, *map(_leg, lines)]))
    else:
        click.echo("no such legs", err=True)


def show_closed(day: ClosedDay, folder: str, as_json: bool) -> None:
    """Show a day that is closed: its batches, deposits, and files in *folder*."""
    files = [str(Path(folder) / name) for name in day.files]
    if as_json:
        click.echo(msgspec.json.encode({**msgspec.structs.asdict(day), "files": files}))
        return
    click.echo(f"{day.business_date}  closed, ended {utc_text(day.ends_at)}")
    _show_sums(day.batches, day.payouts)
    click.echo("".join(f"  file     {file}\n" for file in files), nl=False)


def show_preview(seen: Preview, as_json: bool) -> None:
    """Show what a day would pay so far."""
    if as_json:
        click.echo(msgspec.json.encode(seen))
        return
    click.echo(f"{seen.business_date}  open until {utc_text(seen.ends_at)}; so far:")
    _show_sums(seen.batches, seen.payouts)
    if seen.open_legs:
        click.echo(f"  not counted, since they have no outcome yet: {seen.open_legs} purchases")
    if seen.unclosed:
        click.echo(f"  to be closed before: {', '.join(seen.unclosed)}")


def columns(rows: Iterable[Sequence[str]]) -> str:
    """*rows* of text as columns, each as wide as its widest cell.

    >>> print(columns([("NAME", "SUM"), ("a", "12.50")]))
    NAME  SUM
    a     12.50
    """
    cells = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in cells)


def _show_sums(batches: Sequence[BatchTotals], payouts: Sequence[Deposit]) -> None:
    rows = [_BATCHES, *map(_batch, batches)] if batches else []
    for row in columns(rows).splitlines():
        click.echo(f"  {row}")
    paid = [("deposit", p.merchant, _money(p.amount, p.currency), p.end_to_end_id) for p in payouts]
    for row in columns(paid).splitlines() or ["no deposit"]:
        click.echo(f"  {row}")


def _leg(line: Line) -> tuple[str, ...]:
    return (
        str(line.leg),
        utc_text(line.at)[11:-1],
        line.business_date,
        line.source,
        line.state,
        line.code,
        _money(line.amount, line.currency),
        line.rrn,
        line.merchant,
        line.terminal,
        line.card,
    )


def _batch(batch: BatchTotals) -> tuple[str, ...]:
    sums = (batch.captured, batch.reversed, batch.net)
    captured, undone, net = (_money(amount, batch.currency) for amount in sums)
    where = (batch.merchant, batch.terminal)
    return (*where, str(batch.captures), captured, str(batch.reversals), undone, net)


def _money(amount: int, code: str) -> str:
    """*amount* in minor units with the name of its currency, if the journal holds a known one."""
    try:
        return f"{format_amount(amount, code)} {currency(code).alpha}"
    except FormatError:
        return f"{amount} {code}".strip()
