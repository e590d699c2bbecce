"""Paper that receipts are printed on: rolls of several widths, as text or as a picture (SVG)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import wrap
from typing import Final, Literal, NamedTuple, get_args
from xml.sax.saxutils import escape

Columns = Literal[24, 32, 40, 48]  # of rolls of 57 mm in two sizes of type, and of 80 mm in two
COLUMNS: Final[tuple[int, ...]] = get_args(Columns)
USUAL: Final[Columns] = 40

# Of a picture, in its own units: what a monospaced type of 12 takes.
_CHARACTER, _LINE, _MARGIN = 7.25, 16, 12


class Pair(NamedTuple):
    """*name* on the left, *value* on the right."""

    name: str
    value: str


class Middle(NamedTuple):
    """In the middle of the paper."""

    text: str


class Left(NamedTuple):
    """On the left."""

    text: str


Row = Pair | Middle | Left
BLANK: Final = Left("")


def printed(rows: Iterable[Row], columns: int = USUAL) -> str:
    """*rows* as text; every line ends in a line break.

    What is too long for one line takes several, and what belongs to the right stays there.

    >>> print(printed([Middle("SALE"), Pair("AMOUNT", "EUR 12.50")], 24), end="")
              SALE
    AMOUNT         EUR 12.50
    >>> print(printed([Pair("Approved, not taken", "EUR 1250.00")], 24), end="")
    Approved, not taken
                 EUR 1250.00
    """
    return "".join(f"{line.rstrip()}\n" for row in rows for line in _lines(row, columns))


def pictured(rows: Iterable[Row], columns: int = USUAL) -> str:
    """The same as an SVG, which needs nothing else: no script, no font, no picture."""
    lines = printed(rows, columns).splitlines()
    width = round(columns * _CHARACTER + 2 * _MARGIN)
    height = len(lines) * _LINE + 2 * _MARGIN
    texts = "".join(
        f'<text x="{_MARGIN}" y="{_MARGIN + _LINE * number}">{escape(line)}</text>\n'
        for number, line in enumerate(lines, 1)
        if line
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}">\n'
        '<rect width="100%" height="100%" fill="#fff"/>\n'
        '<g font-family="monospace" font-size="12" xml:space="preserve" fill="#000">\n'
        f"{texts}</g>\n</svg>\n"
    )


def _lines(row: Row, columns: int) -> Iterator[str]:
    match row:
        case Pair(name, value) if len(name) + 1 + len(value) <= columns:
            yield f"{name}{value:>{columns - len(name)}}"
        case Pair(name, value):
            yield from wrap(name, columns)
            for line in wrap(value, columns):
                yield line.rjust(columns)
        case Middle(text):
            for line in wrap(text, columns):
                yield line.center(columns)
        case Left(""):
            yield ""
        case Left(text):
            yield from wrap(text, columns)
