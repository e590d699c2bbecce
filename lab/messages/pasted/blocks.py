"""A text of many lines as blocks of what stands together, line by line, whatever its size. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from cardswitch.specs.errors import FormatError

from .dumps import is_row, read_dumps
from .isomsg import KIND, START, Element, begins_anew, depth_after, elements, read_isomsg
from .lines import has_bytes, read_line
from .masks import MASKS
from .one import readings
from .packets import payloads_of
from .piece import Begins, Piece

BLOCK_SIZE_MAX: Final = 4 << 20  # characters; a dump of the largest frame has some 300,000
_FIRST_ROW: Final = re.compile(r"\s*[\[(<]?(?:0x)?0{3,16}[hH]?[\])>]?[hH]?[:|\-]*(?:\s|$)")
_HEX_LINE: Final = re.compile(rf"\s*(?:[0-9A-Fa-f{re.escape(MASKS)}]{{2}}\s*)+")
Kind = Literal["dump", "isomsg", "hex", "line"]


class Block(Struct, frozen=True):
    """Lines that stand together, the first of them number *line*."""

    kind: Kind
    line: int
    lines: tuple[str, ...]


def blocks_of(lines: Iterable[str]) -> Iterator[Block]:
    """The blocks of *lines*; FormatError for one that never ends.

    >>> [block.kind for block in blocks_of(["sent:", "0000  30 38", "0002  30 30", "ok"])]
    ['line', 'dump', 'line']
    """
    open_lines: list[str] = []
    kind: Kind = "line"
    first = depth = size = 0
    for number, line in enumerate(lines, 1):
        if begins_anew(line) if depth else not _goes_on(kind, line):
            if open_lines:
                yield Block(kind, first, tuple(open_lines))
            open_lines, kind, first, size = [], _kind_of(line), number, 0
        open_lines.append(line)
        size += len(line)
        depth = depth_after(line, depth) if kind == "isomsg" else 0
        if size > BLOCK_SIZE_MAX:
            raise FormatError(
                f"at most {BLOCK_SIZE_MAX} characters in one dump or element",
                code="input-size",
                seen=f"more from line {first} on",
            )
    if open_lines:
        yield Block(kind, first, tuple(open_lines))


def _goes_on(kind: Kind, line: str) -> bool:
    """Whether *line* belongs to a block of *kind*; an offset of zero begins another dump."""
    if kind == "dump":
        return is_row(line) and not _FIRST_ROW.match(line)
    return kind == "hex" and _kind_of(line) == "hex"


def _kind_of(line: str) -> Kind:
    if START.search(line):
        return "isomsg"
    if _HEX_LINE.fullmatch(line):
        return "dump" if _FIRST_ROW.match(line) else "hex"
    return "dump" if is_row(line) else "line"


def read_blocks(
    lines: Iterable[str], begins: Begins, passed: list[int] | None = None
) -> Iterator[Piece]:
    """The messages in *lines*; words around them are passed over.

    So are bytes that begin like no message: the numbers of such lines are added to *passed*.
    """
    passed = [] if passed is None else passed
    for block in blocks_of(lines):
        if block.kind == "isomsg":
            yield from _elements(block)
        elif block.kind == "dump":
            yield from _dumps(block, begins, passed)
        elif block.kind == "hex":
            yield from _hex(block, begins, passed)
        else:
            yield from _single(block, range(len(block.lines)), begins, passed)


def _elements(block: Block) -> Iterator[Piece]:
    text = "\n".join(block.lines)
    line, at = block.line, 0
    for element in elements(text):
        line += text.count("\n", at, element.start)
        at = element.start
        yield replace(_isomsg(element, line), line=line)


def _isomsg(element: Element, line: int) -> Piece:
    try:
        if element.is_closed:
            return read_isomsg(element.text)
        raise FormatError(
            "an isomsg element that is closed",
            code="input-form",
            seen=f"one that is cut off, from line {line} on",
        )
    except FormatError as fault:
        return Piece(kind=KIND, fault=fault)


def _dumps(block: Block, begins: Begins, passed: list[int]) -> Iterator[Piece]:
    """The dumps of *block*, and messages in lines of it that are of none."""
    at = 0
    for dump in read_dumps(block.lines):
        yield from _single(block, range(at, dump.lines[0]), begins, passed)
        carried = [inner for one in dump.pieces for inner in payloads_of(one)]
        likely = next((one for one in [*dump.pieces, *carried] if begins(one.data)), None)
        piece = likely or (carried or dump.pieces)[0]
        yield replace(piece, line=block.line + dump.lines[0])
        at = dump.lines[1]
    yield from _single(block, range(at, len(block.lines)), begins, passed)


def _single(block: Block, numbers: range, begins: Begins, passed: list[int]) -> Iterator[Piece]:
    """The messages in each line, if there are any."""
    for number in numbers:
        pieces = read_line(block.lines[number], begins)
        for piece in pieces:
            yield replace(piece, line=block.line + number)
        if not pieces and has_bytes(block.lines[number]):
            passed.append(block.line + number)


def _hex(block: Block, begins: Begins, passed: list[int]) -> Iterator[Piece]:
    """Messages of lines of hex: one that begins like none belongs to the line before it."""
    start = 0
    for number in range(1, len(block.lines) + 1):
        if number < len(block.lines) and not _begins(block.lines[number], begins):
            continue
        text = "\n".join(block.lines[start:number])
        piece = next((one for one in readings(text) if begins(one.data)), None)
        if piece:
            yield replace(piece, line=block.line + start)
        elif has_bytes(text.replace("\n", " ")):
            passed.append(block.line + start)
        start = number


def _begins(line: str, begins: Begins) -> bool:
    return any(begins(piece.data) for piece in readings(line))
