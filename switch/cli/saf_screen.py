"""What `switch saf` shows: what is owed, what befell a leg, and all of it for other programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal

import click
import msgspec

from cardswitch.specs.dates import utc_text
from cardswitch.specs.errors import Error
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.wire.operator.text import columns

from ..core.row import Row
from ..store.reader import JournalReader, Line
from .screen import how_it_stands, money

_AT_ONCE: Final = 500  # legs that are read at a time
_OWED: Final = (
    "LEG", "SINCE (UTC)", "OWED", "TO", "STATE", "CODE", "AMOUNT", "RRN", "MERCHANT", "TERMINAL",
    "CARD",
)  # fmt: skip
_STEPS: Final = ("ROW", "TIME (UTC)", "DAY", "STATE", "MTI", "CODE", "AMOUNT", "BY", "BECAUSE")
# Of a row, what people may see: neither the sealed card nor what makes its number known again.
_SHOWN: Final = (
    "sequence", "leg", "at", "state", "business_date", "day", "kind", "source", "upstream", "mti",
    "rrn", "merchant", "terminal", "amount", "currency", "code", "moved", "stays", "original",
    "pan_masked",
)  # fmt: skip


def show_owed(lines: Sequence[Line], as_json: bool, *, has_more: bool) -> None:
    """Show what is owed of the legs *lines*; *has_more*: there are others, and that is said."""
    if as_json:
        for line in lines:
            click.echo(msgspec.json.encode(owed_of(line)))
    elif lines:
        click.echo("\n".join(columns([_OWED, *map(_owed, lines)])))
    else:
        click.echo("nothing is owed: upstream has acknowledged all", err=True)
    if has_more:
        click.echo(
            f"these are the oldest {len(lines)}: --limit shows more, export writes all", err=True
        )


def owed_of(line: Line) -> dict[str, Any]:
    """*line* as other programs get it: with what is owed, a reversal or an advice."""
    return {"owed": _what(line), **msgspec.structs.asdict(line)}


def show_steps(leg: int, rows: Sequence[Row], as_json: bool) -> None:
    """Show the *rows* of *leg*. Raises Error if there are none."""
    if not rows:
        raise Error(f"leg {leg}: the journal has none of that number: `saf list` shows those owed")
    if as_json:
        for row in rows:
            shown = {name: getattr(row, name) for name in _SHOWN}
            click.echo(msgspec.json.encode({**shown, "fields": _said(row)}))
    else:
        click.echo("\n".join(columns([_STEPS, *map(_step, rows)])))


def exported(journal: JournalReader, form: Literal["json", "csv"]) -> str:
    """All that is owed, as lines of JSON or as CSV."""
    lines = [owed_of(line) for line in _all(journal)]
    if form == "json":
        return "".join(f"{msgspec.json.encode(line).decode()}\n" for line in lines)
    text = io.StringIO()
    names = ("owed", *Line.__struct_fields__)
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue()


def _all(journal: JournalReader) -> Iterator[Line]:
    after = 0
    with journal.snapshot():
        while lines := journal.owed(_AT_ONCE, after):
            yield from lines
            after = lines[-1].leg


def _what(line: Line) -> str:
    kind = KINDS.all.get(line.kind)
    return "advice" if kind is not None and kind.shape == "advise" else "reversal"


def _owed(line: Line) -> tuple[str, ...]:
    return (
        str(line.leg),
        utc_text(line.at)[:-1].replace("T", " "),
        _what(line),
        line.upstream,
        *how_it_stands(line),
    )


def _step(row: Row) -> tuple[str, ...]:
    said = _said(row)
    return (
        str(row.sequence),
        utc_text(row.at)[:-1].replace("T", " "),
        row.day,
        row.state,
        row.mti,
        row.code,
        money(row.amount, row.currency) if row.amount else "",
        said.get("by", ""),
        said.get("because", ""),
    )


def _said(row: Row) -> Mapping[str, str]:
    return msgspec.json.decode(row.fields, type=dict[str, str])
