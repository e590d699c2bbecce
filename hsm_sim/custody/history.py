"""What earlier runs left in the audit log: counters, a tamper that lasts, PINs still closed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from .audit import AuditEntry
from .events import LMK_LOADED, PINS_CLOSED, PINS_REOPENED, STARTED, TAMPERED
from .pin_failures import CLIENTS_MAX
from .state import ModuleState


class History:
    """The sum of *entries*, all of them, oldest first; *last* of them."""

    def __init__(self, entries: Iterable[AuditEntry]) -> None:
        self.last: AuditEntry | None = None
        self.reboots = 0
        self.tampers = 0
        self.tampered = ""  # why the LMKs are erased, if no others were loaded since
        self.tampered_at = 0.0
        self.policy = ""  # the digest of the last run's, or "" if there was none
        self.limits: Counter[str] = Counter()  # how often each closed PIN verification
        self.pins_closed = False
        self.clients_closed: dict[str, None] = {}
        for entry in entries:
            self._add(entry)
            self.last = entry

    def _add(self, entry: AuditEntry) -> None:
        event, details = entry.event, entry.details
        if event == STARTED:
            self.reboots += 1
            self.policy = details.get("policy", "")
        elif event == TAMPERED:
            self.tampers += 1
            self.tampered = details.get("cause") or "unknown"
            self.tampered_at = entry.time
        elif event == LMK_LOADED:
            self.tampered = ""
        elif event == PINS_CLOSED:
            client = details.get("client", "")
            if client and len(self.clients_closed) < CLIENTS_MAX:
                self.clients_closed[client] = None
            else:
                self.pins_closed = True
            self.limits[details.get("limit", "")] += 1
        elif event == PINS_REOPENED:
            self.pins_closed = False
            self.clients_closed.clear()

    def restore(self, state: ModuleState) -> None:
        """Have *state* go on from here."""
        state.reboots = self.reboots
        state.tampers, state.tampered_at = self.tampers, self.tampered_at
        failures = state.pin_failures
        failures.is_closed = self.pins_closed
        failures.clients_closed.update(self.clients_closed)
        failures.minute_limits = self.limits["minute"]
        failures.hour_limits = self.limits["hour"]
        failures.attacks = self.limits["total"]
