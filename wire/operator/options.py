"""Options that many commands share: where the lab is, what of the record is shown, and where."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

import click

LAB: Final = Path("cardswitch-data/lab.toml")  # where `cardswitch up` puts it
TIME_MAX: Final = 1e6  # eleven days in seconds, a hundred years in hours


class Time(click.FloatRange):
    """How long something may take; `nan`, which click finds in every range, and `inf` are refused.

    At most TIME_MAX: clocks and sockets take no number that is much larger.
    """

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """See click."""
        number = super().convert(value, param, ctx)
        if not number <= TIME_MAX:
            self.fail(f"{value} is no time: expected at most {TIME_MAX:,.0f}.", param, ctx)
        return number


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


def config_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option --config; the command gets `config_path`, by default that of the lab here."""
    return lab_option("The lab's TOML file.")(command)


def lab_option(words: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The same, with *words* for its help."""
    return click.option(
        "--config", "config_path", metavar="FILE", type=click.Path(path_type=Path),
        default=LAB, show_default=True, help=words,
    )  # fmt: skip
