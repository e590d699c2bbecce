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


def framing_option(default: str | None, words: str) -> Callable[..., Any]:
    """The option --framing for a connection or frames; the command gets its name, checked."""
    return click.option(
        "--framing", metavar="NAME", default=default, show_default=default is not None,
        callback=_framing, help=words,
    )  # fmt: skip


def _framing(_ctx: click.Context, _parameter: click.Parameter, name: str | None) -> str | None:
    from msgspec import ValidationError, convert

    from cardswitch.wire.framings import FramingName

    try:
        return name if name is None else convert(name, FramingName)
    except ValidationError:
        raise click.BadParameter("expected binary2, ascii4, hex4, bcd2, vap, stx-lrc ...") from None


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
