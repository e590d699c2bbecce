"""What `terminal keys` shows: the keys of the pad, by check values alone."""

from __future__ import annotations

import click
import msgspec

from cardswitch.specs.dates import utc_text
from cardswitch.wire.operator.text import columns

from ..config import TerminalConfig
from ..pads import HeldKey, held_keys
from ..session import read_book


def show_keys(config: TerminalConfig, as_json: bool) -> None:
    """Show them; a line of JSON for each."""
    found = held_keys(config, read_book(config))
    if as_json:
        for each in found:
            click.echo(msgspec.json.encode(each))
    elif not found:
        click.echo("no keys: the configuration has neither tpk, dukpt nor mac.key")
    else:
        for line in columns([("KIND", "CHECK VALUE", "SINCE"), *map(_row, found)]):
            click.echo(line)


def _row(key: HeldKey) -> tuple[str, str, str]:
    if key.ksn:
        return key.kind, "DUKPT", f"another for every PIN, last KSN {key.ksn}"
    since = utc_text(key.taken_at) if key.taken_at is not None else "as configured"
    return key.kind, key.check_value, since
