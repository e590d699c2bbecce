"""Edits of one field: all that a dialect file can say otherwise about it, the usual ones first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any, Final

from msgspec.structs import replace

from ..dialect.file import FieldEntry
from ..errors import DecodeError
from ..grammar.codepages import CODECS
from ..grammar.fields import LENGTH_MAX, Notation, parse_notation
from ..parts.ber import Ber
from ..parts.datasets import Datasets
from .bases import fields_of_edition
from .edits import Edit

# Sizes that are tried for a field of fixed length: larger ones are variable everywhere.
FIXED_SIZE_MAX: Final = 99
EBCDIC: Final = "ebcdic-500"
_PACKED: Final = ("bcd", "bcd right F", "bcd right 0", "bcd left F")
# In what a field of each class may stand, the usual first; all others are text.
ENCODINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "n": ("ascii", *_PACKED, EBCDIC),
    "z": ("ascii", *_PACKED, EBCDIC),
    "x+n": ("ascii", *_PACKED, EBCDIC),
    "b": ("binary", "hex", EBCDIC),
}
TEXT_ENCODINGS: Final = ("ascii", EBCDIC)
LENGTH_ENCODINGS: Final = ("ascii", "bcd", "binary", EBCDIC)
# Fields that have one length on nearly all links: processing code, amount, times, codes, PIN block,
# MAC. Another length is so much rarer.
_SAME_EVERYWHERE: Final = frozenset([3, 4, 7, 11, 12, 13, 14, 37, 38, 39, 49, 52, 64, 128])
_AGREED: Final = 4
_OBJECTS: Final = Ber(binary=True)
_COUNTED: Final = ("bytes", "characters", "nibbles")
# What a field may hold instead, if its characters are not of its class.
_CLASSES: Final = {"n": ("an", "ans"), "an": ("ans",), "a": ("an", "ans"), "ns": ("ans",)}
_BINARY, _TEXT = "b", "ans"
_KINDS: Final = (_TEXT, _BINARY, "n")  # classes that are tried where the length is wrong as well
_OF_A_SWITCH: Final = 127  # the field in which one family of switches carries all that is its own
_DIGITS_USUAL: Final = (2, 3)
_DIGITS_RARE: Final = (1, 4, 5, 6)
_DIGITS_OF_127: Final = 6  # of its length, where that family is met
# The greatest lengths that one, two … bytes say, or the grammar knows.
_LONGEST_BINARY: Final = (255, 65_535, LENGTH_MAX)


def usual_edits(number: int, entry: FieldEntry, encodings: Mapping[str, str]) -> Iterator[Edit]:
    """What differs from link to link: lengths, counts, encodings; then two of these at once.

    *entry* is how field *number* is written now, *encodings* are the defaults of the dialect.

    >>> two = FieldEntry(name="card", format="n..19")
    >>> [edit.words for edit in usual_edits(2, two, {"n": "ascii", "length": "ascii"})][:2]
    ['field 2 (card): its length has 3 digits, not 2', 'field 2 (card): as long as its length says']
    """
    notation = parse_notation(entry.format)
    edits = _Edits(number, entry, encodings)
    if notation.prefix_digits:
        yield from _variable(edits, notation, entry)
    else:
        yield from _made_variable(edits, notation)
    for name in _others(notation.kind, entry, encodings):
        rarity = 2 + name.startswith("bcd ") + (name == "bcd left F")
        words = f"in {name}, not {_now(notation, entry, encodings)}"
        yield edits.edit(words, rarity, encoding=name)
    yield from _other_classes(edits, notation)
    yield from _other_classes_and_lengths(edits, notation)


def rare_edits(number: int, entry: FieldEntry, encodings: Mapping[str, str]) -> Iterator[Edit]:
    """Another fixed length; one digit of length, or four to six."""
    notation = parse_notation(entry.format)
    edits = _Edits(number, entry, encodings)
    was = f"{notation.length}" if not notation.prefix_digits else "variable"
    for size in range(1, FIXED_SIZE_MAX + 1):
        if notation.prefix_digits or size != notation.length:
            unit = "bytes" if notation.kind == _BINARY else "characters"
            near = 0 if abs(size - notation.length) < 4 or size % 4 == 0 else 1
            near += _AGREED if number in _SAME_EVERYWHERE else 0
            near += 2 if notation.prefix_digits else 0  # rather the message was cut
            form = str(Notation(notation.kind, 0, size))
            yield edits.edit(f"fixed, {size} {unit}, not {was}", 5 + near, format=form)
    if notation.prefix_digits:
        for digits in _DIGITS_RARE:
            yield edits.resized(notation, digits, 5)


def definitions(number: int, version: str) -> Iterator[Edit]:
    """What field *number*, which the dialect does not define, may be; the standard's own first."""
    edits = _Edits(number, FieldEntry(name=f"field {number}"))
    standard = fields_of_edition(version).get(str(number))
    if standard is not None:
        entry = FieldEntry(name=standard.name, format=standard.format)
        yield Edit(
            words=f"field {number}: as the standard has it, {entry.format}",
            number=number,
            entry=entry,
            encodings=(),
            rarity=0,
        )
    forms = ["ans...999", "ans..99", "b...255", "b..99", "n..19", "n..99", "n...999"]
    for rarity, form in enumerate(forms, 1):
        yield edits.edit(f"defined as {form}", rarity, name=f"field {number}", format=form)
    for kind, size in product(("n", _TEXT, _BINARY), range(1, FIXED_SIZE_MAX + 1)):
        form = f"{kind} {size}"
        yield edits.edit(f"defined as {form}", 9, name=f"field {number}", format=form)


