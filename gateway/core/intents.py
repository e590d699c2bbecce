"""An intent: made of its entries and of nothing else, as are its payments, captures and refunds."""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from cardswitch.specs.transactions.captures import OF_UNKNOWN, Part, holds_for_s
from cardswitch.wire.ports import Seconds

from .authentication import Challenge
from .cards import Card
from .entries import (
    Answered,
    Asked,
    Called,
    Canceled,
    Challenged,
    Created,
    Details,
    Disputed,
    Ended,
    IntentEntry,
    Lapsed,
    Outcome,
    Owed,
    Refused,
    Resolved,
    Sent,
    Spent,
    Terms,
    Unauthenticated,
    Undone,
    Updated,
)
from .exchanges import PAYMENTS, Exchange, Stand
from .problems import Problem, capture_refused, unauthenticated
from .states import Status, Step, step_to

EXPIRED: Final = "automatic"  # why an intent was canceled that nobody canceled
TRIES_MAX: Final = 10  # cards that browsers may try for one payment
_MOVING: Final = (Stand.SENT, Stand.UNKNOWN)
_GONE: Final = (Stand.DECLINED, Stand.UNDONE)


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
    terms: Terms = Terms()
    customer: str | None = None
    is_setup: bool = False
    session: str | None = None
    dispute: str | None = None  # the id of the last one
    exchanges: tuple[Exchange, ...] = ()
    problem: Problem | None = None  # of the last payment
    challenge: Challenge | None = None  # of the last card whose bank wanted one
    unpaid_tries: int = 0  # cards of which no money was asked, for lack of an authentication
    canceled_at: Seconds | None = None
    cancellation_reason: str | None = None

    @property
    def last_payment(self) -> Exchange | None:
        """The last one, however it ended."""
        for each in reversed(self.exchanges):
            if each.asked in PAYMENTS:
                return each
        return None

    @property
    def paid(self) -> Exchange | None:
        """The payment that was approved, if one was; what it held may be free again."""
        last = self.last_payment
        return last if last is not None and last.approved else None

    @property
    def exceptions(self) -> list[Exchange]:
        """Those that wait for a person."""
        return [each for each in self.exchanges if each.stand is Stand.EXCEPTION]

    @property
    def approved(self) -> int:
        """What was approved of the payment, with what it was increased by."""
        if self.paid is None:
            return 0
        return self.paid.approved + sum(each.approved for each in self._of("increment"))

    @property
    def received(self) -> int:
        """What was approved and is ours, refunds apart."""
        return sum([each.approved for each in self._of("sale", "completion")])

    @property
    def capturable(self) -> int:
        """What of the money that is set aside may still be captured."""
        if self.status is not Status.NEEDS_CAPTURE or self.paid is None:
            return 0
        taken = [each for each in self._of("completion") if each.stand not in _GONE]
        if any(each.is_final for each in taken):
            return 0
        return self.approved - sum(each.amount for each in taken)

    @property
    def pending_capture(self) -> Exchange | None:
        """The capture that the switch must still acknowledge, if there is one."""
        for each in self.exchanges:
            if each.asked == "completion" and each.stand is Stand.SENT:
                return each
        return None

    def next_part(self, *, is_final: bool) -> Part:
        """Which one the next capture is, of how many, as far as that is known."""
        number = sum(each.stand not in _GONE for each in self._of("completion")) + 1
        return Part(number, number if is_final else OF_UNKNOWN, is_final)

    @property
    def is_moving(self) -> bool:
        """Whether something about what is set aside is to be acknowledged first."""
        increased = (each.stand for each in self._of("increment"))
        return self.pending_capture is not None or any(each in _MOVING for each in increased)

    @property
    def refunded(self) -> int:
        """What is given back, or may be: a refund without outcome counts."""
        return sum(each.amount for each in self._of("refund") if each.stand not in _GONE)

    @property
    def is_open(self) -> bool:
        """Whether something has left, perhaps, that has no outcome yet."""
        return any(each.stand is Stand.SENT for each in self.exchanges)

    @property
    def is_held(self) -> bool:
        """Whether money is set aside that is to be captured, or free again in time."""
        return self.status is Status.NEEDS_CAPTURE

    @property
    def has_code_waiting(self) -> bool:
        """Whether the card's code is sent once its holder has been asked; it is sent once alone."""
        challenge = self.challenge if self.status is Status.NEEDS_ACTION else None
        return challenge is not None and not challenge.was_declined

    @property
    def held_until(self) -> Seconds:
        """When what is set aside is free again by itself."""
        assert self.paid is not None, "money is set aside"
        return self.paid.at + holds_for_s(self.paid.request)

    @property
    def ends_by_itself(self) -> Seconds | None:
        """When what it waits for is over, if that has its time."""
        if self.status is Status.NEEDS_ACTION:
            assert self.challenge is not None, "its shopper is asked"
            return self.challenge.until
        return self.held_until if self.is_held else None

    @property
    def tries(self) -> int:
        """How many times a card was tried."""
        return self.unpaid_tries + len(self._of(*PAYMENTS))

    def exchange(self, number: int) -> Exchange:
        """What has the *number*, which is there."""
        return self.exchanges[number - 1]

    def refusal_of(self, number: int) -> Problem | None:
        """Why the capture *number* is refused, if it is."""
        exchange = self.exchange(number)
        if exchange.stand is not Stand.DECLINED or exchange.answer is None or self.paid is None:
            return None
        return capture_refused(exchange.answer[39], self.paid.number)

    def with_entry(self, entry: IntentEntry) -> Intent:
        """The intent after *entry*; an AssertionError if that cannot follow."""
        match entry:
            case Sent():
                return self._sent(entry)
            case Answered(number=number):
                return self._answered(self._checked(entry, number), entry)
            case Owed(_, number, reversal, _):
                exchange = self._checked(entry, number)
                stand = exchange.owed(entry)
                owed = replace(exchange, stand=stand, reversal=reversal, owed_at=entry.at)
                return self._with(owed)
            case Lapsed(_, number):
                exchange = self._checked(entry, number)
                then = self._with(replace(exchange, stand=Stand.UNDONE))
                return then._stepped(Step.DECLINE, Status.NEEDS_METHOD, number)
            case Undone(_, number, _):
                return self._undone(self._checked(entry, number))
            case Refused(_, number, _) | Spent(_, number):
                exchange = self._checked(entry, number)
                return self._with(replace(exchange, stand=Stand.EXCEPTION, reversal=None))
            case Resolved(number=number):
                return self._resolved(self._checked(entry, number), entry.outcome)
            case Updated():
                return self._updated(entry)
            case Canceled(at, reason):
                step = Step.EXPIRE if reason == EXPIRED else Step.CANCEL
                status = step_to(self.status, step, Status.CANCELED)
                return replace(self, status=status, canceled_at=at, cancellation_reason=reason)
            case Challenged():
                status = step_to(self.status, Step.CHALLENGE, Status.NEEDS_ACTION)
                return replace(
                    self,
                    status=status,
                    card=entry.card,
                    challenge=entry.challenge,
                    problem=None,
                    unpaid_tries=self.unpaid_tries + 1,
                )
            case Unauthenticated():
                return self._unauthenticated(entry)
            case Disputed(dispute=dispute):
                return replace(self, dispute=dispute)
            case Called():
                return self
        raise AssertionError("an intent is created once")

    def _of(self, *asked: Asked) -> list[Exchange]:
        return [each for each in self.exchanges if each.asked in asked]

    def _checked(self, entry: Answered | Owed | Lapsed | Ended, number: int) -> Exchange:
        exchange = self.exchange(number)
        exchange.require(entry)
        return exchange

    def _unauthenticated(self, entry: Unauthenticated) -> Intent:
        was_asked = self.status is Status.NEEDS_ACTION
        return replace(
            self,
            status=step_to(self.status, Step.FAIL, Status.NEEDS_METHOD),
            card=None,
            problem=unauthenticated(entry.authentication.reason, is_setup=self.is_setup),
            unpaid_tries=self.unpaid_tries + (not was_asked),
        )

    def _updated(self, entry: Updated) -> Intent:
        then = Status.NEEDS_CONFIRMATION if entry.card else Status.NEEDS_METHOD
        changes = {name: getattr(entry, name) for name in entry.__struct_fields__ if name != "at"}
        return replace(self, status=step_to(self.status, Step.UPDATE, then), **changes)

    def _sent(self, entry: Sent) -> Intent:
        assert entry.number == len(self.exchanges) + 1, "numbers follow each other"
        exchange = Exchange(**{name: getattr(entry, name) for name in entry.__struct_fields__})
        exchanges = (*self.exchanges, exchange)
        if entry.asked not in PAYMENTS:
            return replace(self, exchanges=exchanges)
        status = step_to(self.status, Step.CONFIRM, Status.PROCESSING)
        return replace(self, exchanges=exchanges, status=status, card=entry.card, problem=None)

    def _answered(self, exchange: Exchange, entry: Answered) -> Intent:
        is_approved = exchange.is_approval(entry.answer)
        stand = Stand.APPROVED if is_approved else Stand.DECLINED
        told = replace(exchange, stand=stand, answer=entry.answer, lacks=entry.lacks)
        then = self._with(told)
        if entry.lacks == "sought":
            return then._stepped(Step.WANT, Status.NEEDS_CONFIRMATION, exchange.number)
        match exchange.asked, is_approved:
            case "sale" | "verification", True:
                step, status = Step.APPROVE, Status.SUCCEEDED
            case "authorisation", True:
                step, status = Step.HOLD, Status.NEEDS_CAPTURE
            case "increment", True:
                more = replace(then, amount=self.amount + exchange.amount)
                return more._stepped(Step.INCREASE, Status.NEEDS_CAPTURE, exchange.number)
            case "completion", True if exchange.is_final:
                step, status = Step.CAPTURE, Status.SUCCEEDED
            case "completion", True:
                step, status = Step.CAPTURE_PART, Status.NEEDS_CAPTURE
            case "sale" | "authorisation" | "verification", False:
                step, status = Step.DECLINE, Status.NEEDS_METHOD
            case _:
                return then
        return then._stepped(step, status, exchange.number)

    def _stepped(self, step: Step, status: Status, number: int) -> Intent:
        """By *step*, about exchange *number*, to *status*: a card that did not pay is dropped.

        That whose holder is to be asked stays.
        """
        then = replace(self, status=step_to(self.status, step, status))
        if step is Step.WANT:
            return replace(then, problem=self.exchange(number).problem)
        if step not in (Step.DECLINE, Step.UNDO):
            return then
        return replace(then, card=None, problem=self.exchange(number).problem)

    def _undone(self, exchange: Exchange) -> Intent:
        was_unknown = exchange.stand is Stand.UNKNOWN
        stand = Stand.UNDONE if was_unknown else exchange.stand
        then = self._with(replace(exchange, stand=stand, reversal=None))
        if not was_unknown or not exchange.is_payment:
            return then
        return then._stepped(Step.UNDO, Status.NEEDS_METHOD, exchange.number)

    def _resolved(self, exchange: Exchange, outcome: Outcome) -> Intent:
        stand, was_unknown = exchange.resolved(outcome), exchange.answer is None
        then = self._with(replace(exchange, stand=stand, decided=outcome))
        if not was_unknown or not exchange.is_payment:
            return then
        if outcome == "paid":
            assert exchange.asked == "sale", "what is held needs the answer to be captured"
            return then._stepped(Step.APPROVE, Status.SUCCEEDED, exchange.number)
        return then._stepped(Step.UNDO, Status.NEEDS_METHOD, exchange.number)

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
        terms=entry.terms,
        customer=entry.customer,
        is_setup=entry.is_setup,
        session=entry.session,
    )
