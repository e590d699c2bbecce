"""Which of all notations a text is in: one message, one a line, or many with words around. Pure.

What is short is looked at whole. Of what is long, only the head decides; the rest is streamed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Final, Literal

from msgspec.structs import replace

from cardswitch.specs.errors import FormatError

from .blocks import blocks_of, read_blocks
from .dumps import read_dumps
from .one import read_one, readings, starts_as_hex
from .piece import Begins, Piece
from .plain import INPUT_SIZE_MAX, read_hex
from .texts import lines_of, text_of

FIRST_WORD_MIN: Final = 20  # characters of an MTI and a bitmap: no word of a log is that long
HEAD_SIZE: Final = INPUT_SIZE_MAX  # bytes that decide; of a shorter input these are all
LINES_TRIED: Final = 20  # lines that must all begin like messages for one a line
Mode = Literal["one", "lines", "log"]


def read_pasted(
    given: Iterable[bytes],
    *begins: Begins,
    mode: Mode | None = None,
    passed: list[int] | None = None,
) -> Iterator[Piece]:
    """The messages that the chunks of bytes *given* write.

    Each of *begins* tells whether bytes begin like a message; a later one is asked only where
    nothing begins like the one before it says. FormatError if nothing of it can be read; a single
    bad line among many is a piece with a fault. The numbers of lines of a log that have bytes, and
    no message, are added to *passed*.

    >>> def is_echo(data): return data[:2] == bytes.fromhex("0800")
    >>> [piece.data.hex() for piece in read_pasted([b"0000: 08 00 20\\n0003: 00"], is_echo)]
    ['08002000']
    """
    chunks = iter(given)
    head, is_all = _head(chunks)
    text = text_of(head, is_all)
    if text is None:
        yield _binary(head, is_all)
        return
    shown = text if is_all else text[: text.rfind("\n") + 1]
    found, test = (mode, begins[0]) if mode else _mode(shown, begins)
    if found == "one":
        if not is_all:
            raise _too_long()
        yield read_one(text, test)
        return
    lines = lines_of(chain([head], chunks))
    yield from _each_line(lines, test) if found == "lines" else _log(lines, test, passed)


def read_certain(text: str, begins: Begins) -> list[Piece]:
    """The messages of *text*, if it can only be what it looks like: a dump, an element, a list.

    >>> [piece.kind for piece in read_certain("30:38:30:30", bool)], read_certain("30383030", bool)
    (['hex with colons'], [])
    """
    if _has_certain(text):
        return list(_log(text.splitlines(), begins))
    lines = [line for line in text.splitlines() if line.strip()]
    whole = [piece for piece in readings(text) if piece.is_certain]
    each = [next(readings(line)) for line in lines] if len(lines) > 1 else []
    if each and all(piece.is_certain and begins(piece.data) for piece in each):
        return each
    return [next((piece for piece in whole if begins(piece.data)), whole[0])] if whole else []


def _head(chunks: Iterator[bytes]) -> tuple[bytes, bool]:
    """The first bytes, and whether these are all."""
    head = bytearray()
    for chunk in chunks:
        head += chunk
        if len(head) > HEAD_SIZE:
            return bytes(head), False
    return bytes(head), True


def _binary(head: bytes, is_all: bool) -> Piece:
    if not is_all:
        raise _too_long()
    return Piece(kind="bytes as they are", data=head)


def _too_long() -> FormatError:
    return FormatError(
        f"at most {INPUT_SIZE_MAX} bytes of one message",
        code="input-size",
        hint="more is read where there is one message a line, or a log",
    )


def _mode(text: str, begins: Iterable[Begins]) -> tuple[Mode, Begins]:
    """How the messages of *text* stand in it, and which test they pass."""
    tests = list(begins)
    if _has_certain(text):
        return "log", tests[0]
    if _is_one_line(text) or any(starts_as_hex(text, test) for test in tests):
        for test in tests:
            if _is_message(text, test) or starts_as_hex(text, test):
                return "one", test
    for test in tests:
        if _are_messages(text, test):
            return "lines", test
        if len(text) <= HEAD_SIZE and _is_message(text, test):
            return "one", test
        if next(read_blocks(text.splitlines(), test), None):
            return "log", test
    return "one", tests[0]


def _has_certain(text: str) -> bool:
    """Whether there is a dump or an element in *text*: both say themselves that they are."""
    blocks = blocks_of(text.splitlines())
    return any(
        block.kind == "isomsg" or (block.kind == "dump" and read_dumps(block.lines))
        for block in blocks
    )


def _is_one_line(text: str) -> bool:
    """Whether *text* is one line that does not begin with the words of a log."""
    words = text.split()
    return len(text.strip().splitlines()) == 1 and len(words[0]) >= FIRST_WORD_MIN


def _are_messages(text: str, begins: Begins) -> bool:
    lines = [line for line in text.splitlines() if line.strip()][:LINES_TRIED]
    return len(lines) > 1 and all(_is_message(line, begins) for line in lines)


def _is_message(text: str, begins: Begins) -> bool:
    return any(begins(piece.data) for piece in readings(text))


def _each_line(lines: Iterable[str], begins: Begins) -> Iterator[Piece]:
    """A message a line. One that begins like none is taken for hex, which says what is wrong."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            piece = read_one(line, begins)
            if not piece.is_certain and not begins(piece.data):
                piece = replace(piece, kind="hex", data=read_hex(line.encode("utf-8", "replace")))
            yield replace(piece, line=number)
        except FormatError as fault:
            yield Piece(kind="hex", line=number, fault=fault)


def _log(lines: Iterable[str], begins: Begins, passed: list[int] | None = None) -> Iterator[Piece]:
    """All messages of a log; one that is alone has no line, as nothing stands beside it."""
    pieces = read_blocks(lines, begins, passed)
    first = list(islice(pieces, 2))
    if not first:
        raise FormatError("a message in one of the lines", code="input-form")
    if len(first) == 1:
        yield replace(first[0], line=0)
        return
    yield from first
    yield from pieces
