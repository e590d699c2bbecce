"""The `switch keys` commands: which working keys are in use, and a change of one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click

from cardswitch.wire.operator.options import config_option

from ..options import read_switch, switch_section, within_option
from .lines import echo_json

WITHIN_S: Final = 15.0
EPILOG: Final = """\b
Examples:
  cardswitch switch keys list
  cardswitch switch keys change issuer
  cardswitch switch keys change issuer --kind mac --because "every quarter"
  cardswitch switch keys change pos/TERM0001 --kind pin

A key can be changed where its place has a master key: the table `keys` of a listener, or of an
upstream. A terminal is a place of its listener. Keys are shown by their check values alone."""
LIST_EPILOG: Final = """\b
Examples:
  list
  list --json | jq .check_value                one line of JSON for each key

Without a check value a key is still the one of the configuration."""
CHANGE_EPILOG: Final = """\b
Examples:
  change issuer                                every key that this place has
  change issuer --kind pin --json
  change issuer --kind pin --theirs            the peer is to make the new key, and send it
  change issuer --within 30 --because "ticket 4711"
  change pos/TERM0001                          the terminal is brought it as soon as it speaks

The HSM makes the key, an 0800 brings it to the peer under the master key, and it is used once the
peer has answered with the same check value. Until then, and for a while after, the old one is
accepted too, so nothing in flight is lost. Exit codes: 0 changed, or with --theirs asked for,
1 refused: the old key stays; 4 no answer yet: the same key is offered again and again, and a
terminal is brought another when it speaks again, as long as the switch runs."""


@click.group(epilog=EPILOG)
def keys() -> None:
    """See the working keys of links, and change them in traffic."""


@keys.command("list", epilog=LIST_EPILOG)
@click.option("--json", "as_json", is_flag=True, help="JSON, one line for each key.")
@config_option
@click.pass_obj
def list_(obj: dict[str, Any], config_path: Path, as_json: bool) -> None:
    """List the keys that can be changed, and how their last change ended."""
    from cardswitch.wire.operator.text import columns

    from ...operate.keys import keys_of

    found = keys_of(*read_switch(obj, config_path))
    if as_json:
        return echo_json(*found)
    if not found:
        return click.echo("no key can be changed: no place has a table `keys` with a master key")
    header = ("PLACE", "KIND", "CHECK VALUE", "OLD KEY", "STATE")
    for line in columns([header, *map(_row, found)]):
        click.echo(line)
    return None


@keys.command(epilog=CHANGE_EPILOG)
@click.argument("place")
@click.option("--kind", type=click.Choice(["pin", "mac"]), help="Which; without it, all there are.")
@click.option("--theirs", is_flag=True, help="Have the peer make the new key.")
@click.option("--because", metavar="TEXT", default="", help="Why, for the journal.")
@within_option(WITHIN_S)
@click.option("--json", "as_json", is_flag=True, help="JSON, one line for each key.")
@config_option
def change(
    config_path: Path,
    place: str,
    kind: str | None,
    theirs: bool,
    because: str,
    within_s: float,
    as_json: bool,
) -> None:
    """Change the keys of PLACE, a listener, an upstream or a terminal, together with its peer."""
    from concurrent.futures import ThreadPoolExecutor

    from ...operate.keys import change_key, kinds_at

    config = switch_section(config_path)
    codes = []
    kinds = [kind] if kind else kinds_at(config, place)
    with ThreadPoolExecutor() as threads:  # All at once, so that one does not wait for another.
        for found in threads.map(
            lambda each: change_key(config, place, each, because, within_s, theirs=theirs), kinds
        ):
            if as_json:
                echo_json(found)
            else:
                click.echo(f"{place}, {found['kind']}: {_state(found)}")
            codes.append(_exit_code(found))
    raise SystemExit(max(codes))


def _exit_code(key: Mapping[str, Any]) -> int:
    from cardswitch.wire.operator.exits import ERROR, TIMEOUT

    if key["is_under_way"] or key["outcome"] == "waiting":
        return TIMEOUT
    return 0 if key["outcome"] in ("changed", "asked") else ERROR


def _row(key: Mapping[str, Any]) -> tuple[str, ...]:
    old = "accepted" if key["old_is_accepted"] else ""
    value = key["check_value"] or "as configured"
    return key["place"], key["kind"], value, old, _state(key)


def _state(key: Mapping[str, Any]) -> str:
    if key["offered"]:
        return f"offered, check value {key['offered']}, {key['reason'] or 'no answer yet'}"
    if key["outcome"] == "changed":
        return f"changed, check value {key['check_value']}"
    return f"as it was: {key['reason']}" if key["outcome"] == "kept" else str(key["reason"])
