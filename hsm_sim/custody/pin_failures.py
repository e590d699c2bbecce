"""PIN verifications that fail: each may be a guess, so too many of them close PIN verification."""

from __future__ import annotations

from typing import Final

from .events import PINS_CLOSED, PINS_REOPENED, Note
from .policy import Policy
from .windows import Window

MINUTE_S: Final = 60.0
HOUR_S: Final = 3600.0


class PinFailures:
    """What J8 and JK tell of failed PIN verifications.

    *count*: how many there were since PIN verification was last reopened.
    *minute_limits*, *hour_limits*, *attacks*: how often that closed it, by the limit that was hit:
    of a minute, of an hour, or in all.
    *is_closed*: PIN verifications are answered 39 until somebody reopens them.
    """

    def __init__(self, note: Note) -> None:
        self.count = 0
        self.minute_limits = 0
        self.hour_limits = 0
        self.attacks = 0
        self.is_closed = False
        self._note = note
        self._minute, self._hour = Window(MINUTE_S), Window(HOUR_S)

    def add(self, policy: Policy, now: float) -> None:
        """One more at *now*; a limit of *policy* that it reaches closes PIN verification."""
        self.count += 1
        in_minute, in_hour = self._minute.add(now), self._hour.add(now)
        if self.count >= policy.pin_failures_max:
            self.attacks += 1
            self._close("total")
        elif in_hour >= policy.pin_failures_per_hour_max:
            self.hour_limits += 1
            self._close("hour")
        elif in_minute >= policy.pin_failures_per_minute_max:
            self.minute_limits += 1
            self._close("minute")

    def reopen(self) -> None:
        """Let PINs be verified again, and count their failures anew; the other counters stay."""
        self.count = 0
        self.is_closed = False
        self._minute, self._hour = Window(MINUTE_S), Window(HOUR_S)
        self._note(PINS_REOPENED)

    def _close(self, limit: str) -> None:
        self.is_closed = True
        self._note(PINS_CLOSED, limit=limit, failures=str(self.count))
