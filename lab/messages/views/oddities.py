"""What is not as agreed in a message that could be read: lines under it, or findings in JSON."""

from __future__ import annotations

from cardswitch.specs.masking import printable

from ..documents import FindingDocument
from ..shown import ShownMessage


def odd_lines(shown: ShownMessage) -> list[str]:
    """A title and a line for each, with its place; nothing if there is nothing odd."""
    lines = [f"  {printable(str(odd))}" for odd in shown.oddities]
    return ["", "Not as agreed", *lines] if lines else []


def findings(shown: ShownMessage) -> list[FindingDocument]:
    """The same as JSON has it."""
    return [FindingDocument(odd.field, odd.text, odd.offset) for odd in shown.oddities]
