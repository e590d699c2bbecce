"""What stands in legs of the journal, kept in memory: good while their last rows are the same."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock
from typing import Final

from .core.row import Legs

LEGS_KEPT: Final = 1_000  # some megabytes; those that nobody asked for the longest go first


class KeptLegs:
    """At most *most* legs, each as it stood after its row of some sequence. For several threads."""

    def __init__(self, most: int = LEGS_KEPT) -> None:
        self._most = most
        self._known: OrderedDict[int, tuple[int, Legs]] = OrderedDict()
        self._lock = Lock()

    def those(self, last: Mapping[int, int]) -> dict[int, Legs]:
        """Of legs whose *last* rows are these, what is known to stand in them."""
        found = {}
        with self._lock:
            for leg, sequence in last.items():
                known = self._known.get(leg)
                if known is not None and known[0] == sequence:
                    self._known.move_to_end(leg)
                    found[leg] = known[1]
        return found

    def keep(self, read: Mapping[int, tuple[int, Legs]]) -> None:
        """Keep what was *read* of legs, each up to its last row."""
        with self._lock:
            self._known.update(read)
            while len(self._known) > self._most:
                self._known.popitem(last=False)