def may_be_empty(number: int, entry: FieldEntry) -> Edit:
    """A length of zero is legal for field *number*, which has the line *entry* now.

    >>> may_be_empty(44, FieldEntry(name="response")).words
    'field 44 (response): may be empty'
    """
    return _Edits(number, entry).said("may be empty", 0, 1, {"min": 0})


def as_data_sets(number: int, entry: FieldEntry, values: Sequence[str]) -> Edit | None:
    """Data sets in field *number*, which has the line *entry*, if all its *values*, upper-case hex,
    are such with objects in them; None if not.

    >>> as_data_sets(55, FieldEntry(name="chip"), ["0100059F3602003C"]).words
    'field 55 (chip): data sets with objects in them'
    """
    layout = Datasets(binary=True, content=_OBJECTS)
    try:
        sets = [one for value in values for one in layout.split(layout.octets(value))]
        is_so = bool(sets) and all(_OBJECTS.split(_OBJECTS.octets(one.value)) for one in sets)
    except DecodeError:
        return None
    words = f"field {number}" + (f" ({entry.name})" if entry.name else "")
    keys = sorted({one.key for one in sets})
    parts = ((f"{number}", "datasets"), *((f"{number}.{key}", "ber-tlv") for key in keys))
    return Edit(words=f"{words}: data sets with objects in them", parts=parts) if is_so else None


