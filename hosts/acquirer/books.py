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

REMEMBERED_MAX: Final = 200_000  # Finished purchases known for repeats and reversals, some 200 MB.


class Booking(Struct, eq=False, gc=False):
    """One purchase at the acquirer: what left it, what came back, and whether it is undone."""

    identity: str
    forwarded: PurchaseForwarded | None = None
    answer: PurchaseAnswered | None = None
    refused: PurchaseRefused | None = None
    reversing: ReversalForwarded | None = None
    undone: PurchaseUndone | None = None

    @property
    def request_digest(self) -> str:
        """What a repeat must be like; empty if its reversal came first and any will do."""
        first = self.forwarded or self.refused
        return first.request_digest if first else ""

    @property
    def decision(
        self,
    ) -> PurchaseUndone | ReversalForwarded | PurchaseAnswered | PurchaseRefused | None:
        """What a repeat is told, or ``None`` while the outcome is unknown."""
        return self.undone or self.reversing or self.answer or self.refused

    @property
    def may_hold_money(self) -> bool:
        """Whether the issuer may hold money for it, so that a reversal must go there."""
        if self.forwarded is None or self.undone:
            return False
        return self.answer is None or self.answer.approved

    @property
    def is_open(self) -> bool:
        """Whether more must come: an answer, or the end of a reversal."""
        return self.may_hold_money and (self.answer is None or self.reversing is not None)


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
            if booking.forwarded and booking.answer and booking.answer.approved
            if not booking.undone
        }

    def apply(self, entry: AcquirerEntry) -> None:
        """Take over what *entry* says."""
        booking = self._bookings.setdefault(entry.identity, Booking(entry.identity))
        match entry:
            case PurchaseForwarded():
                booking.forwarded = entry
                self.last_trace = int(entry.trace)
            case PurchaseRefused():
                booking.refused = entry
            case PurchaseAnswered():
                booking.answer = entry
            case ReversalForwarded():
                booking.reversing = entry
                self.last_trace = int(entry.trace)
            case PurchaseUndone():
                booking.undone = entry
        self._sort(booking)

    def _sort(self, booking: Booking) -> None:
        if booking.is_open:
            self.open.add(booking.identity)
            self._finished.pop(booking.identity, None)
            return
        self.open.discard(booking.identity)
        self._finished[booking.identity] = None
        while len(self._finished) > self._remembered_max:
            del self._bookings[self._finished.popitem(last=False)[0]]
