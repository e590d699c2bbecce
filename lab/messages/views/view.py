"""What every view of messages can do: show one to people, and give the same to programs."""

from __future__ import annotations

from typing import Protocol

from cardswitch.specs.message import Message


class View(Protocol):
    """One way to show messages of one dialect, masked unless the view is made *unsafe*."""

    def lines(self, message: Message) -> list[str]:
        """*message* as lines of text."""
        ...

    def json(self, message: Message) -> str:
        """*message* as one line of JSON."""
        ...
