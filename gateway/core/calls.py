"""What the API asks of the gateway, and what it is answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec import Struct

from cardswitch.specs.transactions.absent import Channel
from cardswitch.wire.ports import Seconds

from .authentication import Authentication, Wanted
from .cards import Billing, Card, Metadata
from .entries import Details, Outcome, Terms
from .intents import Intent
from .problems import Problem
from .row import INTENT
from .things import Record, Thing

NOBODY: Final = 0  # the ticket of what nobody has asked for


class Source(Struct, frozen=True, kw_only=True):
    """Whence a card comes: it is new, or stands in a payment method or token that the call uses."""

    id: str  # of the payment method: a new one is made of a card, and of a token
    card: Card | None = None
    token: str = ""
    billing: Billing | None = None  # in place of the token's


class Pay(Struct, frozen=True, kw_only=True):
    """Ask for the money: of *source*, or of the intent's card. *cvc*, *cavv* are not kept.

    *seen* is the intent as the call was made for it: one that was updated since is not paid.
    """

    seen: Intent | None = None
    source: Source | None = None
    cvc: str = ""
    channel: Channel = "ecommerce"
    is_browsers: bool = False  # asked for by a browser, which may try so many cards alone
    wanted: Wanted | None = None  # one that is to be had here
    authentication: Authentication | None = None  # one of elsewhere
    cavv: str = ""

    def __repr__(self) -> str:
        """Without CVC and CAVV."""
        return "<Pay>"


class Authenticated(Struct, frozen=True, kw_only=True):
    """What is told of the authentication *id*, by whoever asked the cardholder; then it is paid."""

    id: str
    acs_transaction: str
    ds_transaction: str
    status: str
    reason: str = ""
    cancel: str = ""
    cavv: str = ""  # sent and forgotten, as the CVC
    cvc: str = ""

    def __repr__(self) -> str:
        """Without what proves it."""
        return f"<authenticated {self.id}: {self.status}>"


class Create(Struct, frozen=True, kw_only=True):
    """A new intent; with *pay*, it is confirmed at once."""

    secret: str
    amount: int
    currency: str
    source: Source | None = None
    details: Details = Details()
    terms: Terms = Terms()
    customer: str | None = None
    is_setup: bool = False
    session: str | None = None
    pay: Pay | None = None


class Update(Struct, frozen=True, kw_only=True):
    """Have it otherwise: *changes* by the names of an intent, *details* by those of Details.

    Both are made of the intent as it was *seen*: one that was updated since stays as it is.
    """

    seen: Intent | None = None
    source: Source | None = None
    changes: Mapping[str, Any] = {}
    details: Mapping[str, Any] = {}


class Capture(Struct, frozen=True, kw_only=True):
    """Take *amount* of what is set aside, or all; the rest is free again if it *is_final*."""

    amount: int | None = None
    is_final: bool = True
    payment: int | None = None  # the number of the one that is meant; None: which was approved


class Increase(Struct, frozen=True, kw_only=True):
    """Have *amount* be set aside in all."""

    amount: int


class Expire(Struct, frozen=True, kw_only=True):
    """What was set aside is not taken in time: it is free again; *is_early*: as a tester says."""

    is_early: bool = False


class Cancel(Struct, frozen=True, kw_only=True):
    """Let there be no payment."""

    reason: str | None = None


class Refund(Struct, frozen=True, kw_only=True):
    """Give back *amount* minor units, or all that is left."""

    amount: int | None = None
    payment: int | None = None  # the number of the one that is meant; None: which was approved
    reason: str | None = None
    metadata: Metadata = {}


class Resolve(Struct, frozen=True, kw_only=True):
    """*who* knows what became of exchange *number*, whose reversal nobody acknowledged."""

    number: int
    outcome: Outcome
    because: str
    who: str


class Dispute(Struct, frozen=True, kw_only=True):
    """Have payment *number* be disputed: *id* is that of the dispute."""

    id: str
    number: int
    amount: int | None = None
    reason: str = "fraudulent"


class Read(Struct, frozen=True):
    """Tell how it stands."""


class Origin(Struct, frozen=True, kw_only=True):
    """The request of HTTP that a call came with: *key* is its idempotency key."""

    request: str
    method: str
    path: str
    came: Seconds
    key: str = ""


class Alter(Struct, frozen=True):
    """Have things be what *change* makes of those that the call uses; what is new, it names too."""

    change: Change


class Claim(Struct, frozen=True):
    """Take the key of the call, and no more: what it is for is kept elsewhere."""


Things = Mapping[str, Record]  # by their ids
Change = Callable[[Things, Seconds], Mapping[str, Thing] | Problem]
Deed = (
    Alter
    | Claim
    | Create
    | Update
    | Pay
    | Authenticated
    | Capture
    | Increase
    | Cancel
    | Expire
    | Refund
    | Dispute
    | Resolve
    | Read
)


class Use(Struct, frozen=True, kw_only=True):
    """A thing that a call needs, and the parameter that names it."""

    kind: str
    id: str
    param: str = "id"
    is_shared: bool = False  # It is read alone, so that others may use it meanwhile.


class Call(Struct, frozen=True, kw_only=True):
    """*deed*, for the intent or thing *ref* of *merchant*; whoever asked is told by *ticket*.

    *key* is the hash of merchant and idempotency key, *digest* that of the whole request; without
    a key both are empty. *named* is the id that the intent was asked for by; *uses* are things that
    must be there. What is written is written with its *origin*, which events and stories tell.
    """

    ticket: int
    merchant: str
    ref: str
    deed: Deed
    key: str = ""
    digest: str = ""
    named: str = ""
    kind: str = INTENT  # of what *ref* is
    uses: tuple[Use, ...] = ()
    origin: Origin | None = None


class Reply(Struct, frozen=True, kw_only=True):
    """What *ticket* is told, once all that was written before is durable.

    *number* is that of the payment or refund within *intent*, where the call asked for one; *thing*
    is what else it was about.
    """

    ticket: int
    intent: Intent | None = None
    thing: Record | None = None
    number: int = 0
    problem: Problem | None = None
    is_replayed: bool = False
