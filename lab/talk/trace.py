"""What was said on a connection, in order, for people: masked, and bounded."""

from __future__ import annotations

import time
from collections import deque
from threading import Lock
from typing import Final

from cardswitch.specs.dialect import Dialect
from cardswitch.specs.errors import Error
from cardswitch.specs.message import Message

from ..messages.showing import show
from ..messages.views.description import summary
from ..messages.views.fields import FieldsView

KEPT_MAX: Final = 200  # Older messages are forgotten: a failure is explained by the last ones.


class Trace:
    """Takes notes of a conversation in one dialect; connections of several threads may share it."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._began_at = time.monotonic()
        self._notes: deque[list[str]] = deque(maxlen=KEPT_MAX)
        self._lock = Lock()

    def sent(self, message: Message) -> None:
        """Note that we sent *message*."""
        self._note("sent", *self._shown(message))

    def received(self, message: Message) -> None:
        """Note that *message* came."""
        self._note("received", *self._shown(message))

    def unreadable(self, frame: bytes, error: Error) -> None:
        """Note that a frame came which is no message; its bytes may be a card's."""
        self._note("received", f"{len(frame)} bytes that are no message: {error}")

    def lines(self) -> list[str]:
        """All of it; empty if nothing was said."""
        with self._lock:
            return [line for note in self._notes for line in note]

    def _note(self, way: str, first: str, *more: str) -> None:
        at_s = time.monotonic() - self._began_at
        with self._lock:
            self._notes.append(
                [f"{at_s:8.3f} s  {way:8}  {first}", *(f"    {each}" for each in more)]
            )

    def _shown(self, message: Message) -> list[str]:
        shown = show(self._dialect, message)
        return [summary(shown), *FieldsView().lines(shown)]
