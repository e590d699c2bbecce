"""A leg in memory: a purchase with what is still needed of its entries, or a reversal."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Struct

from cardswitch.specs.codes import INVALID_TRANSACTION, PARTLY_APPROVED
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.accepted import Terms
from cardswitch.specs.transactions.followed import Followed
from cardswitch.specs.transactions.identity import Identity
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.specs.transactions.reversals import REVERSAL
from cardswitch.wire.machine.matching import join
from cardswitch.wire.ports import LinkId

from ..requests import decision
from .entries import (
    AcquirerEntry,
    AuthorisationAdjusted,
    AuthorisationCompleted,
    PurchaseAnswered,
    PurchaseForwarded,
    PurchaseReduced,
    PurchaseRefused,
    PurchaseUndone,
    ReversalAnswered,
    ReversalForwarded,
    SaleFollowed,
)
from .states import MAY_HOLD_MONEY, State


class Booked(NamedTuple):
    """What of a purchase is counted: on which settlement date, in what, and how much."""

    date: str
    currency: str
    kind: str
    amount: int


class Leg(Struct, eq=False, kw_only=True):
    """What a purchase and a reversal have in common: who asked, who waits, where it stands."""

    identity: Identity
    number: int = 0  # in the journal; 0 before its first row
    rrn: str = ""  # by which a reversal may name it
    last: AcquirerEntry | None = None
    waiters: dict[LinkId, Message] = {}
    flows: int = 0  # that work on it: it must stay in memory

    @property
    def state(self) -> State | None:
        """Where it stands; None before its first row."""
        return self.last.state if self.last else None

    def wait(self, link: LinkId, request: Message) -> None:
        """One more wants the answer: sent once a link; of too many links the oldest is dropped."""
        join(self.waiters, link, request)

    def apply(self, entry: AcquirerEntry) -> None:
        """Take over what *entry* says."""
        self.last = entry


class Booking(Leg, eq=False, kw_only=True):
    """One purchase at the acquirer."""

    asked: Terms | None = None  # None: anything will do, since its reversal came first
    forwarded: PurchaseForwarded | None = None
    answer: PurchaseAnswered | None = None
    reversal: ReversalForwarded | None = None  # the last one
    held: int = 0  # minor units that are booked now
    captures: int = 0  # the number of the last capture of an authorisation
    followed: Followed = Followed()  # what was refunded of it, and what tip was added to it
    is_reversal_asked: bool = False  # of the network, at this moment

    @property
    def is_decided(self) -> bool:
        """Whether there is something to tell a repeat."""
        return self.state not in (None, State.FORWARDED)

    @property
    def is_tombstone(self) -> bool:
        """Whether it was reversed before it ever came."""
        return self.state is State.UNDONE and self.forwarded is None

    @property
    def may_hold_money(self) -> bool:
        """Whether a reversal of it must go into the network."""
        moves = self.asked is not None and KINDS.named(self.asked.kind).moves_money
        return moves and self.state in MAY_HOLD_MONEY

    @property
    def adds(self) -> bool:
        """Whether it is an increment."""
        return self.asked is not None and KINDS.named(self.asked.kind).adds

    @property
    def follows(self) -> bool:
        """Whether it is a refund of what was captured, or a tip on it."""
        return self.asked is not None and KINDS.named(self.asked.kind).follows

    @property
    def added(self) -> int:
        """What it, an increment, has added to what its original holds."""
        return self.answer.amount if self.adds and self.answer else 0

    @property
    def net(self) -> int:
        """What is booked now: below zero where the cardholder gets it."""
        is_credit = self.asked is not None and KINDS.named(self.asked.kind).money == "credit"
        return -self.held if is_credit else self.held

    @property
    def stays(self) -> int:
        """What the last reversal leaves of it."""
        return self.reversal.stays if self.reversal else 0

    @property
    def booked(self) -> Booked | None:
        """What is counted of it now on its settlement date; None: nothing, or it has none."""
        forwarded = self.forwarded
        is_approved = self.answer is not None and self.answer.state is State.APPROVED
        if forwarded is None or not forwarded.date or not is_approved or self.state is State.UNDONE:
            return None
        asked = forwarded.asked
        return Booked(forwarded.date, asked.currency, asked.kind, self.held)

    def reversed_by(self, reversal: Identity) -> bool:
        """Whether the last reversal that went into the network for it was that of *reversal*."""
        return self.reversal is not None and self.reversal.by == reversal.name

    def apply(self, entry: AcquirerEntry) -> None:
        """Take over what *entry* says."""
        super().apply(entry)
        match entry:
            case PurchaseForwarded():
                self.forwarded, self.asked = entry, entry.asked
            case PurchaseRefused():
                self.asked = entry.asked
            case PurchaseAnswered():
                self.answer = entry
                self.held = 0 if self.adds else entry.amount  # That is held for its original.
            case ReversalForwarded():
                self.reversal = entry
            case PurchaseUndone():
                self.held = 0
                self.asked = self.asked if self.forwarded else None
            case PurchaseReduced():
                self.held = entry.amount
            case AuthorisationAdjusted(held):
                self.held = held
            case SaleFollowed(followed):
                self.followed = followed
            case AuthorisationCompleted(left, capture):
                self.held, self.captures = left, capture

    def reply(self, request: Message) -> Message:
        """What *request*, the purchase or a repeat of it, is told.

        Whoever repeats a purchase that is being undone must not hear an approval of all of it.
        """
        match self.last:
            case PurchaseRefused(code=code):
                return request.reply(code)
            case PurchaseAnswered(code, amount, approval_code, said):
                return decision(request, code, amount, approval_code, said)
            case _ if self.stays and self.answer:  # whatever has come about the rest since
                return decision(request, PARTLY_APPROVED, self.stays, self.answer.approval_code)
            case AuthorisationCompleted() | AuthorisationAdjusted() | SaleFollowed() if self.answer:
                answer = self.answer
                return decision(request, answer.code, answer.amount, answer.approval_code)
            case _:
                return request.reply(INVALID_TRANSACTION)


class Reversal(Leg, eq=False, kw_only=True):
    """One reversal that came in."""

    card: str = ""  # fingerprint, if it names one
    said: str = ""  # what of it a repeat must say too
    answer: ReversalAnswered | None = None
    original: Booking | None = None  # while it is being undone

    def apply(self, entry: AcquirerEntry) -> None:
        """Take over what *entry* says."""
        super().apply(entry)
        if isinstance(entry, ReversalAnswered):
            self.answer, self.said = entry, entry.said


def leg_of(identity: Identity) -> Booking | Reversal:
    """A leg that begins, in memory alone."""
    is_reversal = identity.mti_class == REVERSAL
    return Reversal(identity=identity) if is_reversal else Booking(identity=identity)
