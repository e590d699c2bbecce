"""The `hsm` commands: thin, and quick to import, since help must be quick."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

EPILOG: Final = """\b
Examples:
  cardswitch hsm serve                         the [hsm] section of the lab
  cardswitch hsm serve --config my/lab.toml

It holds the published test LMK and nothing else. Never give it a live key."""


@click.group(epilog=EPILOG)
def hsm() -> None:
    """Run the HSM simulator: payShield-style host commands over TCP, with test keys."""


@hsm.command(epilog="\b\nExample:\n  serve --config cardswitch-data/lab.toml")
@click.option(
    "--config", "config_path", metavar="FILE", default="cardswitch-data/lab.toml",
    show_default=True, help="The lab's TOML file.",
)  # fmt: skip
def serve(config_path: str) -> None:
    """Serve host commands until stopped."""
    from wire.config import read_config, section
    from wire.runtime import run
    from wire.service import until_stopped

    from .config import HsmConfig
    from .serve import serve as start

    config = section(read_config(Path(config_path)), "hsm", HsmConfig, config_path)

    async def main() -> None:
        runtime = await start(config)
        [port] = runtime.ports.values()
        click.echo(f"HSM simulator (test LMK) on {config.host}:{port}", err=True)
        await until_stopped(runtime)

    run(main())
