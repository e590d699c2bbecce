"""`cardswitch gateway`: serve it, and look into it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from cardswitch.wire.operator.options import LogOptions, config_option, log_options

from .events import events
from .exceptions import exceptions
from .given import config_of, json_option, say_json, shop_of
from .keys import keys
from .links import links
from .vault import vault

EPILOG: Final = """\b
Examples:
  cardswitch gateway keys add SHOP0001         a secret key, and one for browsers: shown once
  cardswitch gateway serve                     the [gateway] section of the lab; `up` runs it too
  cardswitch gateway shop                      a sample shop in front of it; `up` runs it too
  cardswitch gateway show pi_…                 the whole story of a payment
  cardswitch gateway exceptions list           what nobody knows the outcome of
  cardswitch gateway events listen --forward http://127.0.0.1:3000/hook
  cardswitch gateway links create 24.90 "Two bags of beans"
  cardswitch gateway vault rotate              a new key for the numbers of cards

\b
A payment, with curl (`up` runs the lab in ./cardswitch-data):
  curl --cacert cardswitch-data/tls/ca.pem https://127.0.0.1:7108/v1/payment_intents \\
    -u sk_test_…: -d amount=1250 -d currency=eur -d payment_method=pm_card_visa -d confirm=true"""


@click.group(epilog=EPILOG)
def gateway() -> None:
    """Take payments over HTTPS, as SDKs of payment APIs ask for them."""


gateway.add_command(keys)
gateway.add_command(events)
gateway.add_command(exceptions)
gateway.add_command(links)
gateway.add_command(vault)


@gateway.command(epilog="\b\nExample:\n  serve --config cardswitch-data/lab.toml")
@config_option
@log_options
@click.pass_obj
def serve(obj: Any, config_path: Path, log: LogOptions) -> None:
    """Serve the API until stopped."""
    from cardswitch.wire.driver.event_log import EventLog
    from cardswitch.wire.driver.runtime import Clock, run
    from cardswitch.wire.driver.service import until_stopped

    from ..pair.node import serve_node
    from ..serve import ServedGateway, serve_gateway

    config = config_of(config_path)

    async def main() -> None:
        events, clock = EventLog(log), Clock()
        base = obj["open_vault"](config.vault)
        chain, money = obj["chain_of"](config_path), obj["money_of"](config_path)

        async def lead(port_of: Any = None) -> ServedGateway:
            return await serve_gateway(config, base, clock, events, chain, money, port_of)

        if config.other is None:
            served: Any = await lead()
        else:
            served = await serve_node(config, lead, events.record("gateway", clock))
        click.echo(f"gateway on https://{config.api.host}:{served.port}/v1", err=True)
        await until_stopped(served)

    run(main())


@gateway.command(epilog="\b\nExample:\n  openapi > openapi.json")
def openapi() -> None:
    """Print the description of the API, OpenAPI 3.1."""
    from ..api.described.document import document_text

    click.echo(document_text(), nl=False)


@gateway.command(epilog="\b\nExample:\n  shop --config cardswitch-data/lab.toml")
@config_option
@log_options
def shop(config_path: Path, log: LogOptions) -> None:
    """Serve the sample shop of the section [shop] until stopped: open it in a browser."""
    from cardswitch.wire.driver.event_log import EventLog
    from cardswitch.wire.driver.runtime import run
    from cardswitch.wire.driver.service import until_stopped

    from ..shop.serve import serve_shop

    config = shop_of(config_path)

    async def main() -> None:
        served = await serve_shop(config, log=EventLog(log))
        click.echo(f"shop on {config.url}", err=True)
        await until_stopped(served)

    run(main())


@gateway.command(epilog="\b\nExamples:\n  show pi_…\n  show ch_… --json")
@click.argument("id_", metavar="ID")
@json_option("As one JSON list.")
@config_option
@click.pass_obj
def show(obj: Any, /, id_: str, as_json: bool, config_path: Path) -> None:
    """Tell the story of the intent, charge or refund ID, from the request to the deposit.

    Each message at each hop, masked, and in hexadecimal less what may not be kept.
    """
    from ..screen import lines_of
    from ..story import sources_of, story_of

    config = config_of(config_path)
    steps = story_of(sources_of(config, obj["chain_of"](config_path)), id_)
    if as_json:
        return say_json(steps)
    for line in lines_of(steps):
        click.echo(line)
    return None
