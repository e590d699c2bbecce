"""An intent: made of its entries and of nothing else, as are its payments and refunds."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from cardswitch.specs.codes import PARTLY_APPROVED
from cardswitch.specs.message import Message
from cardswitch.wire.ports import Seconds

from .entries import (
    Answered,
    Asked,
    Canceled,
    Card,
    Created,
    Details,
    IntentEntry,
    Metadata,
    Owed,
    Refused,
    Sent,
    Undone,
)
from .problems import Problem, approved_in_part, declined, undone
from .states import Status, Step, step_to


class Stand(StrEnum):
    """How a payment or a refund stands."""

    SENT = "sent"  # perhaps; no answer yet
    APPROVED = "approved"
    DECLINED = "declined"
    UNKNOWN = "unknown"  # no answer in time: its reversal is pending
    UNDONE = "undone"  # it was unknown, and is reversed
    EXCEPTION = "exception"  # its reversal was refused: a person must look


# The entries about a payment or refund, and how it must stand for each. A partial approval is
# declined, and its reversal owed.
_FOLLOWS: Final[dict[type, frozenset[Stand]]] = {
    Answered: frozenset({Stand.SENT}),
    Owed: frozenset({Stand.SENT, Stand.DECLINED}),
    Undone: frozenset({Stand.UNKNOWN, Stand.DECLINED}),
    Refused: frozenset({Stand.UNKNOWN, Stand.DECLINED}),
}


class Exchange(Struct, frozen=True, kw_only=True):
    """One payment or refund: what was asked for, and what came of it."""

    number: int
    asked: Asked
    amount: int
    at: Seconds
    request: Message  # less what may not be stored
    card: Card
    stand: Stand = Stand.SENT
    answer: Message | None = None
    reversal: Message | None = None  # pending
    reason: str | None = None
    metadata: Metadata = {}


class Intent(Struct, frozen=True, kw_only=True):
    """How an order stands. *ref* is what the ids of the intent and of all its parts share."""

    ref: str
    leg: int
    at: Seconds
    merchant: str
    secret: str
    amount: int
    currency: str
    status: Status
    card: Card | None
    details: Details
    exchanges: tuple[Exchange, ...] = ()
    problem: Problem | None = None  # of the last payment
    canceled_at: Seconds | None = None
    cancellation_reason: str | None = None

    @property
    def last_payment(self) -> Exchange | None:
        """The last one, however it ended."""
        return next((each for each in reversed(self.exchanges) if each.asked == "sale"), None)

    @property
    def received(self) -> int:
        """What was approved, refunds apart."""
        return sum(each.amount for each in self._of("sale") if each.stand is Stand.APPROVED)

    @property
    def refunded(self) -> int:
        """What is given back, or may be: a refund without outcome counts."""
        gone = (Stand.DECLINED, Stand.UNDONE)
        return sum(each.amount for each in self._of("refund") if each.stand not in gone)

    @property
    def is_open(self) -> bool:
        """Whether something has left, perhaps, that has no outcome yet."""
        return any(each.stand is Stand.SENT for each in self.exchanges)

    def exchange(self, number: int) -> Exchange:
        """The payment or refund *number*, which is there."""
        return self.exchanges[number - 1]

    def with_entry(self, entry: IntentEntry) -> Intent:
        """The intent after *entry*; an AssertionError if that cannot follow."""
        match entry:
            case Sent():
                return self._sent(entry)
            case Answered(at, number, answer):
                return self._answered(self._checked(entry, number), answer)
            case Owed(at, number, reversal, _):
                exchange = self._checked(entry, number)
                stand = Stand.UNKNOWN if exchange.stand is Stand.SENT else exchange.stand
                return self._with(replace(exchange, stand=stand, reversal=reversal))
            case Undone(_, number, _):
                return self._undone(self._checked(entry, number))
            case Refused(_, number, _):
                exchange = self._checked(entry, number)
                return self._with(replace(exchange, stand=Stand.EXCEPTION, reversal=None))
            case Canceled(at, reason):
                status = step_to(self.status, Step.CANCEL, Status.CANCELED)
                return replace(self, status=status, canceled_at=at, cancellation_reason=reason)
        raise AssertionError("an intent is created once")

    def _of(self, asked: Asked) -> Iterable[Exchange]:
        return (each for each in self.exchanges if each.asked == asked)

    def _checked(self, entry: IntentEntry, number: int) -> Exchange:
        exchange = self.exchange(number)
        assert exchange.stand in _FOLLOWS[type(entry)], f"{exchange.stand}, then {entry!r}"
        return exchange

    def _sent(self, entry: Sent) -> Intent:
        assert entry.number == len(self.exchanges) + 1, "numbers follow each other"
        exchange = Exchange(**{name: getattr(entry, name) for name in entry.__struct_fields__})
        then = replace(self, exchanges=(*self.exchanges, exchange))
        if entry.asked == "refund":
            return then
        status = step_to(self.status, Step.CONFIRM, Status.PROCESSING)
        return replace(then, status=status, card=entry.card, problem=None)

    def _answered(self, exchange: Exchange, answer: Message) -> Intent:
        is_whole = answer.approved and answer[39] != PARTLY_APPROVED
        stand = Stand.APPROVED if is_whole else Stand.DECLINED
        then = self._with(replace(exchange, stand=stand, answer=answer))
        if exchange.asked == "refund":
            return then
        if is_whole:
            return replace(then, status=step_to(self.status, Step.APPROVE, Status.SUCCEEDED))
        number = exchange.number
        partly = answer[39] == PARTLY_APPROVED
        problem = approved_in_part(number) if partly else declined(answer[39], number)
        status = step_to(self.status, Step.DECLINE, Status.NEEDS_METHOD)
        return replace(then, status=status, card=None, problem=problem)

    def _undone(self, exchange: Exchange) -> Intent:
        was_unknown = exchange.stand is Stand.UNKNOWN
        stand = Stand.UNDONE if was_unknown else exchange.stand
        then = self._with(replace(exchange, stand=stand, reversal=None))
        if exchange.asked == "refund" or not was_unknown:
            return then
        status = step_to(self.status, Step.UNDO, Status.NEEDS_METHOD)
        return replace(then, status=status, card=None, problem=undone(exchange.number))

    def _with(self, exchange: Exchange) -> Intent:
        at = exchange.number - 1
        before, after = self.exchanges[:at], self.exchanges[at + 1 :]
        return replace(self, exchanges=(*before, exchange, *after))


def created(ref: str, leg: int, entry: Created) -> Intent:
    """The intent that begins with *entry*."""
    then = Status.NEEDS_CONFIRMATION if entry.card else Status.NEEDS_METHOD
    return Intent(
        ref=ref,
        leg=leg,
        at=entry.at,
        merchant=entry.merchant,
        secret=entry.secret,
        amount=entry.amount,
        currency=entry.currency,
        status=step_to(None, Step.CREATE, then),
        card=entry.card,
        details=entry.details,
    )
