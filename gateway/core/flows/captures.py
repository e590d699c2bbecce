"""What becomes of money that was approved: captured, free again, or given back."""

from __future__ import annotations

from cardswitch.specs.amounts import AMOUNT_DIGITS_MAX

from ..calls import Cancel, Capture, Expire, Increase, Refund, Resolve
from ..entries import Canceled, Resolved
from ..exchanges import Stand
from ..ids import PARTS_MAX
from ..intents import EXPIRED, Intent
from ..problems import Problem, away, busy, invalid
from ..states import Status, Step, may
from .authenticating import abandon
from .disputes import deny_if_told
from .payments import complete, order_of, too_many, unexpected
from .work import Work


async def capture(work: Work, deed: Capture) -> None:
    """Take what is set aside, or a part of it."""
    intent = work.known
    problem = _not_capturable(intent, deed)
    if problem is not None:
        return work.answer(problem=problem)
    payment = intent.paid
    assert payment is not None, "money is set aside"
    amount = deed.amount or intent.capturable
    await work.place()
    try:
        number = await work.capture(payment, amount, is_final=deed.is_final)
    finally:
        work.desk.leave_place()
    deny_if_told(work, payment.card)
    return work.answer(number, work.known.refusal_of(number))


async def increase(work: Work, deed: Increase) -> None:
    """Have more be set aside: what is declined changes nothing."""
    intent = work.known
    problem = _not_increasable(intent, deed)
    if problem is not None:
        return work.answer(problem=problem)
    assert intent.paid is not None, "money is set aside"
    await work.place()
    try:
        number = await work.increase(intent.paid, deed.amount - intent.amount)
    finally:
        work.desk.leave_place()
    exchange = work.known.exchange(number)
    if exchange.stand is Stand.UNKNOWN:
        text = "It is not known whether more was set aside: it is undone"
        return work.answer(number, problem=away(text, is_retried=False))
    return work.answer(number, exchange.problem)


def _not_increasable(intent: Intent, deed: Increase) -> Problem | None:
    if not may(intent.status, Step.INCREASE):
        return unexpected(intent, "increment_authorization")
    if intent.is_moving:
        return _being_captured()
    if intent.approved != intent.amount or intent.received:
        return invalid("Only what was approved as a whole, and not captured, can be increased")
    if deed.amount <= intent.amount:
        return invalid(f"More than the {intent.amount} that are set aside", "amount")
    if deed.amount >= 10**AMOUNT_DIGITS_MAX:  # No message could capture it.
        return invalid(f"At most {AMOUNT_DIGITS_MAX} digits", "amount", "amount_too_large")
    return too_many() if len(intent.exchanges) >= PARTS_MAX else None


async def cancel(work: Work, deed: Cancel) -> None:
    """Let there be no payment; what is set aside is free again."""
    intent = work.known
    if not may(intent.status, Step.CANCEL):
        return work.answer(problem=unexpected(intent, "cancel"))
    if intent.is_moving:
        return work.answer(problem=_being_captured())
    _release(work, deed.reason)
    return work.answer()


async def expire(work: Work, deed: Expire) -> None:
    """What was not captured in time is free again; who is still at his bank has left."""
    intent = work.known
    if deed.is_early and not intent.is_held:
        return work.answer(problem=unexpected(intent, "expiry"))
    if intent.status is Status.NEEDS_ACTION and work.desk.now >= (intent.ends_by_itself or 0):
        abandon(work)
    is_over = deed.is_early or (intent.is_held and work.desk.now >= intent.held_until)
    if intent.is_held and not intent.is_moving and is_over:
        _release(work, EXPIRED)
    return work.answer()


def _release(work: Work, reason: str | None) -> None:
    """No more is wanted of the intent; what it holds is free again, which is durably owed."""
    payment = work.known.paid
    work.record(Canceled(work.desk.now, reason))
    if payment is not None:  # What was captured of it stays, without being named.
        work.undo(payment.number, "expired" if reason == EXPIRED else "canceled")


async def refund(work: Work, deed: Refund) -> None:
    """Give back what was received, or a part of it."""
    intent = work.known
    problem = _not_refundable(intent, deed)
    if problem is not None:
        return work.answer(problem=problem)
    assert intent.paid is not None, "something was received"
    card = intent.paid.card
    amount = deed.amount or intent.received - intent.refunded
    await work.place()
    try:
        order = order_of(work, "refund", amount, card)
        return work.answer(await work.ask(order, card, deed.reason, deed.metadata))
    finally:
        work.desk.leave_place()


async def resolve(work: Work, deed: Resolve) -> None:
    """A person says what became of an exchange whose reversal nobody acknowledged."""
    intent, number = work.known, deed.number
    exchange = intent.exchange(number) if 1 <= number <= len(intent.exchanges) else None
    if exchange is None or exchange.stand is not Stand.EXCEPTION:
        text = "It is no exception that waits for a person"
        return work.answer(problem=invalid(text, "id", "not_an_exception"))
    may_be_paid = exchange.answer is None and exchange.asked != "authorisation"
    if deed.outcome == "paid" and not may_be_paid:
        text = "Only a payment or refund without an answer can turn out to be paid: say reversed"
        return work.answer(problem=invalid(text, "outcome"))
    entry = Resolved(
        at=work.desk.now,
        number=number,
        outcome=deed.outcome,
        because=deed.because,
        who=deed.who,
    )
    work.record(entry)
    if exchange.is_payment and deed.outcome == "paid":
        complete(work)
        deny_if_told(work, exchange.card)
    return work.answer(number)


def _not_capturable(intent: Intent, deed: Capture) -> Problem | None:
    if _is_another(intent, deed):
        return invalid("This charge was not approved: there is nothing to capture")
    if not may(intent.status, Step.CAPTURE):
        return unexpected(intent, "capture")
    if intent.is_moving:
        return _being_captured()
    if (deed.amount or 0) > intent.capturable:
        text = f"Only {intent.capturable} can be captured"
        return invalid(text, "amount_to_capture", "amount_too_large")
    return too_many() if len(intent.exchanges) >= PARTS_MAX else None


def _is_another(intent: Intent, deed: Capture | Refund) -> bool:
    """Whether *deed* means a payment that was not approved, where another one was, perhaps."""
    paid = None if intent.paid is None else intent.paid.number
    return deed.payment not in (None, paid)


def _not_refundable(intent: Intent, deed: Refund) -> Problem | None:
    if _is_another(intent, deed):
        return invalid("This charge was not approved: there is nothing to give back", "charge")
    left = intent.received - intent.refunded
    if not intent.received or intent.status is not Status.SUCCEEDED:
        return invalid("There is no successful payment to refund", "payment_intent")
    if not left:
        return invalid("All of it is refunded already", None, "charge_already_refunded")
    if (deed.amount or 0) > left:
        return invalid(f"Only {left} can be refunded", "amount", "amount_too_large")
    return too_many() if len(intent.exchanges) >= PARTS_MAX else None


def _being_captured() -> Problem:
    return busy("A capture or an increment of it is not yet acknowledged", "lock_timeout")
