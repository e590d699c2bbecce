"""What the books of settlement say of a merchant's money: filled by who can read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from msgspec import Struct

from cardswitch.wire.ports import Seconds

from .core.things.payouts import DayClosed, Owed, Payout, Place

# A movement itself, a deposit, one that came back, what a close charged, kept or gave back, and
# what a person has corrected.
MOVED, DEPOSITED, CAME_BACK, CHARGED, CORRECTED = 0, 1, 2, 3, 4
# Of the last close, and of what a bank or a person has said last.
Mark = tuple[int, int]


FeeKind = Literal["interchange", "scheme", "own"]


class Fee(Struct, frozen=True, gc=False, kw_only=True):
    """A part of what an entry has cost; below zero what is given back of it."""

    kind: FeeKind
    amount: int  # minor units
    rate: str  # the version of the schedule, and which of its rates: plus-1, rate 2


class Entry(Struct, frozen=True, gc=False, kw_only=True):
    """What was added to a merchant's balance, or taken from it."""

    place: Place
    kind: str  # a movement as settlement counts it: sale, refund, …; "payout"; fees; correct
    currency: str  # ISO 4217 numeric
    amount: int  # minor units, signed
    at: Seconds
    available_on: Seconds
    is_booked: bool
    reference: str  # field 37 of a movement, the EndToEndId of a payout
    channel: str = ""  # the listener that it came in by
    fees: tuple[Fee, ...] = ()  # of a movement that is booked; *amount* is without them

    @property
    def fee(self) -> int:
        """All of them; minor units."""
        return sum(each.amount for each in self.fees)

    @property
    def net(self) -> int:
        """What it adds to the balance, or takes from it."""
        return self.amount - self.fee


class Between(Struct, frozen=True, gc=False, kw_only=True):
    """Which entries are meant: the *size* newest, or the oldest if they are *above* a place."""

    size: int
    above: Place | None = None
    below: Place | None = None
    since: Seconds = 0.0
    before: Seconds | None = None

    def has(self, place: Place, at: Seconds) -> bool:
        """Whether what stands there, of that instant, may be meant."""
        return (
            (self.above is None or self.above < place)
            and (self.below is None or place < self.below)
            and self.since <= at
            and (self.before is None or at < self.before)
        )


class Money(Protocol):
    """The books of settlement, and what is still to be booked."""

    def mark(self) -> Mark:
        """Another one whenever a day was closed, or a payout stands otherwise. Raises Error."""
        ...

    def closes(self, merchant: str, since: Seconds) -> Sequence[DayClosed]:
        """The closes *since* then that have booked something of *merchant*, the oldest first.

        Raises Error.
        """
        ...

    def balance(self, merchant: str) -> Sequence[Owed]:
        """What *merchant* is owed, by currency. Raises Error."""
        ...

    def payouts(self, merchant: str) -> Sequence[Payout]:
        """All transfers to *merchant*, newest first. Raises Error."""
        ...

    def entries(self, merchant: str, between: Between) -> Sequence[Entry]:
        """What has changed the balance of *merchant*, newest first: in sum, net, what he is owed.

        Raises Error.
        """
        ...

    def named(self, merchant: str, references: Sequence[str]) -> Sequence[Entry]:
        """Movements of *merchant* whose field 37 is one of *references*, newest first.

        Raises Error.
        """
        ...
