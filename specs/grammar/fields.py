"""One field = encoding x prefix x padding, under a class that says which characters it may hold.

Written in engineers' own notation: ``n 6``, ``n..19``, ``ans...999``, ``b 8``, ``z..37``,
``x+n 8``. As many dots as the length has digits; ``b`` counts bytes, all others characters.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from msgspec import Struct

from ..errors import DecodeError, EncodeError
from .encodings import HEX_DIGITS, BadFill, Encoding, National, Text
from .prefixes import PREFIX_DIGITS_MAX, Counting, Prefix

DIGITS: Final = frozenset(string.digits)
_LETTERS: Final = frozenset(string.ascii_letters)
# Blanks fill fixed fields of every class that has letters or special characters.
_SPECIAL: Final = frozenset(string.punctuation + " ")
_SIGNS: Final = frozenset("CD")
# What the characters of a value may be, by class. Track data: digits and a separator, = or D.
CLASSES: Final[Mapping[str, frozenset[str]]] = {
    "a": _LETTERS | {" "},
    "n": DIGITS,
    "s": _SPECIAL,
    "an": _LETTERS | DIGITS | {" "},
    "as": _LETTERS | _SPECIAL,
    "ns": DIGITS | _SPECIAL,
    "ans": _LETTERS | DIGITS | _SPECIAL,
    "b": HEX_DIGITS,
    "z": DIGITS | {"=", "D"},
    "x+n": DIGITS | _SIGNS,
}
_NO_BREAK: Final = "\xa0"  # a blank at which no line ends
# The longest field that the grammar knows: what six digits can say. No frame carries more.
LENGTH_MAX: Final = 999_999
# What a length may count, where it is not what the encoding counts of its own.
COUNTS: Final = ("bytes", "characters", "nibbles")

NOTATIONS_CACHED_MAX: Final = 4096  # a dialect has some dozens


class Notation(Struct, frozen=True):
    """A field's form as engineers write it: class, how many digits its length has, length."""

    kind: str
    prefix_digits: int
    length: int

    def __str__(self) -> str:
        return f"{self.kind}{'.' * self.prefix_digits or ' '}{self.length}"

    @property
    def characters(self) -> int:
        """The greatest number of characters of a value: a byte is two, a sign one more."""
        if self.kind == "b":
            return self.length * 2
        return self.length + (self.kind == "x+n")


@lru_cache(maxsize=NOTATIONS_CACHED_MAX)
def parse_notation(text: str) -> Notation:
    """Read the notation of a field; ValueError says what is wrong with it.

    >>> parse_notation("ans...999"), str(parse_notation("n 6"))
    (Notation(kind='ans', prefix_digits=3, length=999), 'n 6')
    """
    kind = text.rstrip(string.digits).rstrip(". ")
    between = text[len(kind) :].rstrip(string.digits)
    number = text[len(kind) + len(between) :]
    if kind not in CLASSES:
        raise ValueError(f"one of the classes {', '.join(CLASSES)}")
    if between != " " and between not in ["." * n for n in range(1, PREFIX_DIGITS_MAX + 1)]:
        raise ValueError(f"a blank, or one to {PREFIX_DIGITS_MAX} dots, after the class")
    if not 0 < len(number) <= len(str(LENGTH_MAX)) or not 0 < int(number) <= LENGTH_MAX:
        raise ValueError(f"a length of 1 to {LENGTH_MAX}")
    return Notation(kind, between.count("."), int(number))


class Padding(Struct, frozen=True):
    """How a fixed field of characters is filled up; the value is without it."""

    left: bool
    fill: str

    def strip(self, text: str) -> str:
        """*text* without its filling; one character stays of a text that is nothing else."""
        bare = text.lstrip(self.fill) if self.left else text.rstrip(self.fill)
        return bare or self.fill

    def pad(self, value: str, length: int) -> str:
        """*value* filled up to *length* characters."""
        return value.rjust(length, self.fill) if self.left else value.ljust(length, self.fill)


