"""What the API asks of the gateway, and what it is answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from cardswitch.wire.ports import Seconds

from .entries import Card, Details, Metadata, Outcome, Terms
from .intents import Intent
from .problems import Problem

NOBODY: Final = 0  # the ticket of what nobody has asked for


class Pay(Struct, frozen=True, kw_only=True):
    """Ask for the money: with *card*, or with that of the intent. *cvc* is sent and forgotten."""

    card: Card | None = None
    cvc: str = ""

    def __repr__(self) -> str:
        """Without the CVC."""
        return "<Pay>"


class Create(Struct, frozen=True, kw_only=True):
    """A new intent; with *pay*, it is confirmed at once."""

    secret: str
    amount: int
    currency: str
    card: Card | None = None
    details: Details = Details()
    terms: Terms = Terms()
    pay: Pay | None = None


class Update(Struct, frozen=True, kw_only=True):
    """Have it otherwise: *changes* by the names of an intent, *details* by those of Details."""

    changes: Mapping[str, Any] = {}
    details: Mapping[str, Any] = {}


class Capture(Struct, frozen=True, kw_only=True):
    """Take *amount* of what is set aside, or all; the rest is free again if it *is_final*."""

    amount: int | None = None
    is_final: bool = True


class Expire(Struct, frozen=True):
    """What was set aside is not taken in time: it is free again."""


class Cancel(Struct, frozen=True, kw_only=True):
    """Let there be no payment."""

    reason: str | None = None


class Refund(Struct, frozen=True, kw_only=True):
    """Give back *amount* minor units, or all that is left."""

    amount: int | None = None
    reason: str | None = None
    metadata: Metadata = {}


class Resolve(Struct, frozen=True, kw_only=True):
    """*who* knows what became of exchange *number*, whose reversal nobody acknowledged."""

    number: int
    outcome: Outcome
    because: str
    who: str


class Read(Struct, frozen=True):
    """Tell how it stands."""


class Origin(Struct, frozen=True, kw_only=True):
    """The request of HTTP that a call came with: *key* is its idempotency key."""

    request: str
    method: str
    path: str
    came: Seconds
    key: str = ""


Deed = Create | Update | Pay | Capture | Cancel | Expire | Refund | Resolve | Read


class Call(Struct, frozen=True, kw_only=True):
    """*deed*, for the intent *ref* of *merchant*; whoever asked is told by *ticket*.

    *key* is the hash of merchant and idempotency key, *digest* that of the whole request; without
    a key both are empty. *named* is the id that the intent was asked for by. What is written is
    written with its *origin*, which events and stories tell.
    """

    ticket: int
    merchant: str
    ref: str
    deed: Deed
    key: str = ""
    digest: str = ""
    named: str = ""
    origin: Origin | None = None


class Reply(Struct, frozen=True, kw_only=True):
    """What *ticket* is told, once all that was written before is durable.

    *number* is that of the payment or refund within *intent*, where the call asked for one.
    """

    ticket: int
    intent: Intent | None = None
    number: int = 0
    problem: Problem | None = None
    is_replayed: bool = False
