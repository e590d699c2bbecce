"""The `terminal` commands that sell nothing: the batch, signs of life, keys."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final, Literal

import click

from .options import common, waiting

if TYPE_CHECKING:
    from ..config import TerminalConfig

SETTLE_EPILOG: Final = """\b
Examples:
  settle                                       totals, and whether the switch has the same
  settle --json
  settle --within 300                          for a switch that starts late
  settle --offline                             without the switch: nothing is compared

If totals differ, every item of the batch is sent, and what differs is named. Either way the next
batch begins. Exit codes: 0 in balance, 1 refused: the batch stays open, 4 no answer in time: the
next command asks again, 5 the switch cannot be reached, 6 out of balance."""
CLOSE_EPILOG: Final = """\b
Example:
  close-batch                                  the old name of settle"""


ECHO_EPILOG: Final = """\b
Examples:
  echo                                         exit code 4: no answer, 5: nobody there
  echo --terminal TERM0002 --json"""
SIGN_ON_EPILOG: Final = """\b
Examples:
  sign-on                                      whether the switch lets this terminal sign on
  sign-on --terminal TERM0002 --json

Where a listener wants it (sign_on = "required"), say sign_on = true in the section [terminal]: it
signs on before each command, since each is a connection of its own."""
SIGN_OFF_EPILOG: Final = """\b
Examples:
  sign-off
  sign-off --json"""
KEYS_EPILOG: Final = """\b
Examples:
  keys                                         which keys the pad has, and since when
  keys --json                                  one line of JSON for each

The same check value at the switch (`cardswitch switch keys list`) says that both have one key."""
KEY_EPILOG: Final = """\b
Examples:
  change-key                                   that for PINs, and that for MACs if there is one
  change-key --kind mac
  change-key --terminal TERM0002 --json

The switch has its HSM make the key, and sends it under the master key. It accepts the old
one as well until the new one was in use for a while. Exit codes: 0 changed, 1 refused, 4 no answer
in time, 5 the switch cannot be reached; but for 0 the old key stays in use."""


@click.command(epilog=SETTLE_EPILOG)
@click.option("--offline", is_flag=True, help="Close the batch here alone, without the switch.")
@waiting
@common
def settle(config: TerminalConfig, offline: bool, within: float, as_json: bool) -> None:
    """Close the batch: its totals are compared with what the switch has; the next one begins."""
    from .settle_screen import close_offline, settle

    sys.exit(close_offline(config, as_json) if offline else settle(config, within, as_json))


@click.command("close-batch", epilog=CLOSE_EPILOG)
@waiting
@common
def close_batch(config: TerminalConfig, within: float, as_json: bool) -> None:
    """The old name of settle."""
    from .settle_screen import settle

    click.echo("close-batch is called settle now", err=True)
    sys.exit(settle(config, within, as_json))


@click.command(epilog=ECHO_EPILOG)
@waiting
@common
def echo(config: TerminalConfig, within: float, as_json: bool) -> None:
    """Ask the switch for a sign of life (0800); nothing is sold."""
    from .news_screen import manage

    sys.exit(manage(config, "echo", within, as_json))


@click.command("sign-on", epilog=SIGN_ON_EPILOG)
@waiting
@common
def sign_on(config: TerminalConfig, within: float, as_json: bool) -> None:
    """Sign on to the switch (0800 with 001), for as long as the connection lasts."""
    from .news_screen import manage

    sys.exit(manage(config, "sign-on", within, as_json))


@click.command("sign-off", epilog=SIGN_OFF_EPILOG)
@waiting
@common
def sign_off(config: TerminalConfig, within: float, as_json: bool) -> None:
    """Sign off (0800 with 002): on that connection nothing new is performed."""
    from .news_screen import manage

    sys.exit(manage(config, "sign-off", within, as_json))


@click.command("change-key", epilog=KEY_EPILOG)
@click.option("--kind", type=click.Choice(["pin", "mac"]), help="Which; without it, all there are.")
@waiting
@common
def change_key(
    config: TerminalConfig, kind: Literal["pin", "mac"] | None, within: float, as_json: bool
) -> None:
    """Ask the switch for new keys of the PIN pad."""
    from .news_screen import change_keys

    sys.exit(change_keys(config, kind, within, as_json))


@click.command(epilog=KEYS_EPILOG)
@common
def keys(config: TerminalConfig, as_json: bool) -> None:
    """Show the keys of the pad by their check values; nothing is sent."""
    from .keys_screen import show_keys

    show_keys(config, as_json)
