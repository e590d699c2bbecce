"""The grammar of HSM frames: a layout is a line of fields, read and written by regular expressions.

One expression reads a whole layout, which is fast; only when it fails is the line walked field by
field, to say which one is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from operator import itemgetter
from typing import Final

from msgspec import Struct

from .errors import DATA_LENGTH_REFUSED, INPUT_REFUSED, KEY_SCHEME_REFUSED

# A field is followed by another, or by an LMK id, attributes of a key, a trailer, or the end.
_END: Final = r"(?=[%#\x19]|\Z)"
_UNKNOWN_SCHEMES: Final = frozenset("GHIJLMNOPQVWZ")
_COUNT: Final = "count"  # the group of a count; no field is called so
FORMS_MAX: Final = 64  # of one layout: programs give its fields in an order or two
_DER_SHORT: Final = "0\x7f"  # a sequence of up to 127 bytes; longer ones add their length to this


_Pick = Callable[[Mapping[str, str]], tuple[str | None, ...]]


class HsmCount(Struct, frozen=True):
    """What stands before a counted field: a number, with a *pattern* to read it by.

    It is a number to *base*, in which *unit* characters count as one; or, if it *is_der*, the tag
    and the length of DER, which are part of the value.
    """

    pattern: str
    base: int = 10
    unit: int = 1
    is_der: bool = False

    def size(self, count: str) -> int:
        """How many characters follow *count*, which has the form of this."""
        if not self.is_der:
            return int(count, self.base) * self.unit
        long = count[len(_DER_SHORT) :]
        return int.from_bytes((long or count[1]).encode("latin-1"), "big")

    def before(self, value: str) -> str:
        """The count of *value*, to be written before it."""
        if self.is_der:
            return ""
        width = int(self.pattern.rpartition("{")[2].rstrip("}"))
        count = len(value) // self.unit
        return f"{count:0{width}X}" if self.base == 16 else f"{count:0{width}d}"


class HsmKind(Struct, frozen=True):
    """The form of a field: a *pattern* that spells out its characters, and *words* for people.

    *error* is the code for a field that breaks it; a key that begins with the letter of an unknown
    scheme has a code of its own. A *count* says how long a field is.
    """

    pattern: str
    words: str
    error: str = INPUT_REFUSED
    is_key: bool = False
    count: HsmCount | None = None

    def admits(self, value: str) -> bool:
        """Whether *value* has this form."""
        return re.fullmatch(self.pattern, value) is not None

    def blame(self, seen: str) -> str:
        """The error code for a field of this kind that begins with *seen*."""
        return KEY_SCHEME_REFUSED if self.is_key and seen in _UNKNOWN_SCHEMES else self.error


class HsmField(Struct, frozen=True):
    """A named place in a layout; *lead* is a delimiter before it, not part of its value."""

    name: str
    kind: HsmKind
    lead: str = ""
    optional: bool = False

    @property
    def pattern(self) -> str:
        """The expression of this field, its value in a group of its own name."""
        pattern = f"{re.escape(self.lead)}(?P<{self.name}>{self.kind.pattern})"
        return f"(?:{pattern})?" if self.optional else pattern


class HsmFault(Struct, frozen=True):
    """Where a line breaks its layout: the offset, the field, what was expected, the error code."""

    offset: int
    field: str
    expected: str
    error: str


def digits(length: int) -> HsmKind:
    """*length* decimal digits."""
    return HsmKind(f"[0-9]{{{length}}}", f"{length} digits")


def hexadecimal(length: int) -> HsmKind:
    """*length* upper-case hexadecimal digits."""
    return HsmKind(f"[0-9A-F]{{{length}}}", f"{length} upper-case hex digits")


def one_of(characters: str, what: str, error: str = INPUT_REFUSED) -> HsmKind:
    """One of *characters*."""
    return HsmKind(f"[{characters}]", f"{what}: one of {', '.join(characters)}", error)


def counted(number: str, base: int, words: str, unit: int = 1) -> HsmKind:
    """As many characters as *number*, a pattern of digits to *base*, says times *unit*."""
    return HsmKind("(?s:.{0,65535})", words, count=HsmCount(number, base, unit))


# Four hex digits say how many characters follow; the value is those characters.
COUNTED: Final = counted(
    "[0-9A-F]{4}", 16, "4 upper-case hex digits and as many characters as they say"
)


# A value that says its own length: the whole of it, from its tag on.
DER_SEQUENCE: Final = HsmKind(
    "(?s:0.{1,65535})",
    "a sequence in DER of up to 65535 bytes",
    count=HsmCount(r"0(?:[\x00-\x7f]|\x81[\x80-\xff]|\x82[\x01-\xff][\x00-\xff])", is_der=True),
)


class _Form:
    """How a line is written of fields with these *names*, in any order, and what it reads back."""

    def __init__(self, fields: Sequence[HsmField], names: Collection[str]) -> None:
        given = [field for field in fields if field.name in names]
        self.template = "".join(f"{f.lead.replace('%', '%%')}%({f.name})s" for f in given)
        order = [field.name for field in fields]
        left_out = len(order) - len(given)
        if len(given) > 1 and [field.name for field in given] == order[: len(given)]:
            self.pick: _Pick = itemgetter(*order[: len(given)])
            self.left_out: tuple[None, ...] = (None,) * left_out
        else:
            self.pick = lambda values: tuple(map(values.get, order))
            self.left_out = ()


class HsmLayout:
    """A line of fields; reads and writes it.

    Where fields say themselves how many characters they have, an expression reads all up to the
    next such field, and the count of that one.
    """

    def __init__(self, *fields: HsmField) -> None:
        self.fields = fields
        self.names = frozenset(field.name for field in fields)
        self.required = frozenset(field.name for field in fields if not field.optional)
        self._optional = tuple(field.name for field in fields if field.optional)
        self._forms: dict[tuple[str, ...], _Form] = {}
        self._is_single = all(field.kind.count is None for field in fields)

    @cached_property
    def _pieces(self) -> list[tuple[re.Pattern[str], str, HsmCount | None]]:
        """An expression, and the counted field that follows what it reads; the last has none."""
        pieces: list[tuple[re.Pattern[str], str, HsmCount | None]] = []
        patterns = ""
        for field in self.fields:
            count = field.kind.count
            if count is None:
                patterns += field.pattern
                continue
            patterns += f"{re.escape(field.lead)}(?P<{_COUNT}>{count.pattern})"
            pieces.append((re.compile(patterns), field.name, count))
            patterns = ""
        pieces.append((re.compile(patterns + _END), "", None))
        return pieces

    def read(self, text: str, at: int) -> tuple[dict[str, str], int] | None:
        """The fields of the line that begins at *at*, and where it ends; None if it breaks."""
        if self._is_single:  # One expression, and every field in it.
            match = self._pieces[0][0].match(text, at)
            return None if match is None else (self._given(match.groupdict()), match.end())
        values: dict[str, str] = {}
        for pattern, name, counted_by in self._pieces:
            match = pattern.match(text, at)
            if match is None:
                return None
            values.update(match.groupdict())
            at = match.end()
            if counted_by is not None:
                count = values.pop(_COUNT)
                start = at - len(count) if counted_by.is_der else at
                at += counted_by.size(count)
                if at > len(text):
                    return None
                values[name] = text[start:at]
        return self._given(values), at

    def _given(self, values: dict[str, str]) -> dict[str, str]:
        """*values* without the fields that were left out."""
        for name in self._optional:
            if values[name] is None:
                del values[name]
        return values

    def takes(self, values: Mapping[str, str]) -> bool:
        """Whether *values* have the names of this line, all that it needs and no others."""
        if not self._optional:
            return values.keys() == self.names
        return self.required <= values.keys() <= self.names

    def write(self, values: Mapping[str, str]) -> str:
        """The line of *values*, whose names and forms the caller has checked."""
        written = []
        for field in self.fields:
            value = values.get(field.name)
            if value is not None:
                count = field.kind.count
                written.append(f"{field.lead}{count.before(value) if count else ''}{value}")
        return "".join(written)

    def write_checked(self, values: Mapping[str, str]) -> str | None:
        """The line of *values*; None where it does not read back to the same, names included."""
        if not self._is_single:
            if not self.takes(values):
                return None
            line = self.write(values)
            return line if self.read(line, 0) == (values, len(line)) else None
        names = tuple(values)
        form = self._forms.get(names)
        if form is None:
            if not self.takes(values):
                return None
            if len(self._forms) >= FORMS_MAX:
                self._forms.clear()
            form = self._forms[names] = _Form(self.fields, names)
        line = form.template % values
        match = self._pieces[0][0].match(line)
        if match is None or match.end() != len(line):
            return None
        return line if match.groups() == form.pick(values) + form.left_out else None

    def fault(self, text: str, at: int) -> HsmFault:
        """Where the line that begins at *at* first breaks; to be asked when :meth:`read` fails."""
        for field in self.fields:
            kind, count = field.kind, field.kind.count
            pattern = f"{re.escape(field.lead)}({count.pattern})" if count else field.pattern
            match = re.compile(pattern).match(text, at)
            if match is None:
                return HsmFault(at, field.name, kind.words, kind.blame(text[at : at + 1]))
            at = match.end()
            if count:
                size = count.size(match[1])
                if at + size > len(text):
                    return HsmFault(at, field.name, f"{size} characters", DATA_LENGTH_REFUSED)
                at += size
        return HsmFault(at, "", "the end of the line", INPUT_REFUSED)


class HostCommand(Struct, frozen=True):
    """The layouts of one command: what a client sends, and what a module answers.

    Where there are several (a mode decides which fields follow), they stand in the order in which
    they are tried. An error has no fields, but for *warnings*, by their error code.
    """

    request: tuple[HsmLayout, ...]
    answer: tuple[HsmLayout, ...]
    warnings: Mapping[str, tuple[HsmLayout, ...]] = {}
