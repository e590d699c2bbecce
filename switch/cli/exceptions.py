"""The `switch exceptions` commands: what the switch could not undo by itself, left to a person."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

from cardswitch.wire.operator.options import config_option

from .options import read_switch, switch_section

LEGS_MAX: Final = 10_000
EPILOG: Final = """\b
Examples:
  cardswitch switch exceptions list
  cardswitch switch exceptions retry 17 --because "the acquirer is back"
  cardswitch switch exceptions resolve 17 --because "refunded by hand, ticket 4711"

An exception is a leg whose reversal was refused upstream, or never acknowledged. Nothing more is
sent for it until somebody decides. Both ways work whether the switch runs or not, and leave a row
in the journal with who did it and why."""
LIST_EPILOG: Final = """\b
Examples:
  list
  list --json | jq .leg                        one line of JSON for each leg"""
RETRY_EPILOG: Final = """\b
Examples:
  retry 17
  retry 17 18 --because "the acquirer is back" --json

Where the switch does not run, the reversal is sent when it starts."""
RESOLVE_EPILOG: Final = """\b
Examples:
  resolve 17 --because "refunded by hand, ticket 4711"

Nothing is ever sent for the leg again, so the journal keeps what you know. Leave card numbers
out of it."""


@click.group(epilog=EPILOG)
def exceptions() -> None:
    """See and settle what the switch could not undo by itself."""


def common(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that all of them have."""
    as_json = click.option("--json", "as_json", is_flag=True, help="JSON, one line for each leg.")
    return as_json(config_option(command))


def legs_argument(command: Callable[..., Any]) -> Callable[..., Any]:
    """The argument LEG, once or several times; the command gets `legs`."""
    kind = click.IntRange(min=1)
    return click.argument("legs", metavar="LEG...", nargs=-1, required=True, type=kind)(command)


@exceptions.command("list", epilog=LIST_EPILOG)
@common
def list_(config_path: Path, as_json: bool) -> None:
    """List the legs that wait for a person, newest first, cards masked."""
    from ..core.states import State
    from ..store.reader import JournalReader
    from .screen import show_journal

    reader = JournalReader(switch_section(config_path).database)
    left = reader.newest(LEGS_MAX, frozenset({State.EXCEPTION}))
    show_journal(left, as_json, nothing="no exceptions: no leg waits for a person")


@exceptions.command(epilog=RETRY_EPILOG)
@legs_argument
@click.option("--because", metavar="TEXT", default="", help="Why, for the journal.")
@common
@click.pass_obj
def retry(
    obj: dict[str, Any], config_path: Path, legs: tuple[int, ...], because: str, as_json: bool
) -> None:
    """Send the reversal of each LEG again."""
    _perform(obj, config_path, "retry", legs, because, as_json)


@exceptions.command(epilog=RESOLVE_EPILOG)
@legs_argument
@click.option(
    "--because", metavar="TEXT", required=True,
    help="What you know that ends it. Required, since nobody else can see it later.",
)  # fmt: skip
@common
@click.pass_obj
def resolve(
    obj: dict[str, Any], config_path: Path, legs: tuple[int, ...], because: str, as_json: bool
) -> None:
    """End each LEG for good: what was owed is settled by other means."""
    _perform(obj, config_path, "resolve", legs, because, as_json)


def _perform(
    obj: dict[str, Any],
    config_path: Path,
    verb: str,
    legs: tuple[int, ...],
    because: str,
    as_json: bool,
) -> None:
    from ..operate.deeds import perform
    from .deeds_screen import show_deed

    config, vault = read_switch(obj, config_path)
    for leg in legs:
        show_deed(perform(config, vault, verb, {"leg": leg, "because": because}), as_json)
