"""A dialect as a table: its fields, which MTIs carry them, and what fields are made of. Pure."""

from __future__ import annotations

from typing import Any, Final

from cardswitch.specs.dialect import Dialect
from cardswitch.specs.grammar.fields import Field
from cardswitch.specs.grammar.mti import VERSIONS
from cardswitch.wire.operator.text import columns

PARTS_SHOWN_MAX: Final = 24  # of one field; all tags of a chip would fill the screen
_MARKS: Final = (("mandatory", "M"), ("conditional", "C"))


def dialect_document(dialect: Dialect) -> dict[str, Any]:
    """*dialect* as JSON will have it; of each field also which MTIs must carry it."""
    return {
        "name": dialect.name,
        "title": dialect.title,
        "version": VERSIONS[dialect.version],
        "mti": dialect.mti.name,
        "bitmap": dialect.bitmap.name,
        "bitmaps": str(dialect.bitmaps),
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
    size = f" of {dialect.bitmaps} bytes" if dialect.bitmaps.size else ""
    wire = f"MTI in {dialect.mti.name}, bitmap{size} in {dialect.bitmap.name}"
    header = [f"header: {part.notation} {part.name}" for part in dialect.form.header]
    return [title, wire, *header, *columns(rows), *_layouts(dialect)]


def _layouts(dialect: Dialect) -> list[str]:
    """What fields are made of, where the dialect says it; a line each."""
    lines = [
        f"{path}: {', '.join(f'{key} {name}' for key, name in layout.names.items())}"
        for path, layout in dialect.form.parts.items()
        if 0 < len(layout.names) <= PARTS_SHOWN_MAX
    ]
    return ["", "Parts of fields", *lines] if lines else []
