"""What importing and exporting give: a dialect file or a text, and what could not be carried."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NoReturn

from msgspec import Struct

from ..dialect.build import build_form
from ..dialect.file import DialectFile, Source
from ..errors import DialectError
from ..grammar.fields import DIGITS, LENGTH_MAX

# Characters of a foreign file. The largest that tools ship have 150 000: more is an attack.
FOREIGN_SIZE_MAX: Final = 1 << 19
FOREIGN_DEPTH_MAX: Final = 16  # elements in elements; a field in a field in a field is 6 deep
NAME_LENGTH_MAX: Final = 80  # characters of a field's name that are kept; it is for people


class Loss(Struct, frozen=True, gc=False):
    """One thing that the other form cannot say; *line* is 0 where nothing has lines."""

    where: str
    problem: str
    line: int = 0

    def __str__(self) -> str:
        return f"{f'line {self.line}: ' if self.line else ''}{self.where}: {self.problem}"


class Imported(Struct, frozen=True):
    """The dialect file that says what a foreign one does, and what it cannot say."""

    written: DialectFile
    losses: tuple[Loss, ...] = ()


class Exported(Struct, frozen=True):
    """The text of a foreign file, and what of the dialect it cannot say."""

    text: str
    losses: tuple[Loss, ...] = ()


class Draft:
    """A foreign file while it is read: its path for errors, and the losses so far."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.losses: list[Loss] = []

    def refuse(self, line: int, where: str, problem: str) -> NoReturn:
        """Raise DialectError for *where*, which stands on *line* (0: nobody knows)."""
        place = f"{self.path}, line {line}" if line else self.path
        raise DialectError(f"{place}: {where}: {problem}")

    def lose(self, line: int, where: str, problem: str) -> None:
        """Note what cannot be carried; the same words about the same place count once."""
        loss = Loss(where, problem, line)
        if loss not in self.losses:
            self.losses.append(loss)

    def number(self, line: int, where: str, text: str, least: int, most: int) -> int:
        """The number that *text* says in digits alone: no sign, blank or underscore."""
        if not text or not set(text) <= DIGITS or len(text) > len(str(LENGTH_MAX)):
            self.refuse(line, where, f"a number of {least} to {most} is expected")
        number = int(text)
        if not least <= number <= most:
            self.refuse(line, where, f"a number of {least} to {most} is expected, seen {number}")
        return number

    def done(self, written: DialectFile) -> Imported:
        """What was read, if it is a dialect; DialectError if it cannot be one."""
        build_form(Source(Path(self.path), ()), written)
        return Imported(written, tuple(sorted(self.losses, key=lambda loss: loss.line)))


def plain_name(text: str, otherwise: str) -> str:
    """*text* as the name of a field: one line, nothing that steers a terminal, not too long.

    >>> plain_name(" PAN\\n\\x1b[2J ", "field 2")
    'PAN [2J'
    """
    words = "".join(c if c.isprintable() else " " for c in text).split()
    return " ".join(words)[:NAME_LENGTH_MAX] or otherwise
