"""The entries of the gateway's journal, a frozen value each.

No entry holds a card number in clear or a CVC. An intent is made of its entries and of nothing
else: see `intents`. What was asked for on the wire, payments and refunds alike, is numbered within
its intent.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from cardswitch.specs.merchants import Check
from cardswitch.specs.message import Message
from cardswitch.wire.ports import Seconds

from .authentication import Authentication, Challenge
from .cards import Card, Metadata
from .problems import Problem
from .things import Thing

# Rows of the table of transactions.
Asked = Literal["sale", "authorisation", "increment", "completion", "refund", "verification"]
Outcome = Literal["reversed", "paid"]
Because = Literal["no_answer", "approved_in_part", "check_failed", "restart", "canceled", "expired"]
# An authentication that a card could have had, and whether it is now sought or nobody is there.
Lack = Literal["sought", "nobody"]
FutureUsage = Literal["on_session", "off_session"]
CaptureMethod = Literal["automatic", "automatic_async", "manual"]


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
    future_usage: FutureUsage | None = None  # whether the card is kept for its customer
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
    customer: str | None = None
    session: str | None = None  # the id of the checkout session that it is paid by
    is_setup: bool = False  # The card is only verified, to be kept; the amount is 0.


class Updated(Struct, frozen=True, kw_only=True, tag="updated"):
    """The merchant wants it otherwise: all that may change, as it is from now on."""

    at: Seconds
    amount: int
    currency: str
    card: Card | None
    details: Details
    terms: Terms
    customer: str | None = None


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
    declines_failed: tuple[Check, ...] = ()
    authentication: Authentication | None = None  # with the ECI that is sent
    is_final: bool = True  # of a capture: nothing more is captured


class Challenged(Struct, frozen=True, kw_only=True, tag="challenged"):
    """The bank of *card* wants to ask the shopper before it may pay."""

    at: Seconds
    card: Card
    challenge: Challenge


class Unauthenticated(Struct, frozen=True, kw_only=True, tag="unauthenticated"):
    """It is not known that the cardholder pays: nothing was asked for."""

    at: Seconds
    authentication: Authentication


class Answered(Struct, frozen=True, tag="answered"):
    """It has its outcome. *lacks*, of a decline: the authentication that the issuer wants first."""

    at: Seconds
    number: int
    answer: Message
    lacks: Lack | None = None


class Owed(Struct, frozen=True, tag="owed"):
    """It is to be undone: *reversal* is pending until the switch acknowledges it."""

    at: Seconds
    number: int
    reversal: Message
    because: Because


class Lapsed(Struct, frozen=True, tag="lapsed"):
    """No answer in time, and nothing to undo: no money was asked for."""

    at: Seconds
    number: int


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


class Disputed(Struct, frozen=True, tag="disputed"):
    """The cardholder denies payment *number*: the thing *dispute* tells of that."""

    at: Seconds
    number: int
    dispute: str


class Called(Struct, frozen=True, kw_only=True, tag="called"):
    """The call of the API that is in work: behind what creates an intent, before all else."""

    at: Seconds
    came: Seconds
    request: str  # its id
    method: str
    path: str
    key: str = ""  # its idempotency key ...
    key_leg: int = 0  # ... and the leg that tells how it was answered


class Began(Struct, frozen=True, kw_only=True, tag="began"):
    """A thing is made."""

    at: Seconds
    merchant: str
    thing: Thing


class Became(Struct, frozen=True, kw_only=True, tag="became"):
    """It is another now."""

    at: Seconds
    thing: Thing


class KeyTaken(Struct, frozen=True, kw_only=True, tag="key"):
    """An idempotency key, by its hash, and what was asked for with it first."""

    at: Seconds
    digest: str  # of the request
    intent: str  # what the intent's ids have in common, or the id of a thing
    kind: str = "intent"  # of what it is about


class KeyAnswered(Struct, frozen=True, kw_only=True, tag="key_answered"):
    """What the first request with a key was answered: the intent as its row *through* left it."""

    at: Seconds
    through: int
    number: int = 0  # of what was asked for on the wire
    problem: Problem | None = None


Ended = Undone | Refused | Spent | Resolved  # how a reversal ends
IntentEntry = (
    Created
    | Updated
    | Challenged
    | Unauthenticated
    | Sent
    | Answered
    | Owed
    | Lapsed
    | Ended
    | Canceled
    | Disputed
    | Called
)
ThingEntry = Began | Became
KeyEntry = KeyTaken | KeyAnswered
GatewayEntry = IntentEntry | ThingEntry | KeyEntry
