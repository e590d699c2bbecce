"""How the `spec` commands end: lines, JSON, and what cannot be read, with an exit code."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NoReturn, Self

import click

from cardswitch.wire.operator import exits

if TYPE_CHECKING:
    from cardswitch.specs.dialect import Dialect
    from cardswitch.specs.errors import FormatError
    from cardswitch.specs.review.partial import Partial

    from ...messages.inputs import Item

HELD_SIZE_MAX: Final = 1 << 16  # characters


def say(lines: list[str], err: bool = False) -> None:
    """Write *lines* to standard output, or to standard error."""
    if lines:
        click.echo("\n".join(lines), err=err)


class Output:
    """Standard output in larger pieces: what is said is held until there is enough of it.

    On a terminal nothing is held. :meth:`flush` goes before whatever else may be seen or waited
    for: a line on standard error, more input, the end of the block, however it ends.
    """

    def __init__(self) -> None:
        self._held: list[str] = []
        self._size = 0
        self._size_max = 0 if sys.stdout.isatty() else HELD_SIZE_MAX

    def say(self, lines: list[str]) -> None:
        """Write *lines*, in time."""
        if lines:
            text = "\n".join(lines)
            self._held.append(text)
            self._size += len(text)
        if self._size >= self._size_max:
            self.flush()

    def say_json(self, document: object) -> None:
        """Write *document* as one line of JSON."""
        self.say([json.dumps(document)])

    def flush(self) -> None:
        """Write what is held."""
        held, self._held, self._size = self._held, [], 0
        say(held)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.flush()


def say_json(document: object) -> None:
    """Write *document* as one line of JSON."""
    click.echo(json.dumps(document))


def say_fault(item: Item, lines: list[str]) -> None:
    """Write a fault and where it is to standard error, for one message or one of many."""
    first, *window = lines
    say([f"{item.origin or 'cardswitch'}: {first}", *window], err=True)


def say_oddities(item: Item, partial: Partial) -> None:
    """Write what is not as agreed in a message that was read all the same to standard error."""
    from cardswitch.specs.masking import printable

    lead = f"{item.origin}: " if item.origin else ""
    say([f"{lead}Note: {printable(str(odd))}" for odd in partial.oddities], err=True)


def no_message() -> FormatError:
    """What an input without a single message is refused with."""
    from cardswitch.specs.errors import FormatError

    return FormatError("a message of more than 0 bytes", code="input-size", seen="0 bytes")


@contextmanager
def refusing(
    data: bytes = b"",
    unsafe: bool = False,
    exit_code: int = exits.LINK,
    dialect: Dialect | None = None,
    before: Callable[[], None] = lambda: None,
    origin: str = "",
) -> Iterator[None]:
    """Inside, what cannot be read or written ends the command: a clear message, an exit code.

    *before* is called first, if that happens. *origin* says which of many messages it is about.
    """
    from cardswitch.specs.errors import FormatError

    try:
        yield
    except FormatError as error:
        before()
        error.hint = ": ".join(word for word in (origin, error.hint) if word)
        refuse(error, data, unsafe, exit_code, dialect)


def refuse(
    error: FormatError, data: bytes, unsafe: bool, exit_code: int, dialect: Dialect | None = None
) -> NoReturn:
    """End the command with *error*, where it is in *data*, and who may be to blame."""
    from ...messages.faults import show_fault

    first, *window = show_fault(error, data, unsafe, dialect)
    # What validate finds is its result, even where it cannot go on.
    say(
        [first if exit_code == exits.FINDINGS else f"cardswitch: {first}", *window],
        err=exit_code != exits.FINDINGS,
    )
    sys.exit(exit_code)
