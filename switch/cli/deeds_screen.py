"""What the commands of operators show: which rows were written, and what the journal is worth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click
import msgspec

from cardswitch.specs.masking import printable

from ..operate.verify_journal import JournalVerdict


def show_deed(done: Mapping[str, Any], as_json: bool) -> None:
    """Show what a deed has written, and where the switch does not run, what that means."""
    if as_json:
        click.echo(msgspec.json.encode(done))
        return
    for row in done.get("rows", ()):
        leg, state, sequence = (printable(str(row[name])) for name in ("leg", "state", "sequence"))
        click.echo(f"leg {leg}: {state}, row {sequence} of the journal")
    if not done.get("is_running"):
        click.echo("the switch does not run: what is to be sent leaves when it starts", err=True)


def show_verdict(verdict: JournalVerdict, as_json: bool) -> None:
    """Show whether a journal is what was written; findings go to stderr, for they are no data."""
    if as_json:
        click.echo(msgspec.json.encode(verdict))
        return
    if not verdict.findings:
        click.echo(f"{verdict.rows} rows are what was written; the last one is {verdict.checksum}")
        return
    for finding in verdict.findings:
        click.echo(printable(finding), err=True)
    more = ", and there may be more" if verdict.more else ""
    click.echo(
        f"of {verdict.rows} rows {len(verdict.findings)} are not what was written{more}: "
        "keep this journal as it is, and compare it with a copy",
        err=True,
    )
