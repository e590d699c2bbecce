"""Headers: what the bytes between the length and the MTI are, as far as a few messages can tell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct

from ..dialect.file import FieldEntry
from ..grammar.codepages import CODECS
from ..grammar.fields import DIGITS
from ..masking import PAN_DIGITS_USUAL
from ..tracks import PAN_DIGITS_MAX, is_luhn_valid

HEADER_SIZE_MAX: Final = 32  # bytes; the longest headers of networks have 22 to 26
TPDU_SIZE: Final = 5
_TPDU_IDENTIFIER: Final = 0x60
_UNKNOWN_COST: Final = 3  # on top of one a byte: better explained than assumed
_TPDU_COST: Final = 2
_OWN_SIZE_COST: Final = 4  # of a header whose first byte says how long it is

_READERS: Final[tuple[tuple[str, int, Callable[[bytes], int]], ...]] = (
    ("binary", 4, lambda data: int.from_bytes(data, "big")),
    ("binary", 2, lambda data: int.from_bytes(data, "big")),
    ("binary, low byte first", 2, lambda data: int.from_bytes(data, "little")),
    ("binary", 1, lambda data: data[0]),
)


class HeaderPart(Struct, frozen=True):
    """The bytes *start* to *end* (not included) of a header: what they are, in *words*.

    *value* are the bytes, where they may be shown: a TPDU, a size, or what all messages share; but
    none in which a card number may be.
    """

    start: int
    end: int
    words: str
    value: bytes | None = None

    def __str__(self) -> str:
        last = f" to {self.end - 1}" if self.end - self.start > 1 else ""
        shown = f": {self.value.hex().upper()}" if self.value else ""
        return f"byte {self.start}{last}: {self.words}{shown}"


def is_tpdu(headers: Sequence[bytes]) -> bool:
    """Whether all *headers* have the form of a TPDU: 60, and two addresses."""
    return all(len(each) == TPDU_SIZE and each[0] == _TPDU_IDENTIFIER for each in headers)


def header_cost(headers: Sequence[bytes]) -> int:
    """How much is assumed by taking these bytes for a header; all are of one size.

    >>> header_cost([b""]), header_cost([bytes.fromhex("6000010000")]), header_cost([b"ISO"])
    (0, 2, 6)
    """
    size = len(headers[0])
    if not size:
        return 0
    if size > TPDU_SIZE and all(each[0] == size for each in headers):
        return _OWN_SIZE_COST
    return _TPDU_COST if is_tpdu(headers) else _UNKNOWN_COST + size


def describe_header(headers: Sequence[bytes], bodies: Sequence[bytes]) -> tuple[HeaderPart, ...]:
    """The parts of *headers*, all of one size, each in front of the body of the same place.

    >>> [str(part) for part in describe_header([b"\\3\\0A", b"\\3\\0B"], [b"12", b"345"])]
    ['byte 0: the size of the header: 03', 'byte 1: the same in all: 00', 'byte 2: differs']
    """
    size = len(headers[0])
    if is_tpdu(headers):
        return (HeaderPart(0, size, "a TPDU: 60, destination, origin", headers[0]),)
    parts: list[HeaderPart] = []
    start = 0
    while start < size:
        part = _length_at(headers, bodies, start) or _byte_at(headers, start)
        if parts and part.end - part.start == 1 and parts[-1].words == part.words:
            part = _joined(parts.pop(), part)
        parts.append(part)
        start = part.end
    return tuple(part if _may_be_shown(part.value) else _hidden(part) for part in parts)


def header_entries(parts: Sequence[HeaderPart]) -> dict[str, FieldEntry]:
    """The `[header]` of a dialect file; what nobody knows is zeros there, which reading ignores."""
    entries: dict[str, FieldEntry] = {}
    for number, part in enumerate(parts, 1):
        size = part.end - part.start
        value = (part.value or bytes(size)).hex().upper()
        name = part.words.partition(":")[0]
        entries[str(number)] = FieldEntry(
            name=name, format=f"b {size}", encoding="binary", value=value
        )
    return entries


def _length_at(headers: Sequence[bytes], bodies: Sequence[bytes], start: int) -> HeaderPart | None:
    """A length that begins at byte *start* and says the truth in every header."""
    size = len(headers[0])
    wholes = [size + len(body) for body in bodies]
    meanings = {
        "length of header and message": wholes,
        "length of the message": [len(body) for body in bodies],
        "length of what follows": [],
        "the size of the header": [size] * len(bodies),
    }
    for name, width, read in _READERS:
        seen = [read(header[start : start + width]) for header in headers]
        end = start + width
        meanings["length of what follows"] = [whole - end for whole in wholes]
        for words, said in meanings.items():
            # Only at its very beginning does a header say its own size.
            own = words == "the size of the header"
            if end <= size and seen == said and (not own or (start, width) == (0, 1)):
                words = words if own else f"{words}, {name}"
                return HeaderPart(start, end, words, headers[0][start:end] if own else None)
    return None


def _byte_at(headers: Sequence[bytes], start: int) -> HeaderPart:
    values = {header[start] for header in headers}
    if len(headers) == 1:
        return HeaderPart(start, start + 1, "unknown")
    if len(values) == 1:
        return HeaderPart(start, start + 1, "the same in all", headers[0][start : start + 1])
    return HeaderPart(start, start + 1, "differs")


def _hidden(part: HeaderPart) -> HeaderPart:
    return HeaderPart(part.start, part.end, part.words)


def _may_be_shown(value: bytes | None) -> bool:
    """Whether no card number can be in *value*, neither packed nor as text."""
    if value is None:
        return True
    texts = (value.hex(), value.decode(CODECS["ascii"]), value.decode(CODECS["ebcdic-500"]))
    sizes = range(PAN_DIGITS_USUAL, PAN_DIGITS_MAX + 1)
    pieces = (text[at : at + size] for text in texts for at in range(len(text)) for size in sizes)
    return not any(
        len(piece) >= PAN_DIGITS_USUAL
        and piece[0] != "0"
        and DIGITS.issuperset(piece)
        and is_luhn_valid(piece)
        for piece in pieces
    )


def _joined(first: HeaderPart, second: HeaderPart) -> HeaderPart:
    value = None if first.value is None else first.value + (second.value or b"")
    return HeaderPart(first.start, second.end, first.words, value)
