"""Dumps: lines that begin with an offset, then bytes, then perhaps the same as text. Pure.

An offset may be hexadecimal, decimal or octal, with or without ``:``, ``h``, brackets, or a second
one in another radix. Whichever radix makes every offset the count of the bytes before it is right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from .masks import MASKS, read_masked
from .piece import Piece

BYTES_MAX: Final = 1 << 20  # of one dump; a row of stars may stand for any number of lines
GROUPS_MAX: Final = 128  # of one row; no program prints more than 64 bytes
SIGNS_MAX: Final = 32  # of a text column for each byte, blanks included; most have one
_STARTS_MAX: Final = 12  # words of a line, of a log for instance, that may be its offset
_OFFSET: Final = re.compile(
    r"[\[(<]?(?:0x)?(?P<offset>[0-9A-Fa-f]{1,16})[hH]?[\])>]?"
    r"(?:\s*[\[(](?:0x)?[0-9A-Fa-f]{1,16}[hH]?[\])]|\s+(?:0x)?[0-9A-Fa-f]{3,16}(?=[hH]?:))?"
    r"[hH]?\s*(?P<mark>[:|\-]*)(?:\s+|$|(?<=[0-9A-Fa-f]{4}:))"
)
_START: Final = re.compile(r"(?:^|(?<=[\s>|;#*\]]))(?=[\[(<]?[0-9A-Fa-f])")
_DIGIT: Final = rf"[0-9A-Fa-f{re.escape(MASKS)}]"
_BETWEEN: Final = re.compile(r"\s*[-|:·]?\s*")
_HEX_GROUP: Final = re.compile(rf"(?:0x)?((?:{_DIGIT}{{2}}){{1,16}})(?=[\s\-|:·,]|$),?")
_OCTAL_WORD: Final = re.compile(r"([01][0-7]{5})(?=\s|$)")
_OCTAL_BYTE: Final = re.compile(r"([0-3][0-7]{2})(?=\s|$)")
_RADIXES: Final[Mapping[int, str]] = {16: "hexadecimal", 10: "decimal", 8: "octal"}
_DIGITS: Final = {16: "0123456789abcdefABCDEF", 10: "0123456789", 8: "01234567"}


class _Style(NamedTuple):
    """How a group of digits stands for bytes, as hex digits that may be masked."""

    words: str
    group: re.Pattern[str]
    read: Callable[[str], str]


def _swapped(group: str) -> str:
    return group[2:] + group[:2] if len(group) == 4 else group


_SWAPPED: Final = ", words with their low byte first"
_FILLED: Final = (_SWAPPED, ", octal words")
_STYLES: Final = (
    _Style("", _HEX_GROUP, str),
    _Style(_SWAPPED, _HEX_GROUP, _swapped),
    _Style(_FILLED[1], _OCTAL_WORD, lambda g: int(g, 8).to_bytes(2, "little").hex()),
    _Style(", octal bytes", _OCTAL_BYTE, lambda g: f"{int(g, 8):02x}"),
)


class _Row(Struct, frozen=True, kw_only=True):
    """A line as one reading has it: *groups* in hex, and where in its *text* each *ends*."""

    offset: str
    groups: tuple[str, ...]
    ends: tuple[int, ...]
    text: str
    is_marked: bool

    def counts(self) -> list[int]:
        """How many bytes its groups may be, the first of them alone up to all."""
        total, counts = 0, []
        for group in self.groups:
            total += len(group) // 2
            counts.append(total)
        return counts

    def digits(self, count: int) -> str:
        """The first *count* bytes in hex."""
        return "".join(self.groups)[: 2 * count]

    def shows(self, count: int) -> bool:
        """Whether what follows the first *count* bytes is those bytes as text."""
        counts = self.counts()
        if count not in counts:
            return False
        end = self.ends[counts.index(count)]
        if len(self.text) - end > SIGNS_MAX * count + SIGNS_MAX:
            return False
        column = self.text[end:].strip()
        return bool(column) and _is_text_of(column, self.digits(count))


class Dump(Struct, frozen=True):
    """A dump in *lines* of the lines given, the first and behind the last; its readings, of words
    the one that is more likely first. Its first offset is *base*."""

    pieces: tuple[Piece, ...]
    lines: tuple[int, int]
    base: int = 0


def is_row(line: str) -> bool:
    """Whether *line* may be one of a dump."""
    return line.strip() == "*" or any(
        True for style in _STYLES for _ in _rows(line.rstrip("\r\n"), style)
    )


def read_dumps(lines: Sequence[str]) -> list[Dump]:
    """The dumps in *lines*, the first that stands at each place.

    >>> [dump] = read_dumps(["0000  30 38 30 30  0800", "0004: 82 20"])
    >>> dump.pieces[0].kind, dump.pieces[0].data
    ('a dump, offsets in hexadecimal, a text column', b'0800\\x82 ')
    """
    found: list[Dump] = []
    at = 0
    while at < len(lines):
        dump = _best(lines, at)
        if dump is None:
            at += 1
            continue
        found.append(dump)
        at = dump.lines[1]
    return found


def _best(lines: Sequence[str], start: int) -> Dump | None:
    """The dump that begins at *start* and takes the most lines; words as hexdump writes them."""
    dumps = [
        dump
        for style in _STYLES
        for row in _rows(lines[start], style)
        for radix in _RADIXES
        if (dump := _Chain(lines, style, radix).follow(start, row))
    ]
    if not dumps:
        return None
    end = max(dump.lines[1] for dump in dumps)
    base = min(dump.base for dump in dumps if dump.lines[1] == end)
    best = [dump for dump in dumps if (dump.lines[1], dump.base) == (end, base)]
    pieces = [piece for dump in best for piece in dump.pieces]
    pieces.sort(key=lambda piece: _SWAPPED not in piece.kind)
    distinct = {piece.data: piece for piece in reversed(pieces)}
    return Dump(tuple(reversed(distinct.values())), (start, end))


class _Chain:
    """Rows of one style, each with the offset at which the bytes before it end."""

    def __init__(self, lines: Sequence[str], style: _Style, radix: int) -> None:
        self._lines, self._style, self._radix = lines, style, radix
        self._digits: list[str] = []
        self._size = 0
        self._width = 0  # bytes of the widest row
        self._has_text = False
        self._said = 0  # rows whose offset was the one expected

    def follow(self, start: int, row: _Row) -> Dump | None:
        """The dump from *row* in line *start* on, or None."""
        base = self._value(row.offset)
        if base is None or not row.groups or (base and start + 1 == len(self._lines)):
            return None
        first, at = row, start + 1
        while True:
            following = self._next(row, base, at)
            if following is None:
                break
            row, at = following
            if not row.groups:  # The last line may be an offset alone: where the bytes end.
                break
        if row.groups:
            self._take(row, self._last_count(row))
        if not self._is_dump(first, base):
            return None
        return Dump((self._piece(start),), (start, at), base)

    def _next(self, row: _Row, base: int, at: int) -> tuple[_Row, int] | None:
        """The row after *row*, which is taken, and the line behind that."""
        is_squeezed = at < len(self._lines) and self._lines[at].strip() == "*"
        at += is_squeezed
        if at == len(self._lines):
            return None
        for later in _rows(self._lines[at].rstrip("\r\n"), self._style):
            offset = self._value(later.offset)
            if offset is None:
                continue
            count = offset - base - self._size
            if is_squeezed:
                width = row.counts()[-1]
                if not 0 < count <= BYTES_MAX - self._size or count % width:
                    continue
                self._digits.append(row.digits(width) * (count // width - 1))
                self._size += count - width
                count = width
            if self._may_be(row, count, is_last=not later.groups):
                self._take(row, count)
                self._said += 1
                return later, at + 1
        return None

    def _may_be(self, row: _Row, count: int, is_last: bool) -> bool:
        counts = row.counts()
        if is_last and self._style.words in _FILLED and count == counts[-1] - 1:
            return True  # the last word was filled up
        return count == counts[-1] or row.shows(count)

    def _take(self, row: _Row, count: int) -> None:
        self._digits.append(row.digits(count))
        self._size += count
        self._width = max(self._width, count)
        self._has_text |= row.shows(count)

    def _last_count(self, row: _Row) -> int:
        """How many bytes a row has that no offset follows."""
        counts = [count for count in row.counts() if count <= (self._width or count)]
        shown = next((count for count in reversed(counts) if row.shows(count)), 0)
        return shown or (counts or row.counts()[:1])[-1]

    def _is_dump(self, first: _Row, base: int) -> bool:
        """Whether the offsets, or a text column, say that this is no chance."""
        if self._style.words == _SWAPPED and (self._has_text or not self._are_words(first)):
            return False
        if "octal" in self._style.words and self._radix != 8:
            return False
        is_zero = base == 0 and (len(first.offset) > 2 or first.is_marked)
        return self._said > 0 or (is_zero and (self._has_text or bool(first.is_marked)))

    @staticmethod
    def _are_words(first: _Row) -> bool:
        is_plain = len(first.offset) >= 7 and not first.is_marked
        return is_plain and all(len(group) == 4 for group in first.groups)

    def _piece(self, start: int) -> Piece:
        words = f"a dump{self._style.words}, offsets in {_RADIXES[self._radix]}"
        words += ", a text column" if self._has_text else ""
        return replace(read_masked("".join(self._digits), words, is_certain=True), line=start + 1)

    def _value(self, offset: str) -> int | None:
        if offset.strip(_DIGITS[self._radix]):
            return None
        return int(offset, self._radix)


def _rows(line: str, style: _Style) -> Iterator[_Row]:
    """The readings of *line* as a row of *style*, by the word that is taken for its offset."""
    for number, start in enumerate(_START.finditer(line)):
        if number == _STARTS_MAX:
            return
        found = _OFFSET.match(line, start.start())
        if found is None:
            continue
        groups: list[str] = []
        ends: list[int] = []
        at = found.end()
        while len(groups) < GROUPS_MAX and (group := style.group.match(line, at)):
            groups.append(style.read(group[1]))
            ends.append(group.end())
            between = _BETWEEN.match(line, group.end())
            at = between.end() if between else group.end()
            if at == group.end():
                break
        is_end = not groups and found.end() == len(line) and start.start() == 0
        if is_end or groups:
            yield _Row(
                offset=found["offset"],
                groups=tuple(groups),
                ends=tuple(ends),
                text=line,
                is_marked=bool(found["mark"]) or found[0][0] in "[(<",
            )


def _is_text_of(column: str, digits: str) -> bool:
    """Whether *column* shows the bytes *digits*: what cannot be printed, as anything.

    Blanks are lost in pages: what cannot be printed stands there as no sign, or as any but letters
    and digits. Bit n of *places* says that the bytes so far may end before sign n of *column*.
    """
    column = re.sub(r"^[|>]|[|<]$", "", column) if column[0] in "|>" else column
    column = "".join(column.split())
    if len(column) > len(digits) // 2:
        return False
    at_sign = {sign: _bits(column, sign) for sign in set(column)}
    dots = at_sign.get(".", 0)
    unlike = sum(bits for sign, bits in at_sign.items() if not (sign.isascii() and sign.isalnum()))
    places = 1
    for at in range(0, len(digits), 2):
        pair = digits[at : at + 2]
        value = 0 if set(pair) & set(MASKS) else int(pair, 16)
        if 0x21 <= value <= 0x7E:
            places = (places & (at_sign.get(chr(value), 0) | dots)) << 1
        else:
            places |= (places & unlike) << 1
    return bool(places >> len(column) & 1)


def _bits(column: str, sign: str) -> int:
    return sum(1 << place for place, seen in enumerate(column) if seen == sign)
