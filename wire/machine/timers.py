"""Timers: what is due next. Those that are over stay until they are due, or are too many."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from ..ports import Seconds

T = TypeVar("T")
TIMERS_SLACK: Final = 1_000  # Finished timers that may lie in the heap before it is rebuilt.


class Timers(Generic[T]):
    """What was set, the earliest first; what is due at one time, in the order of its setting."""

    def __init__(self, is_over: Callable[[T], bool]) -> None:
        """*is_over*: whether nothing is to be done any more when it is due."""
        self._is_over = is_over
        self._heap: list[tuple[Seconds, int, T]] = []
        self._count = 0
        self._kept = 0  # when the heap was last rebuilt

    def __len__(self) -> int:
        return len(self._heap)

    def set(self, due: Seconds, what: T) -> None:
        """Have *what* come at *due*."""
        self._count += 1
        heapq.heappush(self._heap, (due, self._count, what))
        if len(self._heap) > 2 * self._kept + TIMERS_SLACK:
            self._heap = [timer for timer in self._heap if not self._is_over(timer[2])]
            heapq.heapify(self._heap)
            self._kept = len(self._heap)

    def due(self) -> Seconds | None:
        """When the next is due; those before it that are over are dropped."""
        heap, is_over = self._heap, self._is_over
        while heap and is_over(heap[0][2]):
            heapq.heappop(heap)
        return heap[0][0] if heap else None

    def pop(self) -> T:
        """Take out the one that is due next; there must be one."""
        return heapq.heappop(self._heap)[2]
