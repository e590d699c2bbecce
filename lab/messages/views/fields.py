"""A message as a table: header, MTI, fields, and the parts that fields are made of. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

import msgspec
from msgspec import Struct

from cardswitch.specs.masking import printable
from cardswitch.wire.operator.text import aligned, safe_row

from ..documents import Document, PartDocument
from ..shown import Shown, ShownMessage
from ..values import VALUE_SIZE_MAX
from .oddities import findings, odd_lines

ROWS_KEPT: Final = 4_096  # made before: those of some hundred messages
_Row = tuple[str, str, str]


class FieldsView(Struct, frozen=True):
    """All fields with their names and values, the parts of each under it.

    >>> from cardswitch.specs.message import Message
    >>> from ..showing import show
    >>> FieldsView().lines(show(None, Message("0800", {11: "000001"})))[1]
    ' 11                                             000001'
    """

    def lines(self, shown: ShownMessage) -> list[str]:
        """Header, MTI and fields, a line each."""
        rows = [safe_row(("", f"header: {part.name}", part.text)) for part in shown.header]
        rows.append(safe_row(("MTI", shown.mti_meaning, printable(shown.mti))))
        for field in shown.fields:
            rows += _rows(field)
        return [*aligned(rows), *odd_lines(shown)]

    def document(self, shown: ShownMessage) -> dict[str, Any]:
        """What `spec encode` reads, if it is not masked: fields and parts by their paths."""
        parts: dict[str, PartDocument] = {}
        for field in shown.fields:
            if field.children:
                parts |= _parts(field)
        document = Document(
            mti=shown.mti,
            fields={field.path: field.text for field in shown.fields},
            parts=parts,
            broken={field.path: field.fault for field in shown.fields if field.fault},
            header=shown.lead.hex().upper(),
            findings=findings(shown),
            as_received={key: raw.hex().upper() for key, raw in shown.as_received.items()},
            masked=shown.masked,
        )
        said: dict[str, Any] = msgspec.to_builtins(document)
        return said


@lru_cache(ROWS_KEPT)
def _rows(field: Shown) -> tuple[_Row, ...]:
    name = printable(field.name, len(field.name))
    return ((f"{field.path:>3}", name, worded(field)), *_below(field, "  "))


@lru_cache(ROWS_KEPT)
def _parts(field: Shown) -> Mapping[str, PartDocument]:
    """Of a tag that comes again the first one."""
    parts: dict[str, PartDocument] = {}
    for part in field.leaves():
        words = [f"{word.name} {word.text}" for word in part.children]
        parts.setdefault(part.path, PartDocument(part.name, part.text, part.meaning, words))
    return parts


def worded(shown: Shown) -> str:
    """The value, and what it means."""
    text = f"{shown.text} ({shown.meaning})" if shown.meaning else shown.text
    return printable(text, VALUE_SIZE_MAX)


def _below(shown: Shown, indent: str) -> Iterator[_Row]:
    """The parts of *shown*, theirs further to the right, and why there are no more."""
    for part in shown.children:
        text = "" if any(child.path for child in part.children) else worded(part)
        yield "", printable(f"{indent}{part.label}"), text
        yield from _below(part, f"{indent}  ")
    if shown.fault:
        further = " further" if shown.children else ""
        yield "", f"{indent}cannot be taken apart{further}", printable(shown.fault, VALUE_SIZE_MAX)
