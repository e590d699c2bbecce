"""`cardswitch gateway exceptions`: what waits for a person, and what the person knows."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from cardswitch.wire.operator.options import config_option

from .given import ask_gateway, config_of, json_option, say_json

EPILOG: Final = """\b
Examples:
  exceptions list
  exceptions resolve ch_… --outcome reversed --because "the bank says so, ticket 4711"

An exception is a payment or refund whose outcome nobody knows: there was no answer in time, and
its reversal was refused, or not acknowledged for a day. Nothing is guessed: a person asks the
bank, and says what became of it."""
RESOLVE_EPILOG: Final = """\b
Examples:
  resolve ch_… --outcome reversed --because "not in the bank's file of the day"
  resolve ch_… --outcome paid --because "the bank's file has it, reference 123456789012"

Nothing is ever sent for it again. Leave card numbers out of what you say."""


@click.group(epilog=EPILOG)
def exceptions() -> None:
    """What waits for a person to decide."""


@exceptions.command("list", epilog="\b\nExamples:\n  list\n  list --json")
@json_option("As one JSON list.")
@config_option
def list_(as_json: bool, config_path: Path) -> None:
    """List them, newest first, of a gateway that runs."""
    told = ask_gateway(config_of(config_path), "exceptions", {})
    found = told["exceptions"]
    if told["has_more"]:
        click.echo(f"more than these {len(found)} wait: resolve some to see others", err=True)
    if as_json:
        return say_json(found)
    for each in found:
        amount = f"{each['amount']} {each['currency']}"
        click.echo(f"{each['id']}  {each['merchant']:15} {amount:>16}  of {each['payment_intent']}")
    if not found:
        click.echo("none", err=True)
    return None


@exceptions.command(epilog=RESOLVE_EPILOG)
@click.argument("id_", metavar="ID")
@click.option(
    "--outcome", type=click.Choice(["reversed", "paid"]), required=True,
    help="Whether the money stays where it was, or was moved.",
)  # fmt: skip
@click.option(
    "--because", metavar="TEXT", required=True,
    help="How you know. Required, since nobody else can see it later.",
)  # fmt: skip
@json_option("As one JSON object.")
@config_option
def resolve(id_: str, outcome: str, because: str, as_json: bool, config_path: Path) -> None:
    """Say what became of ID, to a gateway that runs."""
    told = {"id": id_, "outcome": outcome, "because": because}
    done = ask_gateway(config_of(config_path), "resolve", told)
    if as_json:
        return say_json(done)
    click.echo(f"{done['id']} is {done['status']}")
    return None
