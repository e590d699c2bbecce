"""Whether a card was declined too often of late: who tries stolen numbers tries one many times."""

from __future__ import annotations

from collections import deque
from typing import Final

from cardswitch.wire.ports import Seconds

CARDS_MAX: Final = 100_000  # The one that was declined the longest ago is forgotten first.


class Declines:
    """Counts the declined tries of each card, by its fingerprint; a start begins anew."""

    def __init__(self, most: int, within: Seconds) -> None:
        """So many at *most*, *within* so many seconds; 0: as many as come."""
        self._most = most
        self._within = within
        self._at: dict[str, deque[Seconds]] = {}

    def add(self, fingerprint: str, now: Seconds) -> None:
        """It was declined *now*."""
        if not self._most:
            return
        times = self._at.pop(fingerprint, None) or deque(maxlen=self._most)
        times.append(now)
        self._at[fingerprint] = times
        if len(self._at) > CARDS_MAX:
            del self._at[next(iter(self._at))]

    def are_too_many(self, fingerprint: str, now: Seconds) -> bool:
        """Whether it is to be asked about no more *now*."""
        times = self._at.get(fingerprint)
        return times is not None and len(times) == self._most and now < times[0] + self._within
