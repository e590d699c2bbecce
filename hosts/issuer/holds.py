"""Holds that run: what nobody has captured in time is free again, by the issuer's clock."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from typing import Final

from cardswitch.wire.machine.desk import Desk
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
        self._ends: list[tuple[Seconds, int]] = []  # a heap; what is not in _until is over
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
        self._until, self._ends = {}, []
        for leg, until in told:
            self._add(leg, until)

    def due(self, legs_max: int) -> list[int]:
        """At most *legs_max* of the legs whose holds have ended, the first first."""
        now = self._desk.now
        self._drop_what_is_over()
        found: list[int] = []
        while self._ends and self._ends[0][0] <= now and len(found) < legs_max:
            found.append(self._ends[0][1])
            heapq.heappop(self._ends)
            self._drop_what_is_over()
        for leg in found:  # Until a row says that it has ended, it has not.
            heapq.heappush(self._ends, (self._until[leg], leg))
        return found

    def over(self, legs: Iterable[int]) -> None:
        """The journal was asked of *legs*: they are done with."""
        for leg in legs:
            self._until.pop(leg, None)

    def watch(self, at_least: Seconds = 0.0) -> None:
        """Have the alarm set for the first that ends, but not before *at_least* seconds."""
        self._drop_what_is_over()
        if not self._ends:
            return
        at = max(self._ends[0][0], self._desk.now + at_least)
        if at < self._alarm_at:
            self._alarm_at = at
            self._desk.later(at - self._desk.now, self._rung)

    def _rung(self) -> None:
        self._alarm_at = float("inf")
        self._expire()

    def _add(self, leg: int, until: Seconds) -> None:
        self._until[leg] = until
        heapq.heappush(self._ends, (until, leg))

    def _drop_what_is_over(self) -> None:
        while self._ends and self._until.get(self._ends[0][1]) != self._ends[0][0]:
            heapq.heappop(self._ends)
