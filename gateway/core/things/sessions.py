"""Checkout sessions: an order that a shopper pays on a page, and how that stands."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from cardswitch.wire.ports import Seconds

from ..cards import Metadata
from ..problems import Problem, invalid

Mode = Literal["payment", "setup"]
Ui = Literal["hosted_page", "embedded_page", "x_direct_post"]
CaptureMethod = Literal["automatic", "automatic_async", "manual"]


class SessionStatus(StrEnum):
    """The words are those of the API."""

    OPEN = "open"
    COMPLETE = "complete"
    EXPIRED = "expired"


# From where it goes to where. What was asked for in its time may turn out to be paid when it is
# over: the cardholder was at his bank, or nobody knew and a person found out.
STEPS: Final = frozenset(
    {
        (SessionStatus.OPEN, SessionStatus.COMPLETE),
        (SessionStatus.OPEN, SessionStatus.EXPIRED),
        (SessionStatus.EXPIRED, SessionStatus.COMPLETE),
    }
)


class Item(Struct, frozen=True, kw_only=True):
    """A line of the order: *amount* in minor units, of one."""

    name: str
    amount: int
    quantity: int

    @property
    def total(self) -> int:
        """Of all of them."""
        return self.amount * self.quantity


class Session(Struct, frozen=True, kw_only=True, tag="checkout.session"):
    """*intent* is the ref of what is paid by it, once there is one."""

    mode: Mode
    items: tuple[Item, ...]
    currency: str
    success_url: str
    expires_at: Seconds
    cancel_url: str | None = None
    client_reference_id: str | None = None
    customer: str | None = None
    customer_email: str | None = None
    metadata: Metadata = {}
    ui: Ui = "hosted_page"
    capture: CaptureMethod = "automatic"
    description: str | None = None  # of the intent
    intent_metadata: Metadata = {}
    statement_descriptor: str | None = None
    url: str | None = None  # of its page
    link: str | None = None  # the id of the payment link that it was opened by
    intent: str | None = None
    status: SessionStatus = SessionStatus.OPEN
    is_paid: bool = False

    @property
    def total(self) -> int:
        """What is to be paid, in minor units."""
        return sum(item.total for item in self.items)

    @property
    def ends_by_itself(self) -> Seconds | None:
        """When it expires, if it still may."""
        return self.expires_at if self.status is SessionStatus.OPEN else None

    def is_open(self, now: Seconds) -> bool:
        """Whether it may still be paid."""
        return self.status is SessionStatus.OPEN and now < self.expires_at


def completed(session: Session, *, is_paid: bool) -> Session:
    """*session* after its intent was approved; *is_paid*: and captured."""
    return replace(_to(session, SessionStatus.COMPLETE), is_paid=is_paid)


def expired(session: Session) -> Session | Problem:
    """*session* when it may be paid no more."""
    if session.status is not SessionStatus.OPEN:
        return invalid(f"A session that is {session.status} does not expire", "id")
    return _to(session, SessionStatus.EXPIRED)


def _to(session: Session, then: SessionStatus) -> Session:
    assert (session.status, then) in STEPS, f"a session that is {session.status}: never {then}"
    return replace(session, status=then)
