"""Purchases and reversals in memory: those in work, and the last that are finished.

The journal is what remembers; whatever is finished may be forgotten here.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct, field

from cardswitch.specs.codes import INVALID_TRANSACTION, PARTLY_APPROVED
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.absent import Checks
from cardswitch.specs.transactions.accepted import Terms
from cardswitch.specs.transactions.followed import Followed
from cardswitch.specs.transactions.identity import Identity
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.specs.transactions.reversals import Reference
from cardswitch.wire.ports import LinkId, Seconds

from ..requests import decision
from ..row import HostRow
from .entries import (
    AuthorisationAdjusted,
    AuthorisationCompleted,
    HoldExpired,
    IssuerEntry,
    PinTried,
    PurchaseDecided,
    PurchaseUndone,
    ReversalAnswered,
    SaleFollowed,
)

REMEMBERED_MAX: Final = 20_000  # finished ones; some megabytes
# A look-up that began before something was written does not see it: for longer than any look-up
# takes, what was written is in memory.
FRESH_S: Final[Seconds] = 2.0


class Purchase(Struct, eq=False, kw_only=True):
    """A purchase: what is asked for, what was decided, and what of that was undone."""

    who: Identity
    rrn: str
    leg: int = 0  # 0: there is no row of it yet
    written_at: Seconds = 0.0
    terms: Terms | None = None  # None: it was reversed, and has not come
    decided: PurchaseDecided | None = None
    undone: PurchaseUndone | None = None
    left: int = 0  # what was approved of it, and not undone or captured
    captures: int = 0  # the number of the last capture of it
    followed: Followed = Followed()  # what was refunded of it, and what tip was added to it
    is_captured: bool = False  # the last one was: nothing is held for it any more
    is_over: bool = False  # its time was over before anybody captured it
    is_looked_up: bool = False  # whether the journal was asked of it
    checks: Checks = field(default_factory=Checks)  # what was found of a card that is not there
    waiters: dict[LinkId, Message] = {}

    @property
    def is_open(self) -> bool:
        """Whether nothing is decided yet."""
        return self.decided is None and self.undone is None

    @property
    def is_tombstone(self) -> bool:
        """Whether all that is known of it is that it was reversed."""
        return self.undone is not None and self.terms is None

    @property
    def held(self) -> int:
        """What its account holds for it now."""
        return 0 if self.is_captured or self.is_over else self.left

    def apply(self, entry: IssuerEntry) -> None:
        """Take over what *entry*, which is about it, says."""
        if isinstance(entry, PurchaseUndone):
            self.undone, self.left = entry, entry.stays
            self.terms = self.terms or entry.terms
        elif isinstance(entry, PurchaseDecided):
            self.decided, self.terms = entry, entry.terms
            # What an increment adds, is held for its original.
            self.left = 0 if KINDS.named(entry.terms.kind).adds else entry.amount
        elif isinstance(entry, AuthorisationCompleted):
            self.left, self.captures = entry.stays, entry.capture
            self.is_captured = not entry.stays
        elif isinstance(entry, AuthorisationAdjusted):
            self.left += entry.added
        elif isinstance(entry, SaleFollowed):
            self.followed = entry.followed
        elif isinstance(entry, HoldExpired):
            self.is_over = True

    def reply(self, request: Message) -> Message:
        """What *request*, or any repeat of it, is answered: how things stand now."""
        if self.undone is None:
            assert self.decided is not None, "there is no answer before there is a decision"
            return self.decided.reply(request)
        if self.undone.stays and self.decided is not None:
            approval_code = self.decided.approval_code
            return decision(request, PARTLY_APPROVED, self.undone.stays, approval_code)
        return request.reply(INVALID_TRANSACTION)


class Reversal(Struct, eq=False, kw_only=True):
    """A reversal that came in, and its answer."""

    who: Identity
    rrn: str
    request_digest: str = ""
    leg: int = 0
    written_at: Seconds = 0.0
    answered: ReversalAnswered | None = None
    waiters: dict[LinkId, Message] = {}

    def apply(self, entry: IssuerEntry) -> None:
        """Take over what *entry*, which is about it, says."""
        if isinstance(entry, ReversalAnswered):
            self.answered, self.request_digest = entry, entry.request_digest


Leg = Purchase | Reversal


def leg_of(first: HostRow, entry: IssuerEntry) -> Leg:
    """The leg whose *first* row holds *entry*."""
    assert not isinstance(entry, PinTried), "a PIN belongs to no leg"
    kind = Reversal if isinstance(entry, ReversalAnswered) else Purchase
    leg = kind(who=Identity(first.sent_on, first.identity), rrn=first.rrn, leg=first.leg)
    leg.apply(entry)
    return leg


class Legs:
    """By identity. Of the finished ones, those written longest ago are forgotten first."""

    def __init__(self, remembered_max: int = REMEMBERED_MAX) -> None:
        self.in_work: dict[str, Leg] = {}  # bounded by the flows; somebody waits for each
        self.remembered_max = remembered_max
        self._finished: OrderedDict[str, Leg] = OrderedDict()

    def __len__(self) -> int:
        return len(self._finished)

    def __iter__(self) -> Iterator[Leg]:
        return iter(self._finished.values())

    def find(self, identity: str) -> Leg | None:
        """The leg *identity*, if it is in memory: what has a row goes before what has begun."""
        return self._finished.get(identity) or self.in_work.get(identity)

    def remember(self, leg: Leg, now: Seconds) -> None:
        """*leg* has a new row, or was read back at the instant *now*."""
        leg.written_at = now
        finished = self._finished
        finished[leg.who.name] = leg
        finished.move_to_end(leg.who.name)
        while len(finished) > self.remembered_max:
            if next(iter(finished.values())).written_at + FRESH_S >= now:
                return
            finished.popitem(last=False)

    def ended(self, leg: Leg) -> dict[LinkId, Message]:
        """*leg* is no longer in work: who waits for its answer, with what."""
        self.in_work.pop(leg.who.name, None)
        waiters, leg.waiters = leg.waiters, {}
        return waiters

    def named(self, names: Reference, now: Seconds) -> Sequence[Purchase]:
        """What *names* may mean of what no look-up need have seen."""
        if names.is_exact:
            found = [self.find(who.name) for who in names.identities]
        else:
            found = [leg for leg in self._fresh(now) if is_named(names, leg)]
        return [leg for leg in found if isinstance(leg, Purchase)]

    def _fresh(self, now: Seconds) -> Iterator[Leg]:
        yield from self.in_work.values()
        for leg in reversed(self._finished.values()):
            if leg.written_at + FRESH_S < now:
                return
            yield leg


def is_named(names: Reference, leg: Leg) -> bool:
    """Whether *names*, which are not exact, fit *leg*."""
    who = leg.who
    return any(who.sent_on == on and who.name.startswith(begin) for on, begin in names.begins) or (
        any(leg.rrn == rrn and who.name.startswith(begin) for rrn, begin in names.rrns)
    )
