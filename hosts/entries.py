"""What the hosts write into their journals. An entry never names a card but masked, or by its id.

*identity* is that of the purchase (specs.transactions), *at* when it was written, *rrn* field 37;
amounts are minor units.
"""

from __future__ import annotations

from msgspec import Struct

from cardswitch.specs.message import APPROVALS, Message
from cardswitch.wire.ports import Seconds

from .requests import INVALID, decision

# Both hosts ---------------------------------------------------------------------------------------


class PurchaseUndone(Struct, frozen=True, tag=True, gc=False):
    """A purchase is undone, or will never be done: its reversal may have come before itself."""

    identity: str
    at: Seconds
    rrn: str

    def reply(self, request: Message) -> Message:
        """The answer to a purchase, or a repeat, that comes after its reversal."""
        return request.reply(INVALID)


# The issuer ---------------------------------------------------------------------------------------


class PurchaseDecided(Struct, frozen=True, tag=True, gc=False):
    """The issuer's answer to a purchase; approved if *amount*, which is held, is not 0."""

    identity: str
    request_digest: str
    at: Seconds
    rrn: str
    card: str  # masked
    code: str
    account: str = ""
    amount: int = 0
    approval_code: str = ""

    def reply(self, request: Message) -> Message:
        """The answer, to the purchase and to every repeat of it."""
        return decision(request, self.code, self.amount, self.approval_code)


class PinTried(Struct, frozen=True, tag=True, gc=False):
    """A card, by its id, has now seen *tries* wrong PINs in a row.

    Written before the decision on the same request: dying in between counts a PIN twice, never
    less.
    """

    card: str
    tries: int
    at: Seconds


IssuerEntry = PurchaseDecided | PinTried | PurchaseUndone

# The acquirer -------------------------------------------------------------------------------------


class PurchaseForwarded(Struct, frozen=True, tag=True, gc=False):
    """A purchase is about to go into the network: from now on the issuer may hold money."""

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
    def approved(self) -> bool:
        """Whether the issuer holds money."""
        return self.code in APPROVALS

    def reply(self, request: Message) -> Message:
        """The answer, to the purchase and to every repeat of it."""
        return decision(request, self.code, self.amount, self.approval_code)


class ReversalForwarded(Struct, frozen=True, tag=True, gc=False):
    """A reversal is about to be sent; every later send of it has the same *trace* and *sent*."""

    identity: str
    at: Seconds
    trace: str  # field 11
    sent: str  # field 7

    def reply(self, request: Message) -> Message:
        """Whoever repeats a purchase that is being undone must not hear an approval."""
        return request.reply(INVALID)


AcquirerEntry = (
    PurchaseForwarded | PurchaseRefused | PurchaseAnswered | ReversalForwarded | PurchaseUndone
)
