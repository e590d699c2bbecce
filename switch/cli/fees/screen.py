"""What the `settle fees` commands show: columns for people, one line of JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import click
import msgspec

from cardswitch.wire.operator.text import columns

from ...operate.fees.charged import Charged
from ...operate.fees.explain import Explained
from ..screen import money

_CHARGED: Final = (
    "MONTH", "MERCHANT", "KIND", "SCHEDULE", "AMOUNT", "INTERCHANGE", "SCHEME", "HOW",
)  # fmt: skip


def show_charged(charged: Sequence[Charged], as_json: bool) -> None:
    """Show sums, a line each."""
    if as_json:
        for each in charged:
            click.echo(msgspec.json.encode(each))
        return
    rows = [
        (
            each.month,
            each.merchant or "(none)",
            each.kind,
            each.version or "(none)",
            money(each.amount, each.currency),
            money(each.interchange, each.currency),
            money(each.scheme, each.currency),
            "invoiced" if each.is_invoiced else "taken of deposits",
        )
        for each in charged
    ]
    for row in columns([_CHARGED, *rows]) if rows else ["nothing was charged"]:
        click.echo(row)


def show_explained(explained: Sequence[Explained], as_json: bool) -> None:
    """Show how each fee came about."""
    for each in explained:
        if as_json:
            click.echo(msgspec.json.encode(each))
            continue
        m = each.movement
        click.echo(
            f"{m.kind} {money(m.amount, m.currency)} of {m.merchant}, closed {m.business_date}: "
            f"fee {money(m.fee, m.currency)}, schedule {m.rate.version}, rate {m.rate.place}"
        )
        if each.before:
            click.echo(
                f"  captured before {money(each.before, m.currency)}, then "
                f"{money(m.rest, m.currency)}"
            )
        for step in each.steps:
            click.echo(f"  {step}")
        if not each.agrees:
            click.echo("  the books hold another fee: cardswitch settle verify names what differs")
