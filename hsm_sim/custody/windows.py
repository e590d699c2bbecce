"""Counts by time: how busy the module was (J2), and what it performed (J4)."""

from __future__ import annotations

from collections import Counter
from typing import Final

LOAD_STEPS: Final = 10  # of ten percent each
# Commands of one second that are all a module of this kind performs: so says its licence, mostly.
FULL_LOAD: Final = 1_000


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
    """*commands*: performed or refused, by command code; *seconds*: by how busy they were.

    >>> load = CommandLoad()
    >>> for _ in range(150):
    ...     load.add("NC", 7.5)
    >>> load.tick(10.0)
    >>> load.seconds[:3]
    [2, 1, 0]
    """

    def __init__(self) -> None:
        self.commands: Counter[str] = Counter()
        self.seconds = [0] * LOAD_STEPS
        self._second = -1  # of the clock; none has begun
        self._in_second = 0

    def add(self, code: str, now: float) -> None:
        """One more command of *code*, at *now*."""
        self.commands[code] += 1
        self.tick(now)
        self._in_second += 1

    def tick(self, now: float) -> None:
        """Let time pass up to *now*: seconds that ended are counted."""
        second = int(now)
        if self._second < 0 or second < self._second:
            self._second = second
        elif second > self._second:
            step = self._in_second * LOAD_STEPS // FULL_LOAD
            self.seconds[min(step, LOAD_STEPS - 1)] += 1
            self.seconds[0] += second - self._second - 1
            self._second, self._in_second = second, 0
