"""What the acquirer knows: one piece of code takes an entry, new or read back from the journal."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from msgspec import Struct

from .entries import (
    AcquirerEntry,
    PurchaseAnswered,
    PurchaseForwarded,
    PurchaseRefused,
    PurchaseUndone,
    ReversalForwarded,
)
from .states import OPEN, State

REMEMBERED_MAX: Final = 200_000  # Finished purchases known for repeats and reversals, some 200 MB.


class Booking(Struct, eq=False, gc=False):
    """One purchase at the acquirer: its last entry, and what is still needed of those before."""

    identity: str
    last: AcquirerEntry
    request_digest: str = ""  # what a repeat must be like; any will do if its reversal came first
    forwarded: PurchaseForwarded | None = None
    answer: PurchaseAnswered | None = None

    @property
    def state(self) -> State:
        """Where it stands."""
        return self.last.state

    @property
    def decision(
        self,
    ) -> PurchaseUndone | ReversalForwarded | PurchaseAnswered | PurchaseRefused | None:
        """What a repeat is told, or ``None`` while the outcome is unknown."""
        return None if isinstance(self.last, PurchaseForwarded) else self.last


class AcquirerBooks:
    """Bookings by identity. Open ones are never forgotten, of the others the oldest are."""

    def __init__(self, remembered_max: int = REMEMBERED_MAX) -> None:
        self.open: set[str] = set()
        self.last_trace = 0
        self._remembered_max = remembered_max
        self._bookings: dict[str, Booking] = {}
        self._finished: OrderedDict[str, None] = OrderedDict()

    def find(self, identity: str) -> Booking | None:
        """The booking of the purchase *identity*, if it is remembered."""
        return self._bookings.get(identity)

    def approved(self) -> dict[str, tuple[str, str, int]]:
        """What is approved and not undone, by field 37: merchant, currency, amount."""
        return {
            booking.forwarded.rrn: (
                booking.forwarded.merchant,
                booking.forwarded.currency,
                booking.answer.amount,
            )
            for booking in self._bookings.values()
            if booking.forwarded and booking.answer and booking.answer.state is State.APPROVED
            if booking.state is not State.UNDONE
        }

    def apply(self, entry: AcquirerEntry) -> None:
        """Take over what *entry* says."""
        booking = self._bookings.setdefault(entry.identity, Booking(entry.identity, entry))
        booking.last = entry
        match entry:
            case PurchaseForwarded():
                booking.forwarded = entry
                booking.request_digest = entry.request_digest
                self.last_trace = int(entry.trace)
            case PurchaseRefused():
                booking.request_digest = entry.request_digest
            case PurchaseAnswered():
                booking.answer = entry
            case ReversalForwarded():
                self.last_trace = int(entry.trace)
        self._sort(booking)

    def _sort(self, booking: Booking) -> None:
        if booking.state in OPEN:
            self.open.add(booking.identity)
            self._finished.pop(booking.identity, None)
            return
        self.open.discard(booking.identity)
        self._finished[booking.identity] = None
        while len(self._finished) > self._remembered_max:
            del self._bookings[self._finished.popitem(last=False)[0]]
