"""What the issuer writes into its journal. An entry never names a card but masked, or by its id.

*identity* is that of the purchase (specs.transactions), *at* when it was written, *rrn* field 37;
amounts are minor units.
"""

from __future__ import annotations

from msgspec import Struct

from cardswitch.specs.message import Message
from cardswitch.wire.ports import Seconds

from ..requests import INVALID, decision


class PurchaseDecided(Struct, frozen=True, kw_only=True, tag=True, gc=False):
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


class PurchaseUndone(Struct, frozen=True, tag=True, gc=False):
    """A purchase is undone, or will never be done: its reversal may have come before itself."""

    identity: str
    at: Seconds
    rrn: str

    def reply(self, request: Message) -> Message:
        """The answer to a purchase, or a repeat, that comes after its reversal."""
        return request.reply(INVALID)


IssuerEntry = PurchaseDecided | PinTried | PurchaseUndone
