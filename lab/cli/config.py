"""`cardswitch config`: whether a configuration can be used, and what it leaves open."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from cardswitch.wire.operator import exits

from .spec.results import say, say_json

if TYPE_CHECKING:
    from ..house.openings import Opening

EPILOG: Final = """\b
Examples:
  cardswitch config check                              the lab of this folder
  cardswitch config check switch.toml --json
  cardswitch config check switch.toml --strict         exit code 6 when anything is open

It reads the sections that are there, and the certificates that they name; nothing is started.

Exit codes: 0 it can be used, 2 it cannot (the file and the key are named), 6 with --strict:
something is open."""


@click.group(epilog="\b\nExamples:\n  cardswitch config check cardswitch-data/lab.toml")
def config() -> None:
    """Check configuration files before a program reads them."""


@config.command(epilog=EPILOG)
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--strict", is_flag=True, help="Exit code 6 when anything is open.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def check(file: Path | None, strict: bool, as_json: bool) -> None:
    """Check FILE, by default the lab's: is it complete and right, and what does it leave open?"""
    from cardswitch.wire.operator.options import LAB

    from ..house.openings import openings

    path = file or LAB
    # What sections share is looked at with each of them, and told once.
    found = list(dict.fromkeys(o for name, each in _sections(path) for o in openings(each, name)))
    if as_json:
        say_json([_told(each) for each in found])
    else:
        say([f"open: {each}" for each in found])
        say([f"{path}: can be used; {len(found)} things are open"], err=True)
    if strict and found:
        sys.exit(exits.FINDINGS)


def _sections(path: Path) -> list[tuple[str, Any]]:
    """The sections of *path* by name, each complete and right. Raises ConfigError."""
    from cardswitch.specs.errors import ConfigError
    from cardswitch.wire.driver.tls import client_tls, server_tls

    from ..house.openings import places
    from ..house.topology import read_sections

    found = read_sections(path)
    if not found:
        raise ConfigError(f"{path}: there is no section of a program of ours")
    for name, section in found:
        for where, place, listens in places(section, name):
            (server_tls if listens else client_tls)(place.placed(path.parent), f"{where}.tls_")
    return found


def _told(opening: Opening) -> dict[str, str]:
    return {"where": opening.where, "what": opening.what, "try": opening.remedy}
