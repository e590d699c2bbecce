"""What `switch batches` shows: a line for each batch, and one for each item that differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import click
import msgspec

from cardswitch.specs.dates import utc_text
from cardswitch.specs.masking import printable
from cardswitch.specs.transactions.totals import Totals
from cardswitch.wire.operator.text import columns

from ..store.reconciled import Item, Reconciled
from .screen import money

_HEADER: Final = ("LEG", "TIME (UTC)", "MERCHANT", "TERMINAL", "BATCH", "HERE", "THERE", "STATE")


def show_batches(found: Sequence[Reconciled], as_json: bool) -> None:
    """Show what terminals have closed; if there is nothing, say so."""
    if as_json:
        for each in found:
            click.echo(msgspec.json.encode(batch_shown(each)))
        return None
    if not found:
        return click.echo("no terminal has settled a batch yet", err=True)
    header, *lines = columns([_HEADER, *map(_row, found)])
    click.echo(header)
    for each, line in zip(found, lines, strict=True):
        click.echo(line)
        for more in _more(each):
            click.echo(f"  {more}")
    return None


def batch_shown(each: Reconciled) -> Mapping[str, Any]:
    """*each* for JSON, amounts in minor units."""
    return {
        **msgspec.structs.asdict(each),
        "there": totals_shown(each.there),
        "here": totals_shown(each.here),
        "days": {day: totals_shown(of_day) for day, of_day in each.days.items()},
    }


def totals_shown(totals: Totals) -> Mapping[str, Mapping[str, int]]:
    """*totals* for JSON."""
    return {
        name: {"count": side.number, "amount": side.amount}
        for name, side in totals._asdict().items()
    }


def days_told(each: Reconciled) -> str:
    """How a batch lies on its bank days, where it lies on several."""
    parts = [f"{money(-of_day.net, each.currency)} on {day}" for day, of_day in each.days.items()]
    return ", ".join(parts)


def _row(each: Reconciled) -> tuple[str, ...]:
    balance = "in balance" if each.is_balanced else "out of balance"
    return (
        str(each.leg),
        utc_text(each.at)[:-5].replace("T", " "),
        printable(each.merchant, 15),
        printable(each.terminal, 8),
        f"{each.batch:03d}",
        money(-each.here.net, each.currency),
        money(-each.there.net, each.currency),
        balance if each.is_closed else "differs, items asked for",
    )


def _more(each: Reconciled) -> Iterator[str]:
    if len(each.days) > 1:
        yield f"bank days: {days_told(each)}"
    for item in each.items:
        yield _item(item, each.currency)


def _item(item: Item, code: str) -> str:
    where = f"leg {item.original}, " if item.original else ""
    what = f"{where}{item.kind}, RRN {printable(item.rrn, 12) or 'not given'}"
    if not item.there:
        return f"missing there: {what}, {money(item.here, code)}"
    if not item.here:
        return f"missing here: {what}, {money(item.there, code)}"
    return f"differs: {what}, {money(item.here, code)} here, {money(item.there, code)} there"
