"""The terminal's journal: its entries, and the Book that is rebuilt from them after a crash.

Which entry may follow which stands in :data:`FOLLOWS`; every change of a sale's state lives here.
No entry holds a card number in clear, a track, CVV or PIN block: a reversal finds its original by
field 90 alone, and a repeat needs the card once more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import reduce
from itertools import accumulate
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from cardswitch.specs.errors import Error
from cardswitch.specs.message import Message
from cardswitch.wire.ports import Seconds

from .batch import Batch

SWIPE: Final = "02"  # The first two digits of field 22: how the card was read.


class SaleBegun(Struct, frozen=True, tag="begun"):
    """A sale is about to leave: until it has a result, it owes a reversal."""

    at: Seconds
    request: Message  # as sent, less what may not be stored
    card: str  # masked
    alias: str = ""  # what the lab calls the card, or ""


class SaleAnswered(Struct, frozen=True, tag="answered"):
    """The sale has its result: approved or declined."""

    at: Seconds
    answer: Message


class SaleRepeated(Struct, frozen=True, tag="repeated"):
    """The sale was sent once more; *answer* is ``None`` if there was none. Its result stands."""

    at: Seconds
    answer: Message | None


class SaleReversing(Struct, frozen=True, tag="reversing"):
    """The sale has no answer: *reversal* is owed to the switch until it is acknowledged."""

    at: Seconds
    reversal: Message


class SaleReversed(Struct, frozen=True, tag="reversed"):
    """The reversal is acknowledged: nothing was charged, nothing is owed."""

    at: Seconds
    answer: Message


class ReversalRefused(Struct, frozen=True, tag="refused"):
    """The reversal was refused for good: a person must look."""

    at: Seconds
    answer: Message


class BatchClosed(Struct, frozen=True, tag="closed"):
    """The batch was closed and the next one opened."""

    at: Seconds


TerminalEntry = (
    SaleBegun
    | SaleAnswered
    | SaleRepeated
    | SaleReversing
    | SaleReversed
    | ReversalRefused
    | BatchClosed
)


class SaleState(StrEnum):
    """How a sale stands."""

    BEGUN = "begun"  # sent perhaps, not answered yet
    APPROVED = "approved"
    DECLINED = "declined"
    PENDING = "pending"  # a reversal is owed
    REVERSED = "reversed"
    EXCEPTION = "exception"  # the reversal was refused: a person must look
    UNANSWERED = "unanswered"  # of a repeat alone: the sale stands as it stood


_AT_REST: Final = frozenset(
    {None, SaleState.APPROVED, SaleState.DECLINED, SaleState.REVERSED, SaleState.EXCEPTION}
)
# The entries, and how the last sale must stand for each.
FOLLOWS: Final[dict[type[TerminalEntry], frozenset[SaleState | None]]] = {
    SaleBegun: _AT_REST,
    SaleAnswered: frozenset({SaleState.BEGUN}),
    SaleRepeated: frozenset({SaleState.APPROVED, SaleState.DECLINED}),
    SaleReversing: frozenset({SaleState.BEGUN}),
    SaleReversed: frozenset({SaleState.PENDING}),
    ReversalRefused: frozenset({SaleState.PENDING}),
    BatchClosed: _AT_REST,
}


class Outcome(Struct, frozen=True, kw_only=True):
    """How one sale stands: what a receipt says and a test looks at. All of it may be shown."""

    kind: SaleState
    at: Seconds  # of the last change
    stan: str
    amount: int  # minor units: what was approved, or else asked
    asked: int
    currency: str  # numeric
    terminal: str
    merchant: str
    card: str  # masked
    is_swipe: bool
    batch: int
    time: str  # hhmmss and ...
    date: str  # ... MMDD at the terminal
    code: str = ""  # field 39 of the last answer
    approval_code: str = ""
    rrn: str = ""
    is_repeat: bool = False


class Book(Struct, frozen=True, kw_only=True):
    """All that the terminal knows; made of its entries and of nothing else."""

    stan: int = 0  # the last number used
    batch: Batch = Batch()
    begun: SaleBegun | None = None  # the last sale ...
    outcome: Outcome | None = None  # ... and how it stands
    last_outcome: Outcome | None = None  # what the last entry has to tell, if anything
    owed: Message | None = None  # the reversal that must still be acknowledged
    exceptions: tuple[Outcome, ...] = ()  # of this batch: for a person to look at

    @property
    def kind(self) -> SaleState | None:
        """How the last sale stands; ``None`` before the first."""
        return self.outcome.kind if self.outcome else None

    def with_entry(self, entry: TerminalEntry) -> Book:
        """The book after *entry*; raises Error if it cannot follow what is there."""
        if self.kind not in FOLLOWS[type(entry)]:
            raise Error(
                f"the terminal's journal is damaged: {type(entry).__name__.lower()} cannot follow"
                f" a sale that is {self.kind or 'not there'}"
            )
        match entry:
            case SaleBegun(at, request, card):
                begun = _begun(at, request, card, self.batch.number)
                return replace(
                    self, stan=int(request[11]), begun=entry, outcome=begun, last_outcome=None
                )
            case SaleAnswered(at, answer):
                return self._moved(_kind_of(answer), at, answer)
            case SaleRepeated(at, answer):
                return replace(self, last_outcome=self._repeated(at, answer))
            case SaleReversing(at, reversal):
                book = self._moved(SaleState.PENDING, at)
                return replace(book, owed=reversal, stan=int(reversal[11]))
            case SaleReversed(at, answer):
                return replace(self._moved(SaleState.REVERSED, at, answer), owed=None)
            case ReversalRefused(at, answer):
                book = self._moved(SaleState.EXCEPTION, at, answer)
                assert book.outcome is not None
                return replace(book, owed=None, exceptions=(*self.exceptions, book.outcome))
            case BatchClosed():
                return replace(self, batch=self.batch.next(), last_outcome=None, exceptions=())

    def _moved(self, kind: SaleState, at: Seconds, answer: Message | None = None) -> Book:
        """The book with the last sale now in the state *kind*; a final one is counted."""
        assert self.outcome is not None
        outcome = _stands(self.outcome, kind, at, answer)
        batch = self.batch
        if kind in _AT_REST:
            batch = batch.plus(kind, outcome.currency, outcome.amount)
        return replace(self, outcome=outcome, last_outcome=outcome, batch=batch)

    def _repeated(self, at: Seconds, answer: Message | None) -> Outcome:
        assert self.outcome is not None
        kind = _kind_of(answer) if answer else SaleState.UNANSWERED
        return replace(_stands(self.outcome, kind, at, answer), is_repeat=True)


def rebuild(entries: Iterable[TerminalEntry]) -> Book:
    """The book that *entries* make. Raises Error if one cannot follow those before it."""
    return reduce(Book.with_entry, entries, Book())


def outcomes(entries: Iterable[TerminalEntry]) -> Iterator[Outcome]:
    """What there was to tell, in order: every change of a sale, and every repeat's answer."""
    for book in accumulate(entries, Book.with_entry, initial=Book()):
        if book.last_outcome is not None:
            yield book.last_outcome


def _begun(at: Seconds, request: Message, card: str, batch: int) -> Outcome:
    asked = int(request[4])
    return Outcome(
        kind=SaleState.BEGUN,
        at=at,
        stan=request[11],
        amount=asked,
        asked=asked,
        currency=request[49],
        terminal=request[41].rstrip(" "),
        merchant=request[42].rstrip(" "),
        card=card,
        is_swipe=request[22].startswith(SWIPE),
        batch=batch,
        time=request[12],
        date=request[13],
    )


def _stands(outcome: Outcome, kind: SaleState, at: Seconds, answer: Message | None) -> Outcome:
    if answer is None:
        return replace(outcome, kind=kind, at=at)
    approved = kind is SaleState.APPROVED
    return replace(
        outcome,
        kind=kind,
        at=at,
        code=answer[39],
        amount=int(answer.get(4) or outcome.asked) if approved else outcome.asked,
        approval_code=answer.get(38) if approved else "",
        rrn=answer.get(37, outcome.rrn),
    )


def _kind_of(answer: Message) -> SaleState:
    return SaleState.APPROVED if answer.approved else SaleState.DECLINED
