"""A line of a log: the messages in it, with words before and behind. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from cardswitch.specs.errors import FormatError

from .escapes import read_escapes
from .lists import read_lists
from .masks import MASKS, read_masked
from .one import RAW
from .piece import Begins, Piece
from .plain import read_base64

LINE_SIZE_MAX: Final = 1 << 20  # characters; no message is longer in any notation
BYTES_MIN: Final = 12  # of an MTI, a bitmap and a field
_TRIES_MAX: Final = 32  # places in a line where a message may begin
_MASK: Final = re.escape(MASKS)
_PAIR: Final = rf"[0-9A-Fa-f{_MASK}]{{2}}"
# Neither begins nor ends amid a word: so a long one is looked at once, not from each of its places.
_FROM: Final = rf"(?<![0-9A-Za-z{_MASK}])"
_TO: Final = rf"(?![0-9A-Za-z{_MASK}])"
_NUMBER: Final = r"(?:0[xX])?-?[0-9A-Fa-f]{1,3}"
_WORDS_OF_HEX: Final = re.compile(rf"{_FROM}(?:{_PAIR})+(?: +(?:{_PAIR})+)*{_TO}")
# A literal, escapes, a list in brackets, a list with commas, colons or hyphens: at least ten bytes.
_CERTAIN: Final = (
    re.compile(r"""[bB](?:"(?:[^"\\]|\\.){10,}"|'(?:[^'\\]|\\.){10,}')"""),
    re.compile(r"(?:\\x[0-9A-Fa-f]{2}){10,}"),
    re.compile(r"<(?:Slow)?Buffer [^<>]*>"),
    re.compile(rf"[\[{{]\s*(?:{_NUMBER}[\s,]+){{9,}}{_NUMBER}\s*[\]}}]"),
    re.compile(rf"0[xX]{_PAIR}(?:,? *0[xX]{_PAIR}){{9,}}"),
    re.compile(rf"{_FROM}{_PAIR}(?:([:\-]){_PAIR})(?:\1{_PAIR}){{8,}}{_TO}"),
    re.compile(rf"{_FROM}0[xX](?:{_PAIR}){{10,}}{_TO}"),
)
_BASE64: Final = re.compile(r"(?<![0-9A-Za-z+/])[0-9A-Za-z+/]{16,}={0,2}(?![0-9A-Za-z+/=])")
_MTI: Final = re.compile(r"[0-9]{4}(?=[0-9A-Fa-f]{16}|[^ -~]|\\x)")
_ENDS: Final = "\"'])>} \t"  # what closes, behind a text that was quoted
# A part of a line, and all that it may be.
_Part = tuple[str, Iterable[Piece]]


def read_line(line: str, begins: Begins) -> list[Piece]:
    """The messages in *line*, in their order: what *begins* like one, in its first such reading.

    All are of one notation: many logs write a message in two forms beside each other.

    >>> def is_echo(data): return data[:2] == bytes.fromhex("0800")
    >>> [found] = read_line("12:00:01 INFO sent 0800 2020010000800000 000000 [ok]", is_echo)
    >>> found.data.hex()
    '08002020010000800000000000'
    """
    if len(line) > LINE_SIZE_MAX:
        return []
    for parts in _notations(line):
        found = [
            (text, piece)
            for text, pieces in parts
            if (piece := next((one for one in pieces if begins(one.data)), None))
        ]
        if found:
            return _distinct(found)
    return []


def _distinct(found: list[tuple[str, Piece]]) -> list[Piece]:
    """The messages *found*, each with its text, in which it is written only once.

    An MTI alone is a word about a message. The same bytes in another text are a second form of it;
    in the same text they were sent twice.
    """
    long = [one for one in found if len(one[1].data) >= BYTES_MIN] or found[:1]
    texts: dict[tuple[bytes, frozenset[int]], str] = {}
    return [
        piece for text, piece in long if texts.setdefault((piece.data, piece.masked), text) == text
    ]


def has_bytes(line: str) -> bool:
    """Whether *line* has so many bytes in it that they may be a message of something else.

    >>> has_bytes("sent 0200 3220000000808000 000000"), has_bytes("12:00:00 INFO com/shop/Sale")
    (True, False)
    """
    if len(line) > LINE_SIZE_MAX:
        return True
    pieces = (piece for parts in _notations(line) for _, part in parts for piece in part)
    told = (piece for piece in pieces if piece.kind not in (RAW, "base64"))
    return any(len(piece.data) >= BYTES_MIN for piece in told)


def _notations(line: str) -> Iterator[Iterable[_Part]]:
    """For each notation the parts of *line* that may be in it; none overlaps another."""
    for pattern in _CERTAIN:
        yield ((found[0], _certain(found[0])) for found in pattern.finditer(line))
    yield ((found[0], _words(found[0])) for found in _WORDS_OF_HEX.finditer(line))
    yield [(line, _texts(line))]
    yield ((found[0], _base64(found[0])) for found in _BASE64.finditer(line))


def _certain(text: str) -> Iterator[Piece]:
    if piece := read_escapes(text):
        yield piece
    yield from read_lists(text)


def _words(text: str) -> Iterator[Piece]:
    """Words of hex may be a date or a number in front: each may be the first of the message."""
    words = text.split()
    for number in range(min(len(words), _TRIES_MAX)):
        yield read_masked("".join(words[number:]))


def _texts(line: str) -> Iterator[Piece]:
    """The line from each place on that may be an MTI, with what closes it and without."""
    for number, found in enumerate(_MTI.finditer(line)):
        if number == _TRIES_MAX:
            return
        before = line[: found.start()]
        text = line[found.start() :]
        is_quoted = before[-1:] in ("'", '"', "[", "(", "<", "{") and before
        text = text.rstrip(_ENDS) if is_quoted else text
        if "\\x" in text and (escaped := read_escapes(text)):
            yield escaped
        yield Piece(kind=RAW, data=text.encode("utf-8", "surrogateescape"))


def _base64(text: str) -> Iterator[Piece]:
    try:
        yield Piece(kind="base64", data=read_base64(text.encode()))
    except FormatError:
        return
