"""The grammar of HSM frames: a layout is a line of fields, read and written by regular expressions.

One expression reads a whole layout, which is fast; only when it fails is the line walked field by
field, to say which one is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Final

from msgspec import Struct

from .errors import DATA_LENGTH_REFUSED, INPUT_REFUSED, KEY_SCHEME_REFUSED

# A field is followed by another, or by an LMK id, a trailer, or the end.
_END: Final = r"(?=[%\x19]|\Z)"
_UNKNOWN_SCHEMES: Final = frozenset("GHIJKLMNOPQRSVWZ")


class Kind(Struct, frozen=True):
    """The form of a field: a *pattern* that spells out its characters, and *words* for people.

    *error* is the code for a field that breaks it; a key that begins with the letter of an unknown
    scheme has a code of its own.
    """

    pattern: str
    words: str
    error: str = INPUT_REFUSED
    is_key: bool = False

    def admits(self, value: str) -> bool:
        """Whether *value* has this form."""
        return re.fullmatch(self.pattern, value) is not None

    def blame(self, seen: str) -> str:
        """The error code for a field of this kind that begins with *seen*."""
        return KEY_SCHEME_REFUSED if self.is_key and seen in _UNKNOWN_SCHEMES else self.error


class Field(Struct, frozen=True):
    """A named place in a layout; *lead* is a delimiter before it, not part of its value."""

    name: str
    kind: Kind
    lead: str = ""
    optional: bool = False

    @property
    def pattern(self) -> str:
        """The expression of this field, its value in a group of its own name."""
        pattern = f"{re.escape(self.lead)}(?P<{self.name}>{self.kind.pattern})"
        return f"(?:{pattern})?" if self.optional else pattern


class Fault(Struct, frozen=True):
    """Where a line breaks its layout: the offset, the field, what was expected, the error code."""

    offset: int
    field: str
    expected: str
    error: str


def digits(length: int) -> Kind:
    """*length* decimal digits."""
    return Kind(f"[0-9]{{{length}}}", f"{length} digits")


def hexadecimal(length: int) -> Kind:
    """*length* upper-case hexadecimal digits."""
    return Kind(f"[0-9A-F]{{{length}}}", f"{length} upper-case hex digits")


def one_of(characters: str, what: str, error: str = INPUT_REFUSED) -> Kind:
    """One of *characters*."""
    return Kind(f"[{characters}]", f"{what}: one of {', '.join(characters)}", error)


# Four hex digits say how many characters follow; the value is those characters.
COUNTED: Final = Kind(
    "(?s:.{0,65535})", "4 upper-case hex digits and as many characters as they say"
)
_LENGTH: Final = "(?P<length>[0-9A-F]{4})"


class Layout:
    """A line of fields, at most one of them COUNTED; reads and writes it."""

    def __init__(self, *fields: Field) -> None:
        self.fields = fields
        self.names = frozenset(field.name for field in fields)
        self.required = frozenset(field.name for field in fields if not field.optional)
        at = next((i for i, f in enumerate(fields) if f.kind is COUNTED), len(fields))
        self._before, self._after = fields[:at], fields[at + 1 :]
        self._counted = fields[at : at + 1]
        self._has_optional = len(self.required) < len(fields)

    @cached_property
    def _head(self) -> re.Pattern[str]:
        patterns = "".join(field.pattern for field in self._before)
        return re.compile(patterns + (_LENGTH if self._counted else _END))

    @cached_property
    def _tail(self) -> re.Pattern[str]:
        return re.compile("".join(field.pattern for field in self._after) + _END)

    def read(self, text: str, at: int) -> tuple[dict[str, str], int] | None:
        """The fields of the line that begins at *at*, and where it ends; None if it breaks."""
        match = self._head.match(text, at)
        if match is None:
            return None
        values, end = match.groupdict(), match.end()
        if self._counted:
            start, end = end, end + int(values.pop("length"), 16)
            tail = self._tail.match(text, end)
            if end > len(text) or tail is None:
                return None
            values[self._counted[0].name] = text[start:end]
            values.update(tail.groupdict())
            end = tail.end()
        if self._has_optional:
            values = {name: value for name, value in values.items() if value is not None}
        return values, end

    def write(self, values: Mapping[str, str]) -> str:
        """The line of *values*, whose names and forms the caller has checked."""
        written = []
        for field in self.fields:
            value = values.get(field.name)
            if value is not None:
                length = f"{len(value):04X}" if field.kind is COUNTED else ""
                written.append(f"{field.lead}{length}{value}")
        return "".join(written)

    def fault(self, text: str, at: int) -> Fault:
        """Where the line that begins at *at* first breaks; to be asked when :meth:`read` fails."""
        for field in self.fields:
            if field.kind is COUNTED:
                length = re.compile(_LENGTH).match(text, at)
                if length is None:
                    return Fault(at, field.name, field.kind.words, field.kind.error)
                at = length.end() + int(length[1], 16)
                if at > len(text):
                    expected = f"{int(length[1], 16)} characters"
                    return Fault(length.end(), field.name, expected, DATA_LENGTH_REFUSED)
                continue
            match = re.compile(field.pattern).match(text, at)
            if match is None:
                return Fault(at, field.name, field.kind.words, field.kind.blame(text[at : at + 1]))
            at = match.end()
        return Fault(at, "", "the end of the line", INPUT_REFUSED)
