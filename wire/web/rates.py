"""How often somebody may ask: so many in a second, with a burst, by whatever tells him apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ..ports import Seconds

BURST_S: Final[Seconds] = 5.0  # Whoever was silent may ask for so many seconds' worth at once.
KNOWN_MAX: Final = 10_000  # The one that was silent the longest is forgotten first.


class Rate:
    """At most *per_s* requests in a second of each; 0: as many as come."""

    def __init__(self, per_s: int, now: Callable[[], Seconds]) -> None:
        self._per_s = per_s
        self._now = now
        self._known: dict[str, tuple[float, Seconds]] = {}  # what is left, and when that was

    def take(self, who: str) -> Seconds:
        """One request of *who*: 0.0, or how long he is to wait."""
        if not self._per_s:
            return 0.0
        now, burst = self._now(), self._per_s * BURST_S
        left, at = self._known.pop(who, (burst, now))
        left = min(burst, left + (now - at) * self._per_s)
        is_too_soon = left < 1.0
        self._known[who] = (left if is_too_soon else left - 1.0, now)
        if len(self._known) > KNOWN_MAX:
            del self._known[next(iter(self._known))]
        return (1.0 - left) / self._per_s if is_too_soon else 0.0
