"""Single fields, and parts of fields, by their paths: ``3.1``, ``55.9F36``. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence

from msgspec import Struct

from cardswitch.specs.dialect import Dialect
from cardswitch.specs.masking import open_fields, printable
from cardswitch.specs.message import Message

from ..values import VALUE_SIZE_MAX, show_value
from .table import align


class PathsView(Struct, frozen=True):
    """The values at *paths*; FormatError for one that a message does not have."""

    dialect: Dialect
    paths: Sequence[str]
    unsafe: bool = False

    def lines(self, message: Message) -> list[str]:
        """A line for each path: the path and its value."""
        return align(list(self._values(message).items()))

    def json(self, message: Message) -> str:
        """An object of paths and values."""
        return json.dumps(self._values(message))

    def _values(self, message: Message) -> dict[str, str]:
        values = {path: self.dialect.read(message, path) for path in self.paths}
        return {path: self._shown(path, value) for path, value in values.items()}

    def _shown(self, path: str, value: str) -> str:
        """A part of a field is shown as openly as its field."""
        edition = self.dialect.version
        number, _, part = path.partition(".")
        if part and not self.unsafe and int(number) not in open_fields(edition):
            return f"({len(value)})"
        is_open = self.unsafe or bool(part)
        return printable(show_value(int(number), value, is_open, edition), VALUE_SIZE_MAX)
