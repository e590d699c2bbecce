"""The entries of the terminal's journal, a frozen value each.

No entry holds a card number in clear, a track, CVV or PIN block: a reversal finds its original by
field 90 alone, and a repeat needs the card once more.
"""

from __future__ import annotations

from msgspec import Struct

from cardswitch.specs.message import Message
from cardswitch.wire.machine.keys.working import KeyKind
from cardswitch.wire.ports import Seconds

from .batch import Settlement


class SaleBegun(Struct, frozen=True, tag="begun"):
    """A sale is about to leave: if it never has a result, it is reversed."""

    at: Seconds
    request: Message  # as sent, less what may not be stored
    card: str  # masked
    alias: str = ""  # what the lab calls the card, or ""


class SoldOffline(SaleBegun, frozen=True, tag="offline"):
    """The terminal has approved a sale by itself; the switch must be told, with the *sealed* card.

    A reversal of an earlier one may be pending meanwhile.
    """

    sealed: str = ""


class AdviceKept(Struct, frozen=True, tag="kept"):
    """The switch has taken what it was told of the sale *sale*, or never will."""

    at: Seconds
    sale: str
    answer: Message


class SaleAnswered(Struct, frozen=True, tag="answered"):
    """The sale has its result: approved or declined."""

    at: Seconds
    answer: Message


class Unanswered(Struct, frozen=True, tag="unanswered"):
    """Nothing came, or nothing that fits, and no money can have moved: there is nothing to undo."""

    at: Seconds


class SaleRepeated(Struct, frozen=True, tag="repeated"):
    """The sale was sent once more; *answer* is ``None`` if there was none. Its result stands."""

    at: Seconds
    answer: Message | None


class SaleReversing(Struct, frozen=True, tag="reversing"):
    """A sale is to be undone: *reversal* is pending until the switch acknowledges it.

    Which sale stands in field 90. *stays*, in minor units, is what remains of it; 0: nothing.
    """

    at: Seconds
    reversal: Message
    stays: int = 0


class SaleReversed(Struct, frozen=True, tag="reversed"):
    """The reversal is acknowledged: nothing more is charged than what was to stay."""

    at: Seconds
    answer: Message


class ReversalRefused(Struct, frozen=True, tag="refused"):
    """The reversal was refused for good: a person must look."""

    at: Seconds
    answer: Message


class ApprovalHeard(Struct, frozen=True, tag="heard"):
    """An approval came that does not stand: of a sale that is not held as approved, of more than
    is, or of less than this till takes. Undo it.

    *sale* names it, as :func:`key_of` does.
    """

    at: Seconds
    sale: str
    answer: Message


class SaleAbandoned(Struct, frozen=True, tag="abandoned"):
    """A person ended the reversal of the sale *sale*: nobody knows whether the card is charged."""

    at: Seconds
    sale: str
    because: str


class KeyTaken(Struct, frozen=True, kw_only=True, tag="key"):
    """The PIN pad has a new key: *key* is under its TMK, and stands in for *instead_of*."""

    at: Seconds
    key: str
    kcv: str  # its check value
    instead_of: str  # the key in the configuration
    kind: KeyKind = "pin"
    before: str = ""  # the key that was in use until then
    sent_at: Seconds = 0.0  # when it was offered or asked for: what was offered earlier is late


class KeyProven(Struct, frozen=True, tag="proven"):
    """The switch was seen to use the new key for MACs: soon nothing under the old one is right."""

    at: Seconds


class BatchSettling(Struct, frozen=True, tag="settling"):
    """The batch is being settled: *request* is owed until the switch has said how that came out."""

    at: Seconds
    request: Message


class ItemsNumbered(Struct, frozen=True, tag="numbered"):
    """The items of the batch are about to be sent, under trace numbers up to *stan*."""

    at: Seconds
    stan: int


class BatchSettled(Struct, frozen=True, tag="settled"):
    """The switch has closed the batch, as far as it is in one currency."""

    at: Seconds
    settlement: Settlement


class SettlingRefused(Struct, frozen=True, tag="unsettled"):
    """The switch does not settle it: the batch stays open."""

    at: Seconds
    answer: Message


class KsnUsed(Struct, frozen=True, tag="ksn"):
    """A PIN pad of DUKPT is about to use the key of *ksn*, and never will again."""

    at: Seconds
    ksn: str


class BatchClosed(Struct, frozen=True, tag="closed"):
    """The batch was closed and the next one opened."""

    at: Seconds


TerminalEntry = (
    SaleBegun
    | SoldOffline
    | AdviceKept
    | SaleAnswered
    | Unanswered
    | SaleRepeated
    | SaleReversing
    | SaleReversed
    | ReversalRefused
    | ApprovalHeard
    | SaleAbandoned
    | KeyTaken
    | KeyProven
    | BatchSettling
    | ItemsNumbered
    | BatchSettled
    | SettlingRefused
    | KsnUsed
    | BatchClosed
)
