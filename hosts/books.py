"""What the hosts know: one piece of code takes an entry, new or read back from the journal."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from cardswitch.specs.errors import Error

from .config import AccountConfig
from .entries import (
    AcquirerEntry,
    IssuerEntry,
    PinTried,
    PurchaseAnswered,
    PurchaseDecided,
    PurchaseForwarded,
    PurchaseRefused,
    PurchaseUndone,
    ReversalForwarded,
)
from .issuer.accounts import Account

REMEMBERED_MAX: Final = 200_000  # Finished purchases known for repeats and reversals, some 200 MB.


class IssuerBooks:
    """Decisions by identity, accounts with their holds, wrong PINs by card."""

    def __init__(
        self, accounts: Iterable[AccountConfig], remembered_max: int = REMEMBERED_MAX
    ) -> None:
        self.accounts = {a.id: Account(a.id, a.balance, a.currency) for a in accounts}
        self.tries: dict[str, int] = {}
        self.approvals = 0  # ever given; approval codes are counted from it
        self._remembered_max = remembered_max
        self._past: OrderedDict[str, PurchaseDecided | PurchaseUndone] = OrderedDict()

    def find(self, identity: str) -> PurchaseDecided | PurchaseUndone | None:
        """What became of the purchase *identity*, if it is remembered."""
        return self._past.get(identity)

    def held(self) -> dict[str, int]:
        """What is held, by field 37."""
        held: dict[str, int] = {}
        for past in self._past.values():
            if isinstance(past, PurchaseDecided) and past.amount:
                held[past.rrn] = held.get(past.rrn, 0) + past.amount
        return held

    def apply(self, entry: IssuerEntry) -> None:
        """Take over what *entry* says. Error if it belongs to other accounts than these."""
        match entry:
            case PinTried():
                self.tries[entry.card] = entry.tries
            case PurchaseUndone():
                self._account_of(self._past.get(entry.identity), release=True)
                self._remember(entry)
            case PurchaseDecided():
                assert entry.identity not in self._past, "a purchase is decided once"
                if entry.amount:
                    self._account(entry.account).hold(entry.identity, entry.amount)
                    self.approvals += 1
                self._remember(entry)

    def _remember(self, entry: PurchaseDecided | PurchaseUndone) -> None:
        self._past[entry.identity] = entry
        while len(self._past) > self._remembered_max:
            # Nobody can undo what is forgotten: its hold becomes final, as if it had been cleared.
            self._account_of(self._past.popitem(last=False)[1], release=False)

    def _account_of(self, past: PurchaseDecided | PurchaseUndone | None, *, release: bool) -> None:
        if isinstance(past, PurchaseDecided) and past.amount:
            account = self._account(past.account)
            (account.release if release else account.post)(past.identity)

    def _account(self, name: str) -> Account:
        try:
            return self.accounts[name]
        except KeyError:
            raise Error(
                f"the journal holds money of account {name!r}, which is not among issuer.accounts "
                "(add it, or begin with a new journal)"
            ) from None


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
