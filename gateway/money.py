"""What the books of settlement say of a merchant's money: filled by who can read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from msgspec import Struct

from cardswitch.wire.ports import Seconds

PayoutStatus = Literal["in_transit", "paid", "failed"]


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
    status: PayoutStatus  # as the bank has answered
    code: str = ""  # of ISO 20022, why it failed
    because: str = ""  # the same in words


class Money(Protocol):
    """The books of settlement, and what is still to be booked."""

    def balance(self, merchant: str) -> Sequence[Owed]:
        """What *merchant* is owed, by currency. Raises Error."""
        ...

    def payouts(self, merchant: str) -> Sequence[Payout]:
        """All transfers to *merchant*, newest first. Raises Error."""
        ...
