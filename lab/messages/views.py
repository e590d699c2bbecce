"""How messages and dialects are shown: tables of fields, and what track 2 and chip data hold.

Pure, lines of text; masked unless *unsafe* is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from cardswitch.specs.dialect import Dialect
from cardswitch.specs.errors import FormatError
from cardswitch.specs.grammar.fields import Field
from cardswitch.specs.grammar.mti import VERSIONS, describe_mti
from cardswitch.specs.masking import open_fields, printable
from cardswitch.specs.message import Message
from cardswitch.specs.tracks import unpack_track2

from .workbench import show_value

VALUE_SIZE_MAX: Final = 9999  # characters shown; no field is longer
PARTS_SHOWN_MAX: Final = 24  # of one field; all tags of a chip would fill the screen
_TRACK_2: Final = 35
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
        "header": [
            {"name": part.name, "format": str(part.notation)} for part in dialect.form.header
        ],
        "fields": [_field_document(dialect, field) for field in dialect.fields.values()],
        "parts": {path: dict(layout.names) for path, layout in dialect.form.parts.items()},
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
    wire = f"MTI in {dialect.mti.name}, bitmap in {dialect.bitmap.name}"
    header = [f"header: {part.notation} {part.name}" for part in dialect.form.header]
    return [title, wire, *header, *align(rows), *_layouts(dialect)]


def _layouts(dialect: Dialect) -> list[str]:
    """What fields are made of, where the dialect says it; a line each."""
    lines = [
        f"{path}: {', '.join(f'{key} {name}' for key, name in layout.names.items())}"
        for path, layout in dialect.form.parts.items()
        if 0 < len(layout.names) <= PARTS_SHOWN_MAX
    ]
    return ["", "Parts of fields", *lines] if lines else []


# Messages -----------------------------------------------------------------------------------------


def show_message(dialect: Dialect, message: Message, unsafe: bool = False) -> list[str]:
    """Header, MTI and fields of *message* as a table, and the parts that fields are made of."""
    rows = [("", name, value) for name, value in _header(dialect, message)]
    rows.append(("MTI", describe_mti(message.mti), message.mti))
    for number, value in sorted(message.fields.items()):
        shown = printable(show_value(number, value, unsafe, dialect.version), VALUE_SIZE_MAX)
        rows.append((f"{number:>3}", dialect.fields[number].name, shown))
        rows += [("", f"  {name}", part) for name, part in _parts(dialect, number, value, unsafe)]
    return align(rows)


def show_parts(
    dialect: Dialect,
    message: Message,
    paths: Sequence[str],
    unsafe: bool = False,
    as_json: bool = False,
) -> list[str]:
    """The values at *paths* in *message*; FormatError for one that is not there."""
    values = {path: dialect.read(message, path) for path in paths}
    edition = dialect.version
    shown = {path: _open_or_masked(path, value, unsafe, edition) for path, value in values.items()}
    return [json.dumps(shown)] if as_json else align(list(shown.items()))


def _open_or_masked(path: str, value: str, unsafe: bool, edition: str) -> str:
    """A part of a field is shown as openly as its field."""
    number, _, part = path.partition(".")
    if part and not unsafe and int(number) not in open_fields(edition):
        return f"({len(value)})"
    return printable(show_value(int(number), value, unsafe or bool(part), edition), VALUE_SIZE_MAX)


def _header(dialect: Dialect, message: Message) -> Iterator[tuple[str, str]]:
    header = dialect.header
    if header and len(message.header) >= header.size:
        for name, value in header.read(message.header[-header.size :]).items():
            yield f"header: {name}", value


def _parts(dialect: Dialect, number: int, value: str, unsafe: bool) -> list[tuple[str, str]]:
    """Names and values of the parts of a field, or why it has none; sizes if it is masked."""
    try:
        parts = list(
            _track_parts(value) if number == _TRACK_2 else _made_of(dialect, number, value)
        )
    except FormatError as error:
        return [("cannot be taken apart", str(error))]
    if unsafe or number in open_fields(dialect.version):
        return [
            (name, printable(f"{text} ({meaning})" if meaning else text, VALUE_SIZE_MAX))
            for name, text, meaning in parts
        ]
    return [(name, f"({len(text)})" if text else "") for name, text, _ in parts]


def _track_parts(value: str) -> Iterator[tuple[str, str, str]]:
    track = unpack_track2(value)
    yield "card number", track.pan, ""
    yield "expiry (YYMM)", track.expiry, ""
    yield "service code", track.service_code, ""
    yield "discretionary data", track.discretionary, ""


def _made_of(dialect: Dialect, number: int, value: str) -> Iterator[tuple[str, str, str]]:
    """Name, value and meaning of parts; those of a part stand under it, further to the right."""
    waiting = [(f"{number}", part, 0) for part in reversed(dialect.parts_of(number, value))]
    while waiting:
        above, part, depth = waiting.pop()
        path = f"{above}.{part.key}"
        inner = dialect.parts_of(path, part.value)
        name = printable(f"{part.key} {part.name}".strip() if part.known else f"{part.key} unknown")
        field = dialect.field_of(path)
        meaning = dialect.meaning(field, part.value) if field and not inner else ""
        yield f"{'  ' * depth}{name}", "" if inner else part.value, meaning
        waiting += [(path, child, depth + 1) for child in reversed(inner)]
