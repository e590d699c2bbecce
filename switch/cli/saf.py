"""The `switch saf` commands: what the switch owes upstream, store and forward, and who decides."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import click

from cardswitch.wire.operator.options import config_option

from .options import read_switch, switch_section

if TYPE_CHECKING:
    from ..store.reader import JournalReader

LEGS_MAX: Final = 10_000
LEGS_SHOWN: Final = 100
EPILOG: Final = """\b
Examples:
  cardswitch switch saf list
  cardswitch switch saf show 17
  cardswitch switch saf retry 17 --because "the acquirer is back"
  cardswitch switch saf resolve 17 --because "settled by hand, ticket 4711"
  cardswitch switch saf export owed.csv --format csv

What is owed is a reversal (0420) or an advice (0220): it is sent, and repeated (0421, 0221), until
upstream has acknowledged it. What is refused there, or never acknowledged, is set aside as an
exception, for a person: nothing is dropped without a reason. What else is owed about the same
transaction waits until one has decided."""
LIST_EPILOG: Final = """\b
Examples:
  list
  list --limit 1000 --json | jq 'select(.state == "exception") | .leg'

STATE reversing: a reversal is being sent; taken: an advice is; exception: it waits for a person."""
SHOW_EPILOG: Final = """\b
Examples:
  show 17
  show 17 --json | jq .state                   one line of JSON for each row"""
RETRY_EPILOG: Final = """\b
Examples:
  retry 17
  retry 17 18 --because "the acquirer is back" --json

Where the switch does not run, what is owed is sent when it starts."""
RESOLVE_EPILOG: Final = """\b
Examples:
  resolve 17 --because "refunded by hand, ticket 4711"

Nothing is ever sent for the leg again, so the journal keeps what you know. Leave card numbers
out of it."""
EXPORT_EPILOG: Final = """\b
Examples:
  export | jq .rrn                             one line of JSON for each leg, all of them
  export owed.csv --format csv

Cards are masked: whoever settles it by other means finds it by RRN, terminal and date."""


@click.group(epilog=EPILOG)
def saf() -> None:
    """See what is owed upstream, and settle what could not be got through."""


def common(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that all of them have."""
    as_json = click.option("--json", "as_json", is_flag=True, help="JSON, one line for each leg.")
    return as_json(config_option(command))


def legs_argument(command: Callable[..., Any]) -> Callable[..., Any]:
    """The argument LEG, once or several times; the command gets `legs`."""
    kind = click.IntRange(min=1)
    return click.argument("legs", metavar="LEG...", nargs=-1, required=True, type=kind)(command)


@saf.command("list", epilog=LIST_EPILOG)
@click.option(
    "--limit", type=click.IntRange(1, LEGS_MAX), default=LEGS_SHOWN, show_default=True,
    help="How many.",
)  # fmt: skip
@common
def list_(config_path: Path, limit: int, as_json: bool) -> None:
    """List what is owed, oldest first, cards masked."""
    from .saf_screen import show_owed

    owed = _journal(config_path).owed(limit + 1)
    show_owed(owed[:limit], as_json, has_more=len(owed) > limit)


@saf.command(epilog=SHOW_EPILOG)
@click.argument("leg", type=click.IntRange(min=1))
@common
def show(config_path: Path, leg: int, as_json: bool) -> None:
    """Show all that happened to LEG, and what is sent for it."""
    from .saf_screen import show_steps

    show_steps(leg, _journal(config_path).steps_of(leg), as_json)


@saf.command(epilog=RETRY_EPILOG)
@legs_argument
@click.option("--because", metavar="TEXT", default="", help="Why, for the journal.")
@common
@click.pass_obj
def retry(
    obj: dict[str, Any], config_path: Path, legs: tuple[int, ...], because: str, as_json: bool
) -> None:
    """Send again what each LEG owes."""
    _perform(obj, config_path, "retry", legs, because, as_json)


@saf.command(epilog=RESOLVE_EPILOG)
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


@saf.command(epilog=EXPORT_EPILOG)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), default="-")
@click.option(
    "--format", "form", type=click.Choice(["json", "csv"]), default="json", show_default=True,
    help="JSON, one line for each leg, or CSV with a heading.",
)  # fmt: skip
@config_option
def export(config_path: Path, file: Path, form: Literal["json", "csv"]) -> None:
    """Write all that is owed to FILE, or to standard output."""
    from cardswitch.wire.operator.files import write_output

    from .saf_screen import exported

    text = exported(_journal(config_path), form)
    if str(file) == "-":
        click.echo(text, nl=False)
    else:
        write_output(file, text)


def _journal(config_path: Path) -> JournalReader:
    from ..store.reader import JournalReader

    return JournalReader(switch_section(config_path).database)


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
