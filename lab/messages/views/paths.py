"""Single fields, and parts of fields, by their paths: ``3.1``, ``55.9F36``. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from cardswitch.specs.masking import printable
from cardswitch.wire.operator.text import columns

from ..shown import ShownMessage
from ..values import VALUE_SIZE_MAX


class PathsView(Struct, frozen=True):
    """The values at *paths*; FormatError for one that a message does not have."""

    paths: Sequence[str]

    def lines(self, shown: ShownMessage) -> list[str]:
        """A line for each path: the path and its value."""
        return columns(list(self.document(shown).items()))

    def document(self, shown: ShownMessage) -> dict[str, Any]:
        """An object of paths and values."""
        return {path: printable(shown.at(path).text, VALUE_SIZE_MAX) for path in self.paths}
