"""What the issuer writes into its journal. An entry names a card by a keyed hash, or by its id.

When, of which leg and with which RRN stands in the row around it; amounts are minor units.
"""

from __future__ import annotations

from msgspec import Struct

from cardswitch.specs.message import Message
from cardswitch.specs.transactions.accepted import Terms
from cardswitch.specs.transactions.followed import Followed
from cardswitch.specs.transactions.tombstones import Tombstone
from cardswitch.wire.machine.keys.working import KeyStep
from cardswitch.wire.ports import Seconds

from ..requests import decision


class PurchaseDecided(Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The issuer's answer to a purchase; *amount* is done. An approval has an approval code."""

    terms: Terms
    pan_masked: str
    code: str
    account: str = ""
    amount: int = 0
    approval_code: str = ""
    said: dict[int, str] = {}  # more fields of the answer
    expires_at: Seconds = 0.0  # of what is set aside: when it is free again
    original: int = 0  # of an increment or a refund: the leg that it is about

    def reply(self, request: Message) -> Message:
        """The answer, to the purchase and to every repeat of it."""
        return decision(request, self.code, self.amount, self.approval_code, self.said)


class PinTried(Struct, frozen=True, tag=True, gc=False):
    """A card, by its id, has now seen *tries* wrong PINs in a row.

    Written before the decision on the same request: dying in between counts a PIN twice, never
    less.
    """

    card: str
    tries: int


class CardListed(Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A card, by its id, was put on the stop list, or taken off it."""

    card: str
    is_listed: bool


class PurchaseUndone(Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """*released* is undone in *account*, and *stays* stays done; nothing more comes of it.

    *kind*, where something is undone, is the class of the purchase: it says what that was.
    As the first row of its leg: it was reversed before it was decided. *terms* are known then if it
    was in work, and are those of nobody if it had not come.
    """

    account: str = ""
    kind: str = ""
    released: int = 0
    stays: int = 0
    terms: Terms | None = None


class HoldExpired(Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """*released*, all that an authorisation still held, is free: its time is over."""

    account: str
    kind: str
    released: int


class AuthorisationCompleted(Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """*released*, what an authorisation held, is free, but for what *stays* for further captures.

    What its completion takes is a leg of its own.
    """

    account: str
    kind: str
    released: int
    stays: int = 0
    capture: int = 1  # its number


class AuthorisationAdjusted(Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """*added*, which an increment that is a leg of its own has set aside, is held for it too.

    Below zero: that was undone.
    """

    added: int


class SaleFollowed(Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A refund of what was captured, or a tip on it, was approved, or undone: *followed*, by now.

    Each is a leg of its own.
    """

    followed: Followed


class ReversalAnswered(Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A reversal, a leg of its own, is answered *code*; *original* is the leg that it meant."""

    request_digest: str
    code: str
    original: int = 0
    binds: Tombstone | None = None  # what it forbids for a while, if it named something unknown

    def reply(self, request: Message) -> Message:
        """The answer, to the reversal and to every repeat of it."""
        return request.reply(self.code)


IssuerEntry = (
    PurchaseDecided
    | PinTried
    | CardListed
    | PurchaseUndone
    | AuthorisationCompleted
    | AuthorisationAdjusted
    | SaleFollowed
    | HoldExpired
    | ReversalAnswered
    | KeyStep
)
