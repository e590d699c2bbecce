"""The `host` commands: thin, and quick to import, since help must be quick."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from cardswitch.wire.operator.log_options import LogOptions, log_options

EPILOG: Final = """\b
Examples:
  cardswitch host serve acquirer               the [acquirer] section of the lab
  cardswitch host serve issuer --config my/lab.toml"""


@click.group(epilog=EPILOG)
def host() -> None:
    """Run the acquirer or the issuer emulator."""


@host.command(epilog="\b\nExample:\n  serve issuer --config cardswitch-data/lab.toml")
@click.argument("name", type=click.Choice(["acquirer", "issuer"]))
@click.option(
    "--config", "config_path", metavar="FILE", default="cardswitch-data/lab.toml",
    show_default=True, help="The lab's TOML file.",
)  # fmt: skip
@log_options
def serve(name: str, config_path: str, log: LogOptions) -> None:
    """Serve as the acquirer or as the issuer, NAME, until stopped."""
    from cardswitch.wire.driver.event_log import EventLog
    from cardswitch.wire.driver.runtime import Runtime, run
    from cardswitch.wire.driver.service import until_stopped
    from cardswitch.wire.operator.config import read_config, section

    from .acquirer.config import AcquirerConfig
    from .issuer.config import IssuerConfig
    from .serve import serve_acquirer, serve_issuer

    path = Path(config_path)
    data = read_config(path)

    async def start() -> tuple[Runtime, str]:
        if name == "acquirer":
            acquirer = section(data, name, AcquirerConfig, path)
            host = acquirer.front.host
            runtime, _ = await serve_acquirer(acquirer, path.parent, log=EventLog(log))
        else:
            issuer = section(data, name, IssuerConfig, path)
            host = issuer.network.host
            runtime, _ = await serve_issuer(issuer, path.parent, log=EventLog(log))
        [port] = runtime.ports.values()
        return runtime, f"{host}:{port}"

    async def main() -> None:
        runtime, place = await start()
        click.echo(f"{name} on {place}", err=True)
        await until_stopped(runtime)

    run(main())