class _Edits:
    """Makes the edits of one field."""

    def __init__(
        self, number: int, entry: FieldEntry, encodings: Mapping[str, str] | None = None
    ) -> None:
        self.number = number
        self.encodings = encodings or {}
        self.was = entry.length or self.encodings.get("length", "")
        self.title = f"field {number}" + (f" ({entry.name})" if entry.name else "")

    def edit(self, words: str, rarity: int, steps: int = 1, **said: str) -> Edit:
        """The edit that has the line of the field say *said*."""
        return self.said(words, rarity, steps, said)

    def said(self, words: str, rarity: int, steps: int, said: Mapping[str, Any]) -> Edit:
        """The same."""
        entry = FieldEntry(**said)
        return Edit(
            words=f"{self.title}: {words}",
            number=self.number,
            entry=entry,
            encodings=(),
            rarity=rarity,
            steps=steps,
        )

    def resized(self, notation: Notation, digits: int, rarity: int) -> Edit:
        """Another number of digits in the length."""
        words = f"its length has {digits} digits, not {notation.prefix_digits}"
        return self.edit(words, rarity, format=self.widened(notation, digits))

    def widened(self, notation: Notation, digits: int, length: str = "") -> str:
        """With *digits* of length in the encoding *length*; only digits and tracks keep their
        greatest length where they can."""
        longest = self.longest(notation.kind, digits, length)
        keeps = notation.kind in ("n", "z") and notation.prefix_digits
        most = min(notation.length, longest) if keeps else longest
        return str(Notation(notation.kind, digits, most))

    def longest(self, kind: str, digits: int, length: str = "") -> int:
        """What *digits* can say; a byte of hexadecimal text counts as two."""
        is_binary = (length or self.was) == "binary"
        longest: int = _LONGEST_BINARY[(digits - 1) // 2] if is_binary else 10**digits - 1
        is_text = kind == _BINARY and self.encodings.get(_BINARY) != "binary"
        return longest // 2 if is_text else longest


def _variable(edits: _Edits, notation: Notation, entry: FieldEntry) -> Iterator[Edit]:
    digits = [each for each in (2, 3, 4) if abs(each - notation.prefix_digits) == 1]
    names = [each for each in LENGTH_ENCODINGS if not _same(each, edits.was)]
    for each in [*digits, _DIGITS_OF_127] if edits.number == _OF_A_SWITCH else digits:
        yield edits.resized(notation, each, 0)
    longer = edits.longest(notation.kind, notation.prefix_digits)
    if longer > notation.length:
        form = str(replace(notation, length=longer))
        yield edits.edit("as long as its length says", 2, format=form)
    if entry.min is None:
        yield may_be_empty(edits.number, entry)
    for name in names:
        yield edits.edit(f"its length in {name}, not {edits.was}", 1, length=name)
    for count in _COUNTED:
        if count != entry.count:
            yield edits.said(f"its length counts {count}", 1, 1, _counted(notation, count))
    for each, name in product(digits, names):
        words = f"its length in {each} digits of {name}, not {notation.prefix_digits} of "
        form = edits.widened(notation, each, name)
        yield edits.edit(words + edits.was, 2, 2, format=form, length=name)
    for name, count in product(names, _COUNTED):
        words = f"its length in {name}, counting {count}"
        yield edits.said(words, 3, 2, {"length": name, **_counted(notation, count)})
    for each, count in product(digits, _COUNTED):
        words = f"its length in {each} digits, counting {count}"
        said = {"format": edits.widened(notation, each)}
        said |= _counted(parse_notation(said["format"]), count)
        yield edits.said(words, 3, 2, said)


def _counted(notation: Notation, count: str) -> dict[str, str]:
    """That a length counts *count*; a length that counts all twice says half as much."""
    said = {"count": count}
    twice = count == "nibbles" or (count == "characters" and notation.kind == _BINARY)
    half = (10**notation.prefix_digits - 1) // 2
    if twice and notation.length > half:
        said["format"] = str(replace(notation, length=half))
    return said


def _made_variable(edits: _Edits, notation: Notation) -> Iterator[Edit]:
    names = [each for each in LENGTH_ENCODINGS if not _same(each, edits.was)]
    for digits in _DIGITS_USUAL:
        words = f"of variable length with {digits} digits, not fixed"
        yield edits.edit(words, 3, format=edits.widened(notation, digits))
        for name in names:
            form = edits.widened(notation, digits, name)
            yield edits.edit(f"{words}, its length in {name}", 5, 2, format=form, length=name)


def _other_classes(edits: _Edits, notation: Notation) -> Iterator[Edit]:
    for kind in _CLASSES.get(notation.kind, ()):
        yield edits.edit(
            f"holds other characters: {kind}", 3, format=str(replace(notation, kind=kind))
        )
    if notation.kind == _TEXT:
        digits = notation.prefix_digits
        length = min(notation.length, edits.longest(_BINARY, digits)) if digits else notation.length
        form = str(Notation(_BINARY, digits, length))
        yield edits.edit("binary data, not text", 3, format=form)
    if notation.kind == _BINARY:
        yield edits.edit("text, not binary data", 4, format=str(replace(notation, kind=_TEXT)))


def _other_classes_and_lengths(edits: _Edits, notation: Notation) -> Iterator[Edit]:
    """Another class, and a length of other digits or another encoding."""
    for kind in (kind for kind in _KINDS if kind != notation.kind):
        other = replace(notation, kind=kind)
        for digits in _DIGITS_USUAL:
            form = edits.widened(other, digits)
            if digits != notation.prefix_digits:
                yield edits.edit(f"{form}, not {notation}", 6, format=form)
            for name in LENGTH_ENCODINGS if notation.prefix_digits else ():
                if not _same(name, edits.was):
                    form = edits.widened(other, digits, name)
                    words = f"{form}, its length in {name}, not {notation} in {edits.was}"
                    yield edits.edit(words, 7, format=form, length=name)


def _now(notation: Notation, entry: FieldEntry, encodings: Mapping[str, str]) -> str:
    return entry.encoding or encodings.get("n" if notation.kind == "x+n" else notation.kind, "")


def _others(kind: str, entry: FieldEntry, encodings: Mapping[str, str]) -> list[str]:
    now = entry.encoding or encodings.get("n" if kind == "x+n" else kind, "")
    return [name for name in ENCODINGS.get(kind, TEXT_ENCODINGS) if not _same(name, now)]


def _same(name: str, other: str) -> bool:
    """Whether two names mean the same digits and letters: all pages of EBCDIC do."""
    return name == other or (name in CODECS and other in CODECS and name[:6] == other[:6])