class Field(Struct, frozen=True, kw_only=True):
    """The field or part of a field at *path*: ``"4"``, ``"3.1"``. Built by :func:`make_field`.

    `lengths` reads every legal prefix (bytes to characters of the value), `prefixes` writes it:
    both say KeyError to all others. `values` names the table of what its values mean, if any.
    """

    path: str
    name: str
    notation: Notation
    encoding: Encoding
    counting: Counting
    padding: Padding | None
    lengths: Mapping[bytes, int]
    prefixes: Mapping[int, bytes]
    values: str = ""

    @property
    def number(self) -> int:
        """The number of a field that is no part of another."""
        return int(self.path)

    @property
    def prefix(self) -> Prefix:
        """How its length is written."""
        return self.counting.prefix

    @property
    def legal_lengths(self) -> range:
        """How many characters its values may have."""
        first = self.notation.characters if self.is_fixed else self.counting.minimum
        return range(first, self.notation.characters + 1, self.counting.step)

    @property
    def is_fixed(self) -> bool:
        """Whether the field has no length prefix."""
        return self.prefix.digits == 0

    def locate(self, data: bytes, offset: int) -> tuple[int, int, int]:
        """Where the value begins and ends, and its length in characters; DecodeError if nowhere."""
        length = self.notation.characters
        prefix = self.counting.prefix
        start = offset + prefix.size
        if prefix.digits:
            seen = data[offset:start]
            # The fault is raised outside: an error must not carry the bytes in its context.
            length = _found(self.lengths, seen)
            if length < 0:
                raise self._wrong_prefix(seen, offset)
        end = start + self.encoding.size(length)
        if end > len(data):
            raise DecodeError(
                f"{end - start} bytes of {self.title}",
                code="message-short",
                field=self.path,
                offset=start,
                seen=f"{len(data) - start} bytes",
                hint="the message ends early, or an earlier field took too much or too little",
            )
        return start, end, length

    def read(self, data: bytes, start: int, end: int, length: int) -> str:
        """The value of *length* characters at data[start:end]; DecodeError if it is not one."""
        raw = data[start:end]
        text: str | None
        try:
            text = self.encoding.decode(raw, length)
        except BadFill:
            text = None
        if text is None:
            raise DecodeError(
                f"{self.title}, its odd digit filled as in {self.encoding.name!r}",
                code="fill",
                field=self.path,
                offset=start,
                hint="does the peer fill on the other side, or with another nibble?",
            )
        position = self.first_wrong(text)
        if position is not None:
            index = self.encoding.index(position, length)
            if isinstance(self.encoding, National):
                index = self.encoding.length(text[:position])
            raise DecodeError(
                self.title,
                code="character",
                field=self.path,
                offset=start + index,
                seen=f"byte {raw[index]:02X} in character {position + 1} of {length}",
                hint=f"encoding {self.encoding.name!r}; is an earlier length right?",
            )
        return self.padding.strip(text) if self.padding else text

    def write(self, value: str) -> bytes:
        """Prefix and value as bytes; EncodeError if *value* has not the form of this field."""
        if not isinstance(value, str):
            raise self._unwritable(f"type {type(value).__name__}", "values are text")
        if self.padding and value:
            more = self._length(value) - len(value)  # bytes of characters that have many
            value = self.padding.pad(value, self.notation.characters - more)
        position = self.first_wrong(value)
        if position is not None and value:
            wrong = ascii(value[position])
            raise self._unwritable(f"{wrong} as character {position + 1} of {len(value)}", "")
        length = self._length(value)
        if self.is_fixed and length != self.notation.characters:
            raise self._unwritable(f"{length} characters", "fill it up or cut it yourself")
        if self.is_fixed:
            return self.encoding.encode(value)
        if length not in self.legal_lengths:
            hint = "bytes are two characters each" if self.notation.kind == "b" else ""
            hint = hint if value else "leave an empty field out; or min = 0 allows it"
            raise self._unwritable(f"{length} characters", hint)
        return self.prefixes[length] + self.encoding.encode(value)

    def first_wrong(self, text: str) -> int | None:
        """The position of the first character of *text* that this field does not allow there."""
        return first_wrong(self.notation.kind, text, isinstance(self.encoding, National))

    def _length(self, value: str) -> int:
        """How long *value* is; EncodeError where its page lacks a character."""
        try:
            return self.encoding.length(value)
        except UnicodeEncodeError as error:
            wrong = ascii(value[error.start])
        raise self._unwritable(f"{wrong}, which {self.encoding.name} lacks", "")

    @property
    def title(self) -> str:
        """Notation and name, as errors say them."""
        return f"{self.notation} ({self.name})"

    def _wrong_prefix(self, seen: bytes, offset: int) -> DecodeError:
        least = self.counting.count(self.counting.minimum)
        return DecodeError(
            f"a length for {self.title}: {self.prefix.size} bytes of {self.prefix.encoding}",
            code="length",
            field=self.path,
            offset=offset,
            seen=f"bytes {seen.hex().upper()}" if seen else "the end of the message",
            hint=f"a length is legal from {least} to the maximum; is an earlier field right?",
        )

    def _unwritable(self, seen: str, hint: str) -> EncodeError:
        return EncodeError(self.title, code="value", field=self.path, seen=seen, hint=hint)


