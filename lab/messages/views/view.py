"""What every view of messages can do: lay out what is shown as lines, or as data for JSON."""

from __future__ import annotations

from typing import Any, Protocol

from ..shown import ShownMessage


class View(Protocol):
    """One way to lay out messages; what is masked was masked before."""

    def lines(self, shown: ShownMessage) -> list[str]:
        """*shown* as lines of text."""
        ...

    def document(self, shown: ShownMessage) -> dict[str, Any]:
        """*shown* as one object of JSON."""
        ...
