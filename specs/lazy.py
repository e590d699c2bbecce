"""Fields that stay bytes until somebody reads them: where each one is, and what was changed.

A value is cut when it is asked for, and a changed message is written by splicing the changes into
the received bytes: for programs that read a few fields of what they pass on, such as a router. Our
switch journals most fields of each message: reading all of them at once takes it a quarter of the
time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set
from typing import Final

from msgspec import Struct

from .grammar.bitmap import Bitmaps
from .grammar.encodings import Encoding

# Where a field begins and ends, prefix included: each a place in `LazyFields.ends`, bytes since.
Span = tuple[int, int, int, int]
_UNCHANGED: Final[Mapping[int, str]] = {}
_NONE_GONE: Final[frozenset[int]] = frozenset()


class Pieces(Struct, frozen=True, kw_only=True):
    """How a dialect writes the pieces of a message.

    *mti_bytes* are its legal MTIs as written, *bitmap* is its encoding, *bitmaps* how many there
    are. *read* takes the number of a field and where in the data it is, prefix included;
    *writers* make the bytes of a value, and its prefix.
    """

    mti_bytes: Mapping[str, bytes]
    bitmap: Encoding
    bitmaps: Bitmaps
    read: Callable[[int, bytes, int, int], str]
    writers: Mapping[int, Callable[[str], bytes]]


class Index(Struct, frozen=True):
    """Where the fields are in the messages of one shape, and where their bitmap is."""

    pieces: Pieces
    bitmap: slice
    spans: Mapping[int, Span]


class LazyFields(Mapping[int, str]):
    """The fields of a message received as *data*; *ends* is 0 and the ends of its variable fields.

    A value that is wrong raises DecodeError when it is cut; after `unpack_lazy` none can be.
    """

    __slots__ = ("_changes", "_data", "_ends", "_gone", "_index", "_known")

    def __init__(self, index: Index, data: bytes, ends: tuple[int, ...]) -> None:
        self._index = index
        self._data = data
        self._ends = ends
        self._known: dict[int, str] = {}  # cut already: the same for all copies
        self._changes = _UNCHANGED  # replaced or added
        self._gone = _NONE_GONE  # received, and left out

    def __getitem__(self, number: int) -> str:
        if number in self._changes:
            return self._changes[number]
        if number in self._gone:
            raise KeyError(number)
        known = self._known
        if number not in known:
            start, end = self._place(self._index.spans[number])
            known[number] = self._index.pieces.read(number, self._data, start, end)
        return known[number]

    def __contains__(self, number: object) -> bool:
        return number in self._changes or (number in self._index.spans and number not in self._gone)

    def __iter__(self) -> Iterator[int]:
        # In the order of the message: whoever reads all of them meets the first wrong one first.
        left = (number for number in self._index.spans if number not in self._gone)
        return iter([*left, *sorted(self._added())])

    def __len__(self) -> int:
        return len(self._index.spans) - len(self._gone) + len(self._added())

    def __repr__(self) -> str:
        """Values may be secret: numbers alone."""
        return f"<fields {', '.join(map(str, sorted(self)))}>"

    def __or__(self, changes: Mapping[int, str]) -> LazyFields:
        """A copy in which *changes* replace or add fields."""
        return self._copy({**self._changes, **changes}, self._gone.difference(changes))

    def without(self, *numbers: int) -> LazyFields:
        """A copy that lacks the fields *numbers*."""
        left = {n: value for n, value in self._changes.items() if n not in numbers}
        return self._copy(left, self._gone.union(self._index.spans.keys() & numbers))

    def is_of(self, pieces: Pieces) -> bool:
        """Whether the bytes are in the dialect of *pieces*."""
        return self._index.pieces is pieces

    def pack(self, mti: str) -> bytes:
        """A message of *mti* and these fields: what was not changed is as it was received.

        Where that cannot be written, raises one of `codec.compile.MISFIT`.
        """
        index, data, ends, changes = self._index, self._data, self._ends, self._changes
        writers, here = index.pieces.writers, index.bitmap.start
        parts = [index.pieces.mti_bytes[mti]]
        if self._gone or not changes.keys() <= index.spans.keys():
            parts.append(self._bitmap())
            here = index.bitmap.stop
        for number in sorted(self._gone.union(changes)):
            start, more, end, rest = index.spans.get(number) or self._gap(number)
            parts.append(data[here : ends[start] + more])
            if number in changes:
                parts.append(writers[number](changes[number]))
            here = ends[end] + rest
        return b"".join([*parts, data[here:]])

    def _copy(self, changes: Mapping[int, str], gone: frozenset[int]) -> LazyFields:
        copy = LazyFields(self._index, self._data, self._ends)
        copy._known, copy._changes, copy._gone = self._known, changes, gone
        return copy

    def _added(self) -> Set[int]:
        """The numbers of the fields that were not received."""
        return self._changes.keys() - self._index.spans.keys()

    def _place(self, span: Span) -> tuple[int, int]:
        """Where the field with *span* begins and ends in the data."""
        start, more, end, rest = span
        return self._ends[start] + more, self._ends[end] + rest

    def _bitmap(self) -> bytes:
        """The bitmaps of the fields that are left; ValueError if they do not stand together."""
        pieces, numbers = self._index.pieces, sorted(self)
        if not numbers or numbers[-1] > pieces.bitmaps.sizes[-1] * 8:
            raise ValueError
        return pieces.bitmap.encode(pieces.bitmaps.bits_of(numbers).hex().upper())

    def _gap(self, number: int) -> Span:
        """Where field *number*, which was not received, belongs."""
        spans = self._index.spans
        before = max((n for n in spans if n < number), default=0)
        _, _, end, rest = spans[before] if before else (0, 0, 0, self._index.bitmap.stop)
        return end, rest, end, rest
