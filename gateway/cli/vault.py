"""`cardswitch gateway vault`: the keys that card numbers are sealed with, and a new one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click

from cardswitch.wire.operator.options import config_option

from .given import ask_gateway, config_of, json_option, say_json

EPILOG: Final = """\b
Examples:
  vault status
  vault rotate

A new key seals new cards at once. Cards that are there are sealed anew in steps, while payments go
on; a gateway that is ended in between goes on when it runs again. Then the old key is deleted."""


@click.group(epilog=EPILOG)
def vault() -> None:
    """The keys that card numbers are sealed with."""


@vault.command(epilog="\b\nExamples:\n  status\n  status --json")
@json_option("As one JSON object.")
@config_option
def status(as_json: bool, config_path: Path) -> None:
    """Tell which keys a gateway that runs has, and how many cards are sealed with each."""
    _show(ask_gateway(config_of(config_path), "vault_status", {}), as_json)


@vault.command(epilog="\b\nExample:\n  rotate")
@json_option("As one JSON object.")
@config_option
def rotate(as_json: bool, config_path: Path) -> None:
    """Have a new key seal cards from now on, and the old one go when none needs it."""
    _show(ask_gateway(config_of(config_path), "vault_rotate", {}), as_json)


def _show(told: Mapping[str, Any], as_json: bool) -> None:
    from cardswitch.specs.dates import utc_text

    if as_json:
        return say_json(told)
    for key in told["keys"]:
        seals = "seals" if key["seals"] else "opens what is not sealed anew yet"
        click.echo(f"key {key['id']}  made {utc_text(key['made'])}  {key['cards']} cards  {seals}")
    if told["failed"]:
        click.echo(f"stopped: {told['failed']}; `rotate` goes on", err=True)
    return None
