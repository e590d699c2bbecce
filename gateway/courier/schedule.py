"""When an event that was not taken is sent again, and when it is given up. Pure."""

from __future__ import annotations

from typing import Final

from cardswitch.wire.ports import Seconds

# After the first try, the second, …; then the last one again and again.
PAUSES: Final[tuple[Seconds, ...]] = (5, 30, 120, 600, 3_600, 21_600)
GIVEN_UP_S: Final[Seconds] = 72 * 3_600.0  # after the first try


def next_try(tries: int, first: Seconds, now: Seconds) -> Seconds | None:
    """When try *tries* + 1 is due, the first having been due at *first*; None: give up.

    >>> next_try(1, 0.0, 0.0), next_try(3, 0.0, 40.0), next_try(9, 0.0, 250_000.0)
    (5.0, 160.0, None)
    """
    due = now + PAUSES[min(tries, len(PAUSES)) - 1]
    return None if due > first + GIVEN_UP_S else float(due)
