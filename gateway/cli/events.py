"""`cardswitch gateway events`: see them, hand them on to this machine, make them, resend them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import click

from cardswitch.wire.operator.options import config_option

from .given import ask_gateway, config_of, json_option, say_json

EPILOG: Final = """\b
Examples:
  events tail                                  what happens, from now on
  events listen --forward http://127.0.0.1:3000/hook
  events trigger payment_intent.succeeded
  events resend evt_…"""
LISTEN_EPILOG: Final = """\b
Examples:
  listen --forward http://127.0.0.1:3000/hook
  listen --forward http://localhost:3000/hook --type charge.refunded --type refund.failed

Each event is sent once, in its order, signed with the secret that is printed first: it is always
the same for this vault. It is sent nowhere but to this machine."""
TRIGGER_EPILOG: Final = """\b
Examples:
  trigger payment_intent.succeeded
  trigger charge.refunded --merchant SHOP0002

A real payment with a test card is made for it, and its events are real: the day's books have it."""
RESEND_EPILOG: Final = """\b
Examples:
  resend evt_…
  resend evt_… --endpoint we_…"""


@click.group(epilog=EPILOG)
def events() -> None:
    """What has happened, and who is told of it."""


def _filters(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options --type, --merchant and --count."""
    options = (
        click.option("--type", "types", metavar="TYPE", multiple=True, help="Of this type alone."),
        click.option("--merchant", metavar="ID", default="", help="Of this merchant alone."),
        click.option(
            "--last", type=click.IntRange(0, 1_000), default=0, help="So many of them before."
        ),
        click.option("--count", type=click.IntRange(min=1), help="End after so many."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@events.command(epilog="\b\nExamples:\n  tail\n  tail --last 10 --count 10 --json")
@_filters
@json_option("Each event as a line of JSON.")
@config_option
def tail(as_json: bool, config_path: Path, **filters: Any) -> None:
    """Show events as they happen, until stopped."""
    from ..following import Followed, following

    with suppress(KeyboardInterrupt):
        for event in following(config_of(config_path), Followed(**filters)):
            if as_json:
                say_json(event.shown)
            else:
                click.echo(event.line)


@events.command(epilog=LISTEN_EPILOG)
@click.option("--forward", metavar="URL", required=True, help="Where to; on this machine alone.")
@_filters
@config_option
@click.pass_obj
def listen(obj: Any, /, forward: str, config_path: Path, **filters: Any) -> None:
    """Hand events on to a URL of this machine as they happen, until stopped."""
    from ..following import Followed, Forward, following

    config = config_of(config_path)
    vault = obj["open_vault"](config.vault)
    with (
        Forward(forward, config.webhooks, vault.secret_for) as forwarding,
        suppress(KeyboardInterrupt),
    ):
        click.echo(f"signed with {forwarding.secret}", err=True)
        for event in following(config, Followed(**filters)):
            click.echo(f"{event.line}  {forwarding.send(event)}")


@events.command(epilog=TRIGGER_EPILOG)
@click.argument("type_", metavar="TYPE")
@click.option("--merchant", metavar="ID", default="", help="For whom; the first, if none is named.")
@json_option("As one JSON object.")
@config_option
def trigger(type_: str, merchant: str, as_json: bool, config_path: Path) -> None:
    """Have an event of TYPE happen, at a gateway that runs."""
    told = {"type": type_, "merchant": merchant}
    done = ask_gateway(config_of(config_path), "trigger", told)
    if as_json:
        return say_json(done)
    click.echo(f"{done['id']} is {done['status']}")
    return None


@events.command(epilog=RESEND_EPILOG)
@click.argument("id_", metavar="EVENT")
@click.option("--endpoint", metavar="ID", default="", help="To this one alone.")
@json_option("As one JSON object.")
@config_option
def resend(id_: str, endpoint: str, as_json: bool, config_path: Path) -> None:
    """Tell endpoints of EVENT again, by a gateway that runs."""
    told = {"event": id_, "endpoint": endpoint}
    done = ask_gateway(config_of(config_path), "resend", told)
    if as_json:
        return say_json(done)
    click.echo(f"{id_} is sent to {', '.join(done['endpoints']) or 'nobody: no endpoint wants it'}")
    return None
