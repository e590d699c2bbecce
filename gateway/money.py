"""What the books of settlement say of a merchant's money: filled by who can read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from msgspec import Struct

from cardswitch.wire.ports import Seconds

PayoutStatus = Literal["in_transit", "paid", "failed"]


# Where something stands in the order of all entries: at which row of the switch's journal, which of
# four things is told there, and which of several.
Place = tuple[int, int, int]
# A movement itself, a deposit, one that came back, and what a close charged, kept or gave back.
MOVED, DEPOSITED, CAME_BACK, CHARGED = 0, 1, 2, 3


class Owed(Struct, frozen=True, gc=False, kw_only=True):
    """What a merchant is owed in one currency, in minor units; below zero what he owes."""

    currency: str  # ISO 4217 numeric
    available: int  # booked by a close, and not deposited
    pending: int  # what closes to come will book of what has happened by now


class Payout(Struct, frozen=True, gc=False, kw_only=True):
    """One transfer to a merchant's account."""

    reference: str  # EndToEndId, as it stands on the statement of the merchant
    business_date: str  # label of the bank day whose close has ordered it
    currency: str  # ISO 4217 numeric
    amount: int  # minor units
    at: Seconds  # of the close
    execution: str  # the day that the bank was asked for, YYYY-MM-DD
    account: str  # the IBAN that it goes to
    place: Place  # of the entry that takes it from the balance
    status: PayoutStatus  # as the bank has answered
    back: Place | None = None  # of the entry that gives it back
    code: str = ""  # of ISO 20022, why it failed
    because: str = ""  # the same in words


class Entry(Struct, frozen=True, gc=False, kw_only=True):
    """What was added to a merchant's balance, or taken from it."""

    place: Place
    kind: str  # a movement as settlement counts it: sale, refund, …; "payout"; or of a charge: fees
    currency: str  # ISO 4217 numeric
    amount: int  # minor units, signed
    at: Seconds
    available_on: Seconds
    is_booked: bool
    reference: str  # field 37 of a movement, the EndToEndId of a payout
    channel: str = ""  # the listener that it came in by


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

    def balance(self, merchant: str) -> Sequence[Owed]:
        """What *merchant* is owed, by currency. Raises Error."""
        ...

    def payouts(self, merchant: str) -> Sequence[Payout]:
        """All transfers to *merchant*, newest first. Raises Error."""
        ...

    def entries(self, merchant: str, between: Between) -> Sequence[Entry]:
        """What has changed the balance of *merchant*, newest first: their sum is what he is owed.

        Raises Error.
        """
        ...

    def named(self, merchant: str, references: Sequence[str]) -> Sequence[Entry]:
        """Movements of *merchant* whose field 37 is one of *references*, newest first.

        Raises Error.
        """
        ...
