"""Holds that run: what nobody has captured in time is free again, by the issuer's clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from cardswitch.wire.machine.desk import Desk
from cardswitch.wire.machine.timers import Timers
from cardswitch.wire.ports import Seconds

from .entries import (
    AuthorisationCompleted,
    HoldExpired,
    IssuerEntry,
    PurchaseDecided,
    PurchaseUndone,
)

HOLDS_MAX: Final = 100_000  # Each checkpoint names them all; more are not given.


class Holds:
    """By leg, when each ends; and one alarm for the first of them."""

    def __init__(self, desk: Desk, expire: Callable[[], None]) -> None:
        """*expire* is called when something is due; see :meth:`due`."""
        self._desk = desk
        self._expire = expire
        self._until: dict[int, Seconds] = {}
        self._ends: Timers[tuple[Seconds, int]] = Timers(self._is_over)
        self._alarm_at = float("inf")

    def __len__(self) -> int:
        return len(self._until)

    def apply(self, leg: int, entry: IssuerEntry) -> None:
        """Take over what *entry* says of *leg*."""
        match entry:
            case PurchaseDecided() if entry.expires_at:
                self._add(leg, entry.expires_at)
            case PurchaseUndone() | AuthorisationCompleted() if not entry.stays:
                self._until.pop(leg, None)
            case HoldExpired():
                self._until.pop(leg, None)

    def told(self) -> list[tuple[int, Seconds]]:
        """All that must be known again without the entries before."""
        return list(self._until.items())

    def restore(self, told: Iterable[tuple[int, Seconds]]) -> None:
        """Begin with what :meth:`told` said."""
        self._until, self._ends = {}, Timers(self._is_over)
        for leg, until in told:
            self._add(leg, until)

    def due(self, legs_max: int) -> list[int]:
        """At most *legs_max* of the legs whose holds have ended, the first first."""
        found: list[int] = []
        while len(found) < legs_max and (at := self._ends.due()) is not None:
            if at > self._desk.now:
                break
            found.append(self._ends.pop()[1])
        for leg in found:  # Until a row says that it has ended, it has not.
            self._ends.set(self._until[leg], (self._until[leg], leg))
        return found

    def over(self, legs: Iterable[int]) -> None:
        """The journal was asked of *legs*: they are done with."""
        for leg in legs:
            self._until.pop(leg, None)

    def watch(self, at_least: Seconds = 0.0) -> None:
        """Have the alarm set for the first that ends, but not before *at_least* seconds."""
        first = self._ends.due()
        if first is None:
            return
        at = max(first, self._desk.now + at_least)
        if at < self._alarm_at:
            self._alarm_at = at
            self._desk.later(at - self._desk.now, self._rung)

    def _rung(self) -> None:
        self._alarm_at = float("inf")
        self._expire()

    def _add(self, leg: int, until: Seconds) -> None:
        self._until[leg] = until
        self._ends.set(until, (until, leg))

    def _is_over(self, end: tuple[Seconds, int]) -> bool:
        until, leg = end
        return self._until.get(leg) != until
