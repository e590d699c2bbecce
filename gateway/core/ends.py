"""What ends by itself when its time has come, if nothing ends it before: held money, by its ref."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from cardswitch.wire.machine.kernel import Kernel
from cardswitch.wire.machine.timers import Timers
from cardswitch.wire.ports import Seconds

ENDS_MAX: Final = 100_000  # A start reads them all, and a checkpoint names them.
AGAIN_S: Final[Seconds] = 60.0  # until what could not be ended is tried again


class Ends:
    """By name, when it ends; *end* is then called, and again until it is taken out."""

    def __init__(self, kernel: Kernel, end: Callable[[str], None]) -> None:
        self._kernel = kernel
        self._end = end
        self._due: dict[str, Seconds] = {}
        self._timers: Timers[tuple[str, Seconds]] = Timers(self._is_over)
        self._alarm = float("inf")

    def __len__(self) -> int:
        return len(self._due)

    def add(self, name: str, due: Seconds) -> None:
        """Have *name* end when it is *due*."""
        self._due[name] = due
        self._timers.set(due, (name, due))
        self._arm()

    def remove(self, name: str) -> None:
        """It has ended, or is to go on."""
        self._due.pop(name, None)

    def _is_over(self, timer: tuple[str, Seconds]) -> bool:
        name, due = timer
        return self._due.get(name) != due

    def _arm(self) -> None:
        due = self._timers.due()
        if due is not None and due < self._alarm:
            self._alarm = due
            self._kernel.later(due - self._kernel.now, self._ring)

    def _ring(self) -> None:
        kernel = self._kernel
        self._alarm = float("inf")
        while (due := self._timers.due()) is not None and due <= kernel.now:
            name, _ = self._timers.pop()
            self.add(name, kernel.now + AGAIN_S)
            self._end(name)
        self._arm()
