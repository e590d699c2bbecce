"""INPUT of the `spec` commands: its options, and the messages or bytes that it holds."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from .options import dialect_option
from .results import refusing

if TYPE_CHECKING:
    from cardswitch.specs.dialect import Dialect

    from ...messages.inputs import Item

NAME_SIZE_MAX: Final = 255  # characters; no file system allows more
# As in cardswitch.lab.messages.inputs, which is not imported for help.
FORMS: Final = ("auto", "hex", "base64", "raw", "json", "lines", "pcap")
FRAMINGS: Final = ("auto", "binary2", "binary2-inclusive", "ascii4", "ascii4-inclusive", "bcd2")


def input_argument(command: Callable[..., Any]) -> Callable[..., Any]:
    """INPUT: one or more words of pasted text, or a file; the command gets it as `given`."""
    return click.argument("given", metavar="[INPUT]", nargs=-1)(command)


@dataclass(frozen=True, kw_only=True)
class Given:
    """INPUT of a command, and the options that say how to read it."""

    words: tuple[str, ...]
    dialect: Dialect
    path: str | None = None
    form: str = "auto"
    skip: int = 0
    framing: str = "auto"

    def items(self) -> list[Item]:
        """All messages of it; ends the command if nothing can be read."""
        from ...messages.inputs import read_items

        with refusing():
            data = given_bytes(self.words, self.path)
            return read_items(data, self.form, self.dialect, self.skip, self.framing)


def message_input(command: Callable[..., None]) -> Callable[..., Any]:
    """INPUT and how to read it, one message or many; the command gets it as one :class:`Given`."""

    @functools.wraps(command)
    def run(
        given: tuple[str, ...],
        path: str | None,
        dialect: Dialect,
        form: str,
        skip: int,
        framing: str,
        **options: Any,
    ) -> None:
        read = Given(words=given, path=path, dialect=dialect, form=form, skip=skip, framing=framing)
        command(read, **options)

    decorated: Callable[..., Any] = run
    for decorate in (
        click.option(
            "--framing",
            type=click.Choice(FRAMINGS),
            default="auto",
            show_default=True,
            help="The length before each message of a capture.",
        ),
        click.option(
            "--skip",
            metavar="N",
            type=click.IntRange(0),
            default=0,
            help="Leave out the first N bytes: a header, a TPDU, a length.",
        ),
        click.option(
            "--format",
            "form",
            type=click.Choice(FORMS),
            default="auto",
            show_default=True,
            help="How INPUT is written; auto finds out by its beginning: an MTI, a {, a capture.",
        ),
        click.option(
            "--file",
            "path",
            type=click.Path(exists=True, dir_okay=False),
            help="Read a file instead: one message, one a line, JSON lines, or a capture.",
        ),
        dialect_option,
        input_argument,
    ):
        decorated = decorate(decorated)
    return decorated


def given_bytes(words: tuple[str, ...], path: str | None = None) -> bytes:
    """What *words* say, the file that they or *path* name holds, or standard input has."""
    from ...messages.inputs import size_limit

    if path is not None and words:
        raise click.UsageError("INPUT or --file, not both")
    if path is None and len(words) == 1 and _is_file(words[0]):
        path, words = words[0], ()
    if words not in ((), ("-",)):
        return " ".join(words).encode("utf-8", "surrogateescape")
    with Path(path).open("rb") if path else nullcontext(sys.stdin.buffer) as source:
        head = source.read(4)
        return head + source.read(size_limit(head) + 1 - len(head))


def _is_file(word: str) -> bool:
    """Whether *word* names a file: no pasted message does."""
    return len(word) <= NAME_SIZE_MAX and Path(word).is_file()
