"""Options that several `spec` commands have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from cardswitch.specs.dialect import Dialect


def load(_ctx: click.Context, _parameter: click.Parameter, name: str) -> Dialect:
    """The dialect that an option names; a usage error if there is none."""
    from cardswitch.specs.dialect import load_dialect
    from cardswitch.specs.errors import DialectError

    try:
        return load_dialect(name)
    except DialectError as error:
        raise click.BadParameter(str(error)) from None


def dialect_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option --dialect; the command gets it loaded."""
    return click.option(
        "--dialect",
        metavar="NAME",
        default="iso87-ascii",
        show_default=True,
        callback=load,
        help="The dialect of the messages: a name from `spec list`, or the path of a TOML file.",
    )(command)


def unsafe_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option --unsafe."""
    return click.option(
        "--unsafe", is_flag=True, help="Show card data unmasked. For test cards only."
    )(command)


def output_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option -o."""
    return click.option(
        "-o",
        "--output",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Where to write it, instead of to standard output.",
    )(command)
