"""The options that several `terminal` commands have."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from cardswitch.wire.operator.options import Time, config_option


def common(command: Callable[..., None]) -> Callable[..., None]:
    """The options of every command; it gets a TerminalConfig for all of them but the last."""

    @config_option
    @click.option(
        "--terminal",
        "terminal_id",
        metavar="ID",
        help="Terminal identity (field 41).",
    )
    @click.option(
        "--to", metavar="HOST:PORT", default="", help="Instead of terminal.host and port."
    )
    @click.option(
        "--remote", is_flag=True, help="Dial beyond this machine without TLS too, with test cards."
    )
    @click.option(
        "--columns", type=click.Choice(["24", "32", "40", "48"]), help="How wide the paper is."
    )
    @click.option("--svg", metavar="FOLDER", help="Keep receipts there as pictures, too.")
    @click.option("--json", "as_json", is_flag=True, help="One line of JSON instead of text.")
    @functools.wraps(command)
    def with_config(
        config_path: Path,
        terminal_id: str | None,
        to: str,
        remote: bool,
        columns: str | None,
        svg: str | None,
        **options: Any,
    ) -> None:
        from ..config import on_paper, read_terminal_config, with_id

        try:
            config = read_terminal_config(config_path, to, is_remote=remote)
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--to") from None
        config = on_paper(config, int(columns or config.columns), svg or config.svg)
        command(config=with_id(config, terminal_id) if terminal_id else config, **options)

    return with_config


waiting = click.option(
    "--within",
    type=Time(min=0, min_open=True),
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="How long a reversal may wait for its acknowledgement; then exit code 4, and it stays"
    " pending. An older one is waited for first, as long.",
)
pin_option = click.option(
    "--pin",
    metavar="-",
    envvar="CARDSWITCH_PIN",
    show_envvar=True,
    help="The customer's PIN: - asks for it, or reads a line of standard input. Any other value is"
    " the PIN itself, for all to see who list processes.",
)
