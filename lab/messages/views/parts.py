"""A field that its dialect makes of parts, taken apart: positions, tags, chip data. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cardswitch.specs.dialect import Dialect
from cardswitch.specs.masking import printable


class Part(NamedTuple):
    """A part of a field: its *name*, indented under that of which it is a part, and what it is."""

    name: str
    value: str
    meaning: str = ""


def layout_parts(dialect: Dialect, number: int, value: str) -> Iterator[Part]:
    """The parts of field *number*; those of a part follow it.

    Of a broken value the parts before the fault come first, then FormatError is raised.

    >>> from cardswitch.specs.dialect import load_dialect
    >>> [part.value for part in layout_parts(load_dialect("iso87-ascii"), 55, "9F3602003C")]
    ['003C']
    """
    parts, first = dialect.parts_before_fault(number, value)
    waiting = [(f"{number}", part, 0) for part in reversed(parts)]
    while waiting:
        above, part, depth = waiting.pop()
        path = f"{above}.{part.key}"
        inner, fault = dialect.parts_before_fault(path, part.value)
        first = first or fault
        name = printable(f"{part.key} {part.name}".strip() if part.known else f"{part.key} unknown")
        field = dialect.field_of(path)
        meaning = dialect.meaning(field, part.value) if field and not inner else ""
        yield Part(f"{'  ' * depth}{name}", "" if inner else part.value, meaning)
        waiting += [(path, child, depth + 1) for child in reversed(inner)]
    if first is not None:
        raise first
