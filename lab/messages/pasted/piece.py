"""A message as it was pasted: its bytes, or its fields, and what the text was taken for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from cardswitch.specs.errors import FormatError
from cardswitch.specs.message import Message

# Whether bytes begin like a message: an MTI with a bitmap behind it.
Begins = Callable[[bytes], bool]


class Piece(Struct, frozen=True, kw_only=True):
    """*data* as *kind*, words for people, says it was written; *masked* are bytes that nobody told.

    An isomsg element is a *message* instead, with values below fields at their paths in *parts*.
    *line* is where it begins, counted from 1; *fault* what kept it from being read. *is_certain*:
    nothing else is written like that.
    """

    kind: str
    data: bytes = b""
    masked: frozenset[int] = frozenset()
    message: Message | None = None
    parts: Mapping[str, str] = {}
    line: int = 0
    fault: FormatError | None = None
    is_certain: bool = False

    def __repr__(self) -> str:
        """Kind and size alone: the bytes may be a card's."""
        return f"<{self.kind} ({len(self.data)})>"
