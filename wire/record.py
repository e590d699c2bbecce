"""The event record: one masked line for every refusal, change of a link, late or unmatched answer.

Whoever floods us must not fill a disk: of a kind, at a listener, few lines are told in a while, and
then how many were left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct

from cardswitch.specs.masking import printable

from .ports import LinkId, Seconds, name_of

LINES_MAX: Final = 10  # Of one kind, at one listener, in WINDOW_S: enough to see what goes on.
WINDOW_S: Final[Seconds] = 10.0
REASON_MAX: Final = 300  # Characters.
# What happens on an ordinary day, as when a peer starts after us; other kinds are worth a look.
ORDINARY: Final = frozenset({"link_up", "link_down", "dial_failed"})


class Noted(Struct, frozen=True, kw_only=True):
    """One line: what happened on which link and why, without any secret.

    With *left_out* it tells of so many more of its kind at this listener.
    """

    at: Seconds
    program: str
    kind: str
    link: str
    reason: str
    left_out: int = 0


Sink = Callable[[Noted], None]


class _Window:
    """What was told of one kind at one listener since *begun*."""

    __slots__ = ("begun", "left_out", "lines")

    def __init__(self, begun: Seconds) -> None:
        self.begun = begun
        self.lines = 0
        self.left_out = 0


class Record:
    """Hands lines to each of *sinks*; kinds and listeners are few, so its memory is bounded."""

    def __init__(self, program: str, sinks: Sequence[Sink], now: Callable[[], Seconds]) -> None:
        self._program = program
        self._sinks = sinks
        self._now = now
        self._windows: dict[tuple[str, str], _Window] = {}

    def note(self, kind: str, link: LinkId, reason: str) -> None:
        """Tell of *kind* on *link*, unless there was much of it lately: then it is counted."""
        key, now = (kind, name_of(link)), self._now()
        window = self._windows.get(key)
        if window is None or now - window.begun >= WINDOW_S:
            self._end(key, now)
            window = self._windows[key] = _Window(now)
        if window.lines >= LINES_MAX:
            window.left_out += 1
            return
        window.lines += 1
        self._tell(now, kind, link, reason)

    def sweep(self) -> None:
        """Tell what was left out in windows that are over; to be called now and then."""
        now = self._now()
        for key, window in list(self._windows.items()):
            if now - window.begun >= WINDOW_S:
                self._end(key, now)

    def close(self) -> None:
        """Tell what was left out so far."""
        now = self._now()
        for key in list(self._windows):
            self._end(key, now)

    def _end(self, key: tuple[str, str], now: Seconds) -> None:
        window = self._windows.pop(key, None)
        if window is not None and window.left_out:
            kind, name = key
            reason = f"{window.left_out} more were left out"
            self._tell(now, kind, name, reason, window.left_out)

    def _tell(self, at: Seconds, kind: str, link: str, reason: str, left_out: int = 0) -> None:
        noted = Noted(
            at=at,
            program=self._program,
            kind=kind,
            link=link,
            reason=printable(reason, REASON_MAX),
            left_out=left_out,
        )
        for sink in self._sinks:
            sink(noted)
