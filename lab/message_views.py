"""How messages and dialects are shown: tables of fields, and what track 2 and chip data hold.

Pure, lines of text; masked unless *unsafe* is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from specs.dialect import Dialect
from specs.errors import FormatError
from specs.fields import Field
from specs.masking import printable
from specs.message import Message
from specs.mti import VERSIONS, describe_mti
from specs.tlv import unpack_tlv
from specs.tracks import unpack_track2

from .workbench import show_value

VALUE_SIZE_MAX: Final = 9999  # characters shown; no field is longer
_MARKS: Final = (("mandatory", "M"), ("conditional", "C"))


def align(rows: Sequence[Sequence[str]]) -> list[str]:
    """*rows* as lines with their columns under each other, two blanks between.

    >>> align([("a", "1"), ("bcd", "2")])
    ['a    1', 'bcd  2']
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    padded = (map(str.ljust, row, widths) for row in rows)
    return ["  ".join(row).rstrip() for row in padded]


# Dialects -----------------------------------------------------------------------------------------


def dialect_document(dialect: Dialect) -> dict[str, Any]:
    """*dialect* as JSON will have it; of each field also which MTIs must carry it."""
    return {
        "name": dialect.name,
        "title": dialect.title,
        "version": VERSIONS[dialect.version],
        "mti": dialect.mti.name,
        "bitmap": dialect.bitmap.name,
        "fields": [_field_document(dialect, field) for field in dialect.fields.values()],
    }


def _field_document(dialect: Dialect, field: Field) -> dict[str, Any]:
    rules = dialect.messages.items()
    return {
        "number": field.number,
        "name": field.name,
        "format": str(field.notation),
        "encoding": _encoding(field),
        "mandatory": [mti for mti, rule in rules if field.number in rule.mandatory],
        "conditional": [mti for mti, rule in rules if field.number in rule.conditional],
    }


def _encoding(field: Field) -> str:
    """How the value is written, and its length where that is written otherwise."""
    name = getattr(field.encoding, "digits", field.encoding).name
    same = field.is_fixed or field.prefix.encoding == name
    return f"{name}" if same else f"{name}, length {field.prefix.encoding}"


def show_dialect(dialect: Dialect) -> list[str]:
    """The fields of *dialect* as a table: M where an MTI must carry one, C where it may have to."""
    head = ["", "name", "format", "encoding", *dialect.messages]
    rows = [head]
    for field in dialect.fields.values():
        said = _field_document(dialect, field)
        marks = [
            next((mark for key, mark in _MARKS if mti in said[key]), "") for mti in dialect.messages
        ]
        number = f"{field.number:>3}"
        rows.append([number, field.name, said["format"], said["encoding"], *marks])
    title = f"{dialect.name}: {dialect.title}"
    return [title, f"MTI in {dialect.mti.name}, bitmap in {dialect.bitmap.name}", *align(rows)]


# Messages -----------------------------------------------------------------------------------------


def show_message(dialect: Dialect, message: Message, unsafe: bool = False) -> list[str]:
    """MTI and fields of *message* as a table, and what the fields 35 and 55 are made of."""
    rows = [("MTI", describe_mti(message.mti), message.mti)]
    for number, value in sorted(message.fields.items()):
        shown = printable(show_value(number, value, unsafe), VALUE_SIZE_MAX)
        rows.append((f"{number:>3}", dialect.fields[number].name, shown))
        if number in _PARTS:
            rows += [("", f"  {name}", part) for name, part in _parts(number, value, unsafe)]
    return align(rows)


def _parts(number: int, value: str, unsafe: bool) -> list[tuple[str, str]]:
    """Names and values of the parts of a field, or why it has none; sizes unless *unsafe*."""
    try:
        parts = list(_PARTS[number](value))
    except FormatError as error:
        return [("cannot be taken apart", str(error))]
    if unsafe:
        return parts
    return [(name, f"({len(text)})" if text else "") for name, text in parts]


def _track_parts(value: str) -> Iterator[tuple[str, str]]:
    track = unpack_track2(value)
    yield "card number", track.pan
    yield "expiry (YYMM)", track.expiry
    yield "service code", track.service_code
    yield "discretionary data", track.discretionary


def _chip_parts(value: str) -> Iterator[tuple[str, str]]:
    """Tags in hex; those in a template stand under it, further to the right."""
    waiting = [(item, 0) for item in reversed(unpack_tlv(value))]
    while waiting:
        item, depth = waiting.pop()
        yield f"{'  ' * depth}{item.tag}", item.value.hex().upper()
        waiting += [(child, depth + 1) for child in reversed(item.children)]


_PARTS: Final[dict[int, Callable[[str], Iterator[tuple[str, str]]]]] = {
    35: _track_parts,
    55: _chip_parts,
}
