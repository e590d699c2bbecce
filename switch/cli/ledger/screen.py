"""What the commands of the general ledger show: columns for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import click
import msgspec

from cardswitch.wire.operator.text import columns

from ...operate.bank.corrections import AccountBalance, Suspended
from ...store.holds.reading import Hold
from ..screen import money

_ACCOUNTS: Final = ("ACCOUNT", "BALANCE", "WHAT IT IS")
_HOLDS: Final = ("STATE", "RRN", "DAY", "MERCHANT", "PLACED", "POSTED", "HELD")
_SUSPENSE: Final = ("MOVEMENT", "RRN", "DAY", "MERCHANT", "TERMINAL", "AMOUNT", "WHY")


def show_accounts(found: Sequence[AccountBalance], as_json: bool) -> None:
    """Show the chart with its balances."""
    if as_json:
        for each in found:
            click.echo(msgspec.json.encode(each))
        return
    rows = [(a.account, money(a.amount, a.currency) if a.currency else "-", a.text) for a in found]
    click.echo("\n".join(columns([_ACCOUNTS, *rows])))


def show_holds(found: Sequence[Hold], as_json: bool) -> None:
    """Show how holds stand."""
    if as_json:
        for each in found:
            click.echo(msgspec.json.encode({**msgspec.structs.asdict(each), "state": each.state}))
        return
    rows = [
        (
            each.state,
            each.rrn,
            each.placed_on,
            each.merchant or "(none)",
            *(money(amount, each.currency) for amount in (each.placed, each.posted, each.held)),
        )
        for each in found
    ]
    if rows:
        click.echo("\n".join(columns([_HOLDS, *rows])))
    else:
        click.echo("nothing is held", err=True)


def show_suspense(found: Sequence[Suspended], as_json: bool) -> None:
    """Show the movements that stand in suspense."""
    if as_json:
        for each in found:
            click.echo(msgspec.json.encode(each))
        return
    rows = [
        (
            each.movement,
            each.rrn,
            each.moved_on,
            each.merchant or "(none)",
            each.terminal,
            money(each.amount, each.currency),
            each.why,
        )
        for each in found
    ]
    if rows:
        click.echo("\n".join(columns([_SUSPENSE, *rows])))
    else:
        click.echo("nothing stands in suspense", err=True)
