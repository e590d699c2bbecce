"""PIN verifications that fail: each may be a guess, so too many close a card, a client, or all."""

from __future__ import annotations

from collections import Counter
from typing import Final

from .events import CARD_CLOSED, PINS_CLOSED, PINS_REOPENED, Note
from .policy import Policy
from .windows import Window

MINUTE_S: Final = 60.0
HOUR_S: Final = 3600.0
# Clients whose failures are counted: many more than a module has links.
CLIENTS_MAX: Final = 1_024
_SHOWN: Final = 4  # digits of an account that the audit log tells


class PinFailures:
    """What J8 and JK tell of failed PIN verifications.

    *count*: how many there were since PIN verification was last reopened.
    *minute_limits*, *hour_limits*, *attacks*: how often that closed it, by the limit that was hit:
    of a minute, of an hour, or in all.
    *is_closed*: PIN verifications are answered 39 until somebody reopens them; *clients_closed*:
    those of these clients alone.
    """

    def __init__(self, note: Note) -> None:
        self.count = 0
        self.minute_limits = 0
        self.hour_limits = 0
        self.attacks = 0
        self.is_closed = False
        self._note = note
        self.clients_closed: dict[str, None] = {}
        self._of_client: dict[str, tuple[Window, Window]] = {}
        # Of this hour alone, by account: no more than all failures that an hour may have.
        self._of_card: Counter[str] = Counter()
        self._card_hour = 0

    @property
    def is_closed_for_some(self) -> bool:
        """Whether anybody is answered 39, but for single cards."""
        return self.is_closed or bool(self.clients_closed)

    def is_closed_for(self, policy: Policy, account: str, now: float, client: str = "") -> bool:
        """Whether *account* has failed too often in the hour of *now*, or *client* or all have."""
        self._pass_hours(now)
        return (
            self.is_closed
            or client in self.clients_closed
            or self._of_card[account] >= policy.pin_failures_per_card_max
        )

    def add(self, policy: Policy, account: str, now: float, client: str = "") -> None:
        """One more of *account* at *now*, asked by *client*; "" is one that nobody can name.

        Limits of *policy* that it reaches close the card, the client, or in the end all.
        """
        self.count += 1
        self._pass_hours(now)
        self._of_card[account] += 1
        if self._of_card[account] == policy.pin_failures_per_card_max:
            failures = str(policy.pin_failures_per_card_max)
            self._note(CARD_CLOSED, card=account[-_SHOWN:], failures=failures)
        minute, hour = self._windows_of(client)
        in_minute, in_hour = minute.add(now), hour.add(now)
        if self.count >= policy.pin_failures_max:
            self.attacks += 1
            self._close("total")
        elif in_hour >= policy.pin_failures_per_hour_max:
            self.hour_limits += 1
            self._close("hour", client)
        elif in_minute >= policy.pin_failures_per_minute_max:
            self.minute_limits += 1
            self._close("minute", client)

    def reopen(self) -> None:
        """Let PINs be verified again, and count their failures anew; the other counters stay."""
        self.count = 0
        self.is_closed = False
        self.clients_closed.clear()
        self._of_client.clear()
        self._of_card.clear()
        self._note(PINS_REOPENED)

    def _pass_hours(self, now: float) -> None:
        hour = int(now // HOUR_S)
        if hour != self._card_hour:
            self._card_hour = hour
            self._of_card.clear()

    def _windows_of(self, client: str) -> tuple[Window, Window]:
        """This minute and hour of *client*; who has not failed for longest makes room."""
        windows = self._of_client.pop(client, None) or (Window(MINUTE_S), Window(HOUR_S))
        self._of_client[client] = windows
        if len(self._of_client) > CLIENTS_MAX:
            del self._of_client[next(iter(self._of_client))]
        return windows

    def _close(self, limit: str, client: str = "") -> None:
        failures = str(self.count)
        if client and len(self.clients_closed) < CLIENTS_MAX:
            self.clients_closed[client] = None
            self._note(PINS_CLOSED, limit=limit, failures=failures, client=client)
            return
        self.is_closed = True
        self._note(PINS_CLOSED, limit=limit, failures=failures)
