"""`cardswitch gateway keys`: who may ask."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from cardswitch.wire.operator.options import Time, config_option

from .given import config_of, json_option, say_json

if TYPE_CHECKING:
    from ..api.keys import ApiKey, KeyFile

HOUR_S: Final = 3_600.0
OVERLAP_HOURS: Final = 24.0
EPILOG: Final = """\b
Examples:
  keys add SHOP0001
  keys list
  keys roll key_Ab12Cd34 --overlap-hours 2
  keys revoke key_Ab12Cd34"""


@click.group(epilog=EPILOG)
def keys() -> None:
    """Who may ask: secret keys for servers, publishable ones for browsers."""


@keys.command(epilog="\b\nExample:\n  keys add SHOP0001 --json")
@click.argument("merchant")
@json_option("As one JSON object.")
@config_option
def add(merchant: str, as_json: bool, config_path: Path) -> None:
    """Make two keys for MERCHANT, an id of [[merchants]]. They are shown now, and never again."""
    import time

    from cardswitch.specs.errors import ConfigError

    config = config_of(config_path)
    known = [each.id for each in config.merchants]
    if merchant not in known:
        raise ConfigError(f"{merchant}: no id of [[merchants]], where there are {', '.join(known)}")
    _show(_file(config_path).add(merchant, int(time.time())), as_json)


@keys.command("list", epilog="\b\nExample:\n  keys list --json")
@json_option("As one JSON list.")
@config_option
def list_(as_json: bool, config_path: Path) -> None:
    """Show all keys, by their ids and last characters."""
    import time

    from cardswitch.specs.dates import utc_text

    found = _file(config_path).all()
    if as_json:
        names = ("id", "kind", "merchant", "hint", "created", "revoked")
        return say_json([{name: getattr(key, name) for name in names} for key in found])
    for key in found:
        state = "valid"
        if key.revoked:
            state = f"{'ends' if key.revoked > time.time() else 'revoked'} {utc_text(key.revoked)}"
        click.echo(f"{key.id}  {key.kind:12} {key.merchant:15} …{key.hint}  {state}")
    return None


@keys.command(epilog="\b\nExamples:\n  keys roll key_Ab12Cd34\n  keys roll key_Ab12Cd34 --json")
@click.argument("id_", metavar="ID")
@click.option(
    "--overlap-hours", type=Time(min=0), default=OVERLAP_HOURS, show_default=True,
    help="How long the old key is taken beside the new one.",
)  # fmt: skip
@json_option("As one JSON object.")
@config_option
def roll(id_: str, overlap_hours: float, as_json: bool, config_path: Path) -> None:
    """Make a key in place of ID, which is still taken for a while. It is shown now alone."""
    import time

    now = int(time.time())
    _show([_file(config_path).roll(id_, now, now + int(overlap_hours * HOUR_S))], as_json)


@keys.command(epilog="\b\nExample:\n  keys revoke key_Ab12Cd34")
@click.argument("id_", metavar="ID")
@config_option
def revoke(id_: str, config_path: Path) -> None:
    """Have the key ID refused from now on, by a gateway that runs too."""
    import time

    key = _file(config_path).revoke(id_, int(time.time()))
    click.echo(f"{key.id} of {key.merchant} is revoked")


def _show(made: list[tuple[ApiKey, str]], as_json: bool) -> None:
    if as_json:
        return say_json({key.kind: text for key, text in made})
    for key, text in made:
        click.echo(f"{key.kind:12} {text}")
    return None


def _file(config_path: Path) -> KeyFile:
    from ..api.keys import KeyFile

    return KeyFile(Path(config_of(config_path).keys))
