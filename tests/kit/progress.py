"""A bar for what takes long: how far it is, how much is wrong, and how long it will take."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TextIO

WIDTH = 24
MINUTES_S = 60.0
EVERY_S = 30.0  # between two lines where nobody sees a bar, such as in a log


class Progress:
    """Redrawn in place at a terminal; elsewhere a line now and then."""

    def __init__(
        self,
        count: int,
        of: str,
        to: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._count, self._of, self._clock = count, of, clock
        self._to = to or sys.stderr
        self._is_seen = self._to.isatty()
        self._began = self._drawn = clock()
        self.done = self.broken = 0

    def step(self, *, is_broken: bool = False) -> None:
        """One more is done."""
        self.done += 1
        self.broken += is_broken
        now = self._clock()
        is_due = now >= self._drawn + EVERY_S or self.done == self._count
        if self._is_seen or is_due:
            self._drawn = now
            before, after = ("\r", "\x1b[K") if self._is_seen else ("", "\n")
            print(f"{before}{self.line()}{after}", end="", file=self._to, flush=True)

    def clear(self) -> None:
        """Make room for a line of something else."""
        if self._is_seen:
            print("\r\x1b[K", end="", file=self._to, flush=True)

    @property
    def per_s(self) -> float:
        """How many are done in a second."""
        return self.done / max(self._clock() - self._began, 1e-9)

    def line(self) -> str:
        """How it stands now."""
        filled = WIDTH * self.done // max(self._count, 1)
        left = (self._count - self.done) / max(self.per_s, 1e-9) / MINUTES_S
        bar = "#" * filled + "." * (WIDTH - filled)
        return (
            f"[{bar}] {self.done}/{self._count} {self._of}, {self.broken} broken, "
            f"{self.per_s:.1f} a second, {left:.0f} min left"
        )
