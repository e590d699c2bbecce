"""The options of every program that serves: what of its record is shown, and where."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import click


class LogOptions(NamedTuple):
    """What an operator wants of the record; see :func:`log_options`. Help needs it: no msgspec."""

    is_quiet: bool = False
    has_trace: bool = False
    is_json: bool = False
    path: Path | None = None


def log_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options --quiet, --trace, --log-json and --log-file; the command gets `log`."""

    @click.option("--quiet", is_flag=True, help="Show nothing of what happens on links.")
    @click.option("--trace", is_flag=True, help="Show every message too, masked.")
    @click.option("--log-json", is_flag=True, help="Show lines as JSON.")
    @click.option(
        "--log-file", metavar="FILE", type=click.Path(path_type=Path),
        help="Add every line as JSON to FILE, which you alone may read.",
    )  # fmt: skip
    @functools.wraps(command)
    def with_log(
        *arguments: Any,
        quiet: bool,
        trace: bool,
        log_json: bool,
        log_file: Path | None,
        **more: Any,
    ) -> Any:
        return command(*arguments, log=LogOptions(quiet, trace, log_json, log_file), **more)

    return with_log
