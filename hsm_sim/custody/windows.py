"""Counts by time: how many commands a second the module performs (J2, J4)."""

from __future__ import annotations

from collections import Counter
from typing import Final

LOAD_S: Final = 10.0  # The load is that of the last whole such time: steady, and soon true.


class Window:
    """Counts what happens within one length of time, beginning with multiples of it.

    >>> window = Window(60.0)
    >>> [window.add(now) for now in (1.0, 59.0, 60.0)], window.before
    ([1, 2, 1], 2)
    """

    __slots__ = ("_index", "before", "count", "length_s")

    def __init__(self, length_s: float) -> None:
        self.length_s = length_s
        self.count = 0
        self.before = 0  # in the window just before this one
        self._index = 0

    def add(self, now: float) -> int:
        """One more at *now*; how many there are in this window."""
        self.tick(now)
        self.count += 1
        return self.count

    def tick(self, now: float) -> None:
        """Let time pass up to *now*."""
        index = int(now // self.length_s)
        if index != self._index:
            self.before = self.count if index == self._index + 1 else 0
            self.count, self._index = 0, index


class CommandLoad:
    """*commands*: performed or refused, by command code."""

    def __init__(self) -> None:
        self.commands: Counter[str] = Counter()
        self._window = Window(LOAD_S)

    def add(self, code: str, now: float) -> None:
        """One more command of *code*, at *now*."""
        self.commands[code] += 1
        self._window.add(now)

    def per_second(self, now: float) -> float:
        """Commands a second over the last whole 10 seconds of the clock."""
        self._window.tick(now)
        return self._window.before / LOAD_S
