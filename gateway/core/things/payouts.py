"""What the books of settlement told: closed days, and transfers to a merchant's account.

Nothing is decided here: money moves in the books, and what the journal keeps of it makes events.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from cardswitch.wire.ports import Seconds

PayoutStatus = Literal["in_transit", "paid", "failed"]
# Where something stands in the order of all entries: at which row of the switch's journal, which of
# five things is told there, and which of several.
Place = tuple[int, int, int]
# From where a payout goes to where: a bank may send back what it has said is paid.
STEPS: Final = frozenset({("in_transit", "paid"), ("in_transit", "failed"), ("paid", "failed")})
_SHOWN: Final = 4  # digits of an account that the journal keeps


class Owed(Struct, frozen=True, gc=False, kw_only=True):
    """What a merchant is owed in one currency, in minor units; below zero what he owes."""

    currency: str  # ISO 4217 numeric
    available: int  # booked by a close, and not deposited
    pending: int  # what closes to come will book of what has happened by now


class Payout(Struct, frozen=True, kw_only=True, tag="payout"):
    """One transfer to a merchant's account."""

    reference: str  # EndToEndId, as it stands on the statement of the merchant
    business_date: str  # label of the bank day whose close has ordered it
    currency: str  # ISO 4217 numeric
    amount: int  # minor units
    at: Seconds  # of the close
    execution: str  # the day that the bank was asked for, YYYY-MM-DD
    account: str  # the IBAN that it goes to, or in the journal the end of it
    place: Place  # of the entry that takes it from the balance
    status: PayoutStatus  # as the bank has answered
    back: Place | None = None  # of the entry that gives it back
    code: str = ""  # of ISO 20022, why it failed
    because: str = ""  # the same in words


class Batch(Struct, frozen=True, gc=False, kw_only=True):
    """What a close has booked of one kind; *amount* in minor units, signed."""

    channel: str  # the listener that it came in by
    currency: str  # ISO 4217 numeric
    kind: str  # as settlement counts it: sale, refund, …
    count: int
    amount: int


class DayClosed(Struct, frozen=True, kw_only=True, tag="x.batch"):
    """A bank day whose close has booked something of the merchant's."""

    business_date: str
    at: Seconds
    batches: tuple[Batch, ...]
    owed: tuple[Owed, ...] = ()  # the balance as it was when the gateway saw the close


def steps_to(known: Payout | None, payout: Payout) -> Iterator[Payout]:
    """What becomes of the *known* one until it is *payout*: each step is an event of its own."""
    told = replace(payout, account=payout.account[-_SHOWN:])
    if known is None:
        known = replace(told, status="in_transit", back=None, code="", because="")
        yield known
    if known.status != told.status:
        assert (known.status, told.status) in STEPS, f"{known.status} never becomes {told.status}"
        yield told
