"""The entries of the gateway's journal, a frozen value each.

No entry holds a card number in clear or a CVC. An intent is made of its entries and of nothing
else: see `intents`. What was asked for on the wire, payments and refunds alike, is numbered within
its intent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from cardswitch.specs.message import Message
from cardswitch.wire.ports import Seconds

from .problems import Problem

# Rows of the table of transactions.
Asked = Literal["sale", "authorisation", "completion", "refund"]
Metadata = Mapping[str, str]
Outcome = Literal["reversed", "paid"]
Because = Literal["no_answer", "approved_in_part", "restart", "canceled", "expired"]
CaptureMethod = Literal["automatic", "automatic_async", "manual"]


class Address(Struct, frozen=True, kw_only=True):
    """Where a cardholder lives; it is kept and shown, and checked by nobody yet."""

    line1: str | None = None
    line2: str | None = None
    city: str | None = None
    state: str | None = None
    postal_code: str | None = None
    country: str | None = None


class Billing(Struct, frozen=True, kw_only=True):
    """Who a cardholder is, as the shop says."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    address: Address = Address()


class Card(Struct, frozen=True, kw_only=True):
    """A card as it may be kept: *sealed* is its number, which the vault alone can open."""

    id: str  # of the payment method
    sealed: str
    fingerprint: str
    masked: str  # first 6 and last 4
    brand: str
    exp_month: int
    exp_year: int  # four digits
    billing: Billing = Billing()

    @property
    def expiry(self) -> str:
        """Field 14: YYMM."""
        return f"{self.exp_year % 100:02d}{self.exp_month:02d}"


class Details(Struct, frozen=True, kw_only=True):
    """What the merchant says of an order; it is kept, shown and not looked at."""

    description: str | None = None
    metadata: Metadata = {}
    receipt_email: str | None = None
    statement_descriptor: str | None = None
    statement_descriptor_suffix: str | None = None


class Terms(Struct, frozen=True, kw_only=True):
    """How an order is to be paid."""

    capture: CaptureMethod = "automatic"
    takes_part: bool = False  # whether an approval of less than was asked for stands


class Created(Struct, frozen=True, kw_only=True, tag="created"):
    """An intent: *amount* in minor units of *currency*, lower-case letters."""

    at: Seconds
    merchant: str
    secret: str  # with which the shopper's browser may read it
    amount: int
    currency: str
    card: Card | None = None
    details: Details = Details()
    terms: Terms = Terms()


class Updated(Struct, frozen=True, kw_only=True, tag="updated"):
    """The merchant wants it otherwise: all that may change, as it is from now on."""

    at: Seconds
    amount: int
    currency: str
    card: Card | None
    details: Details
    terms: Terms


class Sent(Struct, frozen=True, kw_only=True, tag="sent"):
    """*request* is about to leave, less what may not be stored: without outcome, it is reversed."""

    at: Seconds
    number: int
    asked: Asked
    amount: int
    request: Message
    card: Card
    reason: str | None = None  # of a refund
    metadata: Metadata = {}
    takes_part: bool = False
    is_final: bool = True  # of a capture: nothing more is captured


class Answered(Struct, frozen=True, tag="answered"):
    """It has its outcome."""

    at: Seconds
    number: int
    answer: Message


class Owed(Struct, frozen=True, tag="owed"):
    """It is to be undone: *reversal* is pending until the switch acknowledges it."""

    at: Seconds
    number: int
    reversal: Message
    because: Because


class Undone(Struct, frozen=True, tag="undone"):
    """The reversal is acknowledged."""

    at: Seconds
    number: int
    answer: Message


class Refused(Struct, frozen=True, tag="refused"):
    """The reversal is refused for good: a person must look."""

    at: Seconds
    number: int
    answer: Message


class Spent(Struct, frozen=True, tag="spent"):
    """Nobody has acknowledged the reversal for too long: a person must look."""

    at: Seconds
    number: int


class Resolved(Struct, frozen=True, kw_only=True, tag="resolved"):
    """A person has looked, and knows what became of it."""

    at: Seconds
    number: int
    outcome: Outcome
    because: str
    who: str


class Canceled(Struct, frozen=True, tag="canceled"):
    """The merchant wants no payment any more, or did not take what was set aside in time."""

    at: Seconds
    reason: str | None


class Called(Struct, frozen=True, kw_only=True, tag="called"):
    """The call of the API that is in work: behind what creates an intent, before all else."""

    at: Seconds
    came: Seconds
    request: str  # its id
    method: str
    path: str
    key: str = ""  # its idempotency key ...
    key_leg: int = 0  # ... and the leg that tells how it was answered


class KeyTaken(Struct, frozen=True, kw_only=True, tag="key"):
    """An idempotency key, by its hash, and what was asked for with it first."""

    at: Seconds
    digest: str  # of the request
    intent: str  # what the intent's ids have in common


class KeyAnswered(Struct, frozen=True, kw_only=True, tag="key_answered"):
    """What the first request with a key was answered: the intent as its row *through* left it."""

    at: Seconds
    through: int
    number: int = 0  # of what was asked for on the wire
    problem: Problem | None = None


Ended = Undone | Refused | Spent | Resolved  # how a reversal ends
IntentEntry = Created | Updated | Sent | Answered | Owed | Ended | Canceled | Called
KeyEntry = KeyTaken | KeyAnswered
GatewayEntry = IntentEntry | KeyEntry
