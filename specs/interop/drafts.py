"""What importing and exporting give: a dialect file or a text, and what could not be carried."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, NoReturn

from msgspec import Struct
from msgspec.structs import replace

from ..dialect.build import build_form
from ..dialect.file import DialectFile, FieldEntry, Source
from ..errors import DialectError
from ..grammar.fields import DIGITS, LENGTH_MAX, parse_notation

# Characters of a foreign file. The largest that tools ship have 150 000: more is an attack.
FOREIGN_SIZE_MAX: Final = 1 << 19
FOREIGN_DEPTH_MAX: Final = 16  # elements in elements; a field in a field in a field is 6 deep
NAME_LENGTH_MAX: Final = 80  # characters of a field's name that are kept; it is for people
FAULTS_MAX: Final = 50  # of one file that are told in one run; more nobody mends at once
# No tool that is read here looks at the characters of a value when it reads a message.
_NARROWED: Final = (
    "theirs checks none when it reads; here classes hold: digits in n, printable ASCII in ans"
    " (what is neither, spec decode shows as a finding)"
)
# The first digit of MTIs, by how many digits these fixed fields have: what editions differ in.
_EDITIONS: Final[Mapping[str, Mapping[int, str]]] = {
    "12": {6: "0", 12: "1", 14: "2"},
    "39": {2: "0", 3: "1", 4: "2"},
    "15": {4: "0", 6: "1", 8: "2"},
    "71": {4: "0", 8: "1"},
}


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
    """A foreign file while it is read: its path for errors, the losses and the faults so far.

    *classes* are those of one's own that it may name, each with the known one that it is like.
    """

    def __init__(self, path: str, classes: Mapping[str, str] = {}) -> None:
        self.path, self.classes = path, classes
        self.losses: list[Loss] = []
        self.faults: list[tuple[int, str]] = []

    def refuse(self, line: int, where: str, problem: str) -> NoReturn:
        """Raise DialectError for *where*, which stands on *line* (0: nobody knows).

        It tells the faults before it as well, a line each.
        """
        place = f"{self.path}, line {line}" if line else self.path
        self.faults.append((line, f"{place}: {where}: {problem}"))
        raise self._refusal()

    def _refusal(self) -> DialectError:
        faults = sorted(self.faults, key=lambda fault: fault[0])
        told = [text for _, text in faults[:FAULTS_MAX]]
        if more := len(faults) - len(told):
            told.append(f"{self.path}: {more} faults more")
        return DialectError("\n".join(told))

    def going_on(self) -> GoingOn:
        """For `with`: what is refused in it is kept for :meth:`done`; reading goes on behind it."""
        return GoingOn(self)

    def lose(self, line: int, where: str, problem: str) -> None:
        """Note what cannot be carried; the same words about the same place count once."""
        loss = Loss(where, problem, line)
        if loss not in self.losses:
            self.losses.append(loss)

    def say_again(self, line: int, where: str, last: int) -> None:
        """Note that *where*, on *line*, is said once more on line *last*, which counts."""
        self.lose(line, where, f"line {last} says it again, and the last one counts: left out")

    def number(self, line: int, where: str, text: str, least: int, most: int) -> int:
        """The number that *text* says in digits alone: no sign, blank or underscore."""
        if not text or not set(text) <= DIGITS or len(text) > len(str(LENGTH_MAX)):
            self.refuse(line, where, f"a number of {least} to {most} is expected")
        number = int(text)
        if not least <= number <= most:
            self.refuse(line, where, f"a number of {least} to {most} is expected, seen {number}")
        return number

    def done(self, written: DialectFile) -> Imported:
        """What was read, if it is a dialect; DialectError with all faults if it cannot be one."""
        if self.faults:
            raise self._refusal()
        if not written.version:
            written = replace(written, version=edition_of(written.fields))
        build_form(Source(Path(self.path), ()), written)
        if any(not entry.format.startswith("b") for entry in written.fields.values()):
            self.lose(0, "characters", _NARROWED)
        return Imported(written, tuple(sorted(self.losses, key=lambda loss: loss.line)))


class GoingOn:
    """Holds what a draft refuses, so that all faults of a file are found in one run."""

    def __init__(self, draft: Draft) -> None:
        self.draft, self.known = draft, 0

    def __enter__(self) -> None:
        self.known = len(self.draft.faults)

    def __exit__(
        self, kind: object, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        return isinstance(error, DialectError) and len(self.draft.faults) > self.known


def edition_of(fields: Mapping[str, FieldEntry]) -> str:
    """The first digit of the MTIs that go with *fields*, by the lengths of those that tell.

    >>> edition_of({"12": FieldEntry(format="n 12")}), edition_of({})
    ('1', '0')
    """
    said = []
    for key, digits in _EDITIONS.items():
        form = parse_notation(fields[key].format) if key in fields else None
        if form and not form.prefix_digits and form.length in digits:
            said.append(digits[form.length])
    return max(said, key=said.count, default="0")


def plain_name(text: str, otherwise: str) -> str:
    """*text* as the name of a field: one line, nothing that steers a terminal, not too long.

    >>> plain_name(" PAN\\n\\x1b[2J ", "field 2")
    'PAN [2J'
    """
    words = "".join(c if c.isprintable() else " " for c in text).split()
    return " ".join(words)[:NAME_LENGTH_MAX] or otherwise
