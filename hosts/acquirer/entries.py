"""What the acquirer writes into its journal. An entry never names a card but masked.

*identity* is that of the purchase (specs.transactions), *at* when it was written, *rrn* field 37;
amounts are minor units. *state* is where the purchase stands from then on.
"""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from cardswitch.specs.message import APPROVALS, Message
from cardswitch.wire.ports import Seconds

from ..requests import INVALID, decision
from .states import State


class PurchaseForwarded(Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A purchase is about to go into the network: from now on the issuer may hold money."""

    state: ClassVar = State.FORWARDED
    identity: str
    request_digest: str
    at: Seconds
    rrn: str
    merchant: str
    currency: str
    amount: int  # as asked for
    trace: str  # field 11 as sent
    original: str  # field 90 of a reversal


class PurchaseRefused(Struct, frozen=True, tag=True, gc=False):
    """A purchase was declined by the acquirer itself and never left it."""

    state: ClassVar = State.REFUSED
    identity: str
    request_digest: str
    at: Seconds
    rrn: str
    code: str

    def reply(self, request: Message) -> Message:
        """The answer, to the purchase and to every repeat of it."""
        return request.reply(self.code)


class PurchaseAnswered(Struct, frozen=True, tag=True, gc=False):
    """The network's answer to a purchase that was forwarded; *amount* is 0 if it was declined."""

    identity: str
    at: Seconds
    code: str
    amount: int = 0
    approval_code: str = ""

    @property
    def state(self) -> State:
        """What the code means."""
        return State.APPROVED if self.code in APPROVALS else State.DECLINED

    def reply(self, request: Message) -> Message:
        """The answer, to the purchase and to every repeat of it."""
        return decision(request, self.code, self.amount, self.approval_code)


class ReversalForwarded(Struct, frozen=True, tag=True, gc=False):
    """A reversal is about to be sent; every later send of it has the same *trace* and *sent*."""

    state: ClassVar = State.REVERSING
    identity: str
    at: Seconds
    trace: str  # field 11
    sent: str  # field 7

    def reply(self, request: Message) -> Message:
        """Whoever repeats a purchase that is being undone must not hear an approval."""
        return request.reply(INVALID)


class PurchaseUndone(Struct, frozen=True, tag=True, gc=False):
    """A purchase is undone, or will never be done: its reversal may have come before itself."""

    state: ClassVar = State.UNDONE
    identity: str
    at: Seconds
    rrn: str

    def reply(self, request: Message) -> Message:
        """The answer to a purchase, or a repeat, that comes after its reversal."""
        return request.reply(INVALID)


AcquirerEntry = (
    PurchaseForwarded | PurchaseRefused | PurchaseAnswered | ReversalForwarded | PurchaseUndone
)