def _found(lengths: Mapping[bytes, int], seen: bytes) -> int:
    """What the prefix *seen* says, or -1 if it is not legal."""
    try:
        return lengths[seen]
    except KeyError:
        return -1


def first_wrong(kind: str, text: str, national: bool = False) -> int | None:
    """The position of the first character of *text* that class *kind* does not allow there.

    *national*: beyond ASCII it allows all that can be printed, and, with letters, letters alone.

    >>> first_wrong("n", "12x4"), first_wrong("x+n", "C12"), first_wrong("x+n", "1C2")
    (2, None, 0)
    >>> first_wrong("an", "Zürich"), first_wrong("an", "Zürich", True), first_wrong("an", "€", True)
    (1, None, 0)
    """
    if kind == "x+n":
        if text[:1] not in _SIGNS:
            return 0
        wrong = first_wrong("n", text[1:])
        return None if wrong is None else wrong + 1
    allowed = CLASSES[kind]
    if allowed.issuperset(text):
        return None
    return next(
        (
            at
            for at, character in enumerate(text)
            if character not in allowed and not (national and _is_national(kind, character))
        ),
        None,
    )


def _is_national(kind: str, character: str) -> bool:
    """Whether *character*, beyond ASCII, is of class *kind*."""
    is_printed = character > "~" and (character.isprintable() or character == _NO_BREAK)
    return is_printed and (kind in ("as", "ans") or character.isalpha() == (kind in ("a", "an")))


def make_field(
    path: str,
    name: str,
    notation: Notation,
    encoding: Encoding,
    length_encoding: str,
    padding: Padding | None = None,
    count: str = "",
    values: str = "",
    least: int | None = None,
) -> Field:
    """A field with its tables of legal lengths; ValueError if its prefix cannot say its maximum.

    *count* is one of :data:`COUNTS`, or empty: then packed digits count nibbles, binary data bytes,
    and all else characters. *least* is how long a variable value must be, as its notation counts;
    one at least if nothing is said.
    """
    prefix = Prefix(notation.prefix_digits, length_encoding)
    unit, counts = _count(notation.kind, encoding, count)
    # A byte is two characters even where the prefix counts characters.
    step = 2 if notation.kind == "b" or unit == 2 else 1
    maximum = notation.characters // step * step
    minimum = step if least is None else _least(notation, least) // step * step
    counting = Counting(
        prefix=prefix, maximum=maximum, step=step, unit=unit, counts=counts, minimum=minimum
    )
    lengths: Mapping[bytes, int] = {}
    prefixes: Mapping[int, bytes] = {}
    if prefix.digits:
        greatest = counting.count(maximum)
        if greatest > prefix.maximum:
            raise ValueError(f"a length of at most {prefix.maximum}, not {greatest}")
        lengths, prefixes = counting.tables()
    return Field(
        path=path,
        name=name,
        notation=notation,
        encoding=encoding,
        counting=counting,
        padding=padding,
        lengths=lengths,
        prefixes=prefixes,
        values=values,
    )


def _least(notation: Notation, least: int) -> int:
    """The fewest characters of a value; ValueError where they make no sense."""
    if not notation.prefix_digits:
        raise ValueError("a length before the value, where a least one is said,")
    if notation.kind == "x+n" or not 0 <= least <= notation.length:
        raise ValueError(f"a least length of 0 to {notation.length}, and none of an amount,")
    return least * 2 if notation.kind == "b" else least


def _count(kind: str, encoding: Encoding, count: str) -> tuple[int, int]:
    """How many characters of a value count as how much in its prefix."""
    if count not in ("", *COUNTS):
        raise ValueError(f"a count of {', '.join(COUNTS)}")
    if isinstance(encoding, National) and count in ("characters", "nibbles"):
        raise ValueError(f"a count of bytes, which is what lengths of {encoding.name} say,")
    is_text = isinstance(encoding, Text | National) and kind != "b"
    if not count:
        return encoding.unit, 1
    if count == "bytes":
        return 1 if is_text else 2, 1
    return 1, 2 if is_text and count == "nibbles" else 1
