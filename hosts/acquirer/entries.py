"""What the acquirer writes into its journal; a card is known by its fingerprint alone.

Whose entry it is, and when it was written, the columns of its row say. Amounts are minor units.
*state* is where the leg stands from then on.
"""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from cardswitch.specs.codes import APPROVALS
from cardswitch.specs.transactions.accepted import Terms
from cardswitch.specs.transactions.followed import Followed
from cardswitch.specs.transactions.tombstones import Tombstone
from cardswitch.wire.machine.keys.working import KeyStep

from .states import State


class PurchaseForwarded(Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A purchase is about to go into the network: from now on the issuer may hold money."""

    state: ClassVar = State.FORWARDED
    asked: Terms
    merchant: str
    trace: str  # field 11 as sent
    original: str  # field 90 of a reversal
    names: str = ""  # of what names an original: the field 90 that it carries
    of: int = 0  # of an increment or a refund: the leg that it is about
    date: str = ""  # that it is settled on


class PurchaseRefused(Struct, frozen=True, tag=True, gc=False):
    """A purchase was declined by the acquirer itself and never left it."""

    state: ClassVar = State.REFUSED
    asked: Terms
    code: str


class PurchaseAnswered(Struct, frozen=True, tag=True, gc=False):
    """The network's answer to a purchase that was forwarded; *amount* is 0 if it was declined."""

    code: str
    amount: int = 0
    approval_code: str = ""
    said: dict[int, str] = {}  # more fields of the answer

    @property
    def state(self) -> State:
        """What the code means."""
        return State.APPROVED if self.code in APPROVALS else State.DECLINED


class ReversalForwarded(Struct, frozen=True, tag=True, gc=False):
    """A reversal of a purchase is about to be sent; every later send of it has the same numbers."""

    state: ClassVar = State.REVERSING
    by: str  # the identity of the reversal that came in
    trace: str  # field 11
    sent: str  # field 7
    stays: int = 0  # what of the purchase stays booked


class PurchaseUndone(Struct, frozen=True, tag=True, gc=False):
    """A purchase is undone, or will never be done: its reversal may have come before itself."""

    state: ClassVar = State.UNDONE


class PurchaseReduced(Struct, frozen=True, tag=True, gc=False):
    """A purchase is undone in part."""

    state: ClassVar = State.REDUCED
    amount: int  # what stays booked


class AuthorisationCompleted(Struct, frozen=True, tag=True, gc=False):
    """What an authorisation held is captured, or free again, but for what is *left*.

    Its completion is a leg of its own.
    """

    left: int = 0
    capture: int = 1  # its number

    @property
    def state(self) -> State:
        """Whether more of it may be captured."""
        return State.PART_COMPLETED if self.left else State.COMPLETED


class AuthorisationAdjusted(Struct, frozen=True, tag=True, gc=False):
    """An increment of an authorisation was approved, or undone: it holds *held* now."""

    state: ClassVar = State.ADJUSTED
    held: int


class SaleFollowed(Struct, frozen=True, tag=True, gc=False):
    """A refund of what was captured, or a tip on it, was approved, or undone: *followed*, by now.

    Each is a leg of its own.
    """

    state: ClassVar = State.FOLLOWED
    followed: Followed


class ReversalAnswered(Struct, frozen=True, tag=True, gc=False):
    """What a reversal that came in is told, and every repeat of it; one row is its whole leg."""

    state: ClassVar = State.ANSWERED
    said: str  # what of it a repeat must say too
    code: str
    original: int = 0  # the leg of the purchase that it named
    binds: Tombstone | None = None  # what it forbids for a while, if it named something unknown


AcquirerEntry = (
    PurchaseForwarded
    | PurchaseRefused
    | PurchaseAnswered
    | ReversalForwarded
    | PurchaseUndone
    | PurchaseReduced
    | AuthorisationCompleted
    | AuthorisationAdjusted
    | SaleFollowed
    | ReversalAnswered
)
JournalEntry = AcquirerEntry | KeyStep  # a step of a key change belongs to no leg
