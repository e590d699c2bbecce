"""What the commands share that take keys by name: the file, and a command for an LMK."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from cardswitch.specs.hsm import Command

KEYS_FILE: Final = "hsm-keys.toml"


def key_file(command: Callable[..., None]) -> Callable[..., None]:
    """The option --file; the command gets `path`."""
    return click.option(
        "--file", "path", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
        default=KEYS_FILE, show_default=True, help="The file that keeps keys by name.",
    )(command)  # fmt: skip


def under(command: Command, lmk_id: str = "", attributes: str = "") -> Command:
    """*command* for the LMK *lmk_id*, with *attributes* for the key that it makes."""
    from cardswitch.specs.hsm import Command

    ends = {"lmk_id": lmk_id, "attributes": attributes}
    more = {name: value for name, value in ends.items() if value}
    return Command(command.header, command.code, {**command.fields, **more}, command.trailer)
