"""A message as a table: header, MTI, fields, and the parts that fields are made of. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from cardswitch.specs.dialect import Dialect
from cardswitch.specs.errors import FormatError
from cardswitch.specs.grammar.mti import describe_mti
from cardswitch.specs.masking import open_fields, printable
from cardswitch.specs.message import Message

from ..documents import write_document
from ..values import VALUE_SIZE_MAX, show_value
from .parts import Part, layout_parts
from .table import align
from .track2 import track2_parts

_TRACK_2: Final = 35
_BROKEN: Final = "cannot be taken apart"


class FieldsView(Struct, frozen=True):
    """All fields with their names and values. Of a masked field, its parts show their size alone.

    >>> from cardswitch.specs.dialect import load_dialect
    >>> FieldsView(load_dialect("iso87-ascii")).lines(Message("0800", {11: "000001"}))[1]
    ' 11  system trace audit number                  000001'
    """

    dialect: Dialect
    unsafe: bool = False

    def lines(self, message: Message) -> list[str]:
        """Header, MTI and fields, a line each; parts of a field under it."""
        rows = [("", name, value) for name, value in self._header(message)]
        rows.append(("MTI", describe_mti(message.mti), message.mti))
        for number, value in sorted(message.fields.items()):
            text = show_value(number, value, self.unsafe, self.dialect.version)
            name = self.dialect.fields[number].name
            rows.append((f"{number:>3}", name, printable(text, VALUE_SIZE_MAX)))
            rows += [("", f"  {name}", part) for name, part in self._parts(number, value)]
        return align(rows)

    def json(self, message: Message) -> str:
        """What `spec encode` reads, if it is *unsafe*."""
        return write_document(message, self.unsafe, self.dialect)

    def _header(self, message: Message) -> Iterator[tuple[str, str]]:
        header = self.dialect.header
        if header and len(message.header) >= header.size:
            for name, value in header.read(message.header[-header.size :]).items():
                yield f"header: {name}", value

    def _parts(self, number: int, value: str) -> list[tuple[str, str]]:
        """Names and values of the parts of a field, and why there are no more."""
        parts = (
            track2_parts(value) if number == _TRACK_2 else layout_parts(self.dialect, number, value)
        )
        is_open = self.unsafe or number in open_fields(self.dialect.version)
        rows: list[tuple[str, str]] = []
        try:
            rows.extend((part.name, _shown(part) if is_open else _size(part)) for part in parts)
        except FormatError as error:
            rows.append(("cannot be taken apart further" if rows else _BROKEN, str(error)))
        return rows


def _shown(part: Part) -> str:
    text = f"{part.value} ({part.meaning})" if part.meaning else part.value
    return printable(text, VALUE_SIZE_MAX)


def _size(part: Part) -> str:
    return f"({len(part.value)})" if part.value else ""
