"""How each call is done: the story of a payment, a capture, a refund, a cancellation."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Final

from msgspec.structs import replace

from cardswitch.wire.machine.waits import NoAnswer

from .calls import (
    NOBODY,
    Call,
    Cancel,
    Capture,
    Create,
    Expire,
    Pay,
    Read,
    Refund,
    Reply,
    Resolve,
    Update,
)
from .desk import GatewayDesk
from .ends import ENDS_MAX
from .entries import Asked, Canceled, Card, Created, Resolved, Updated
from .exchanges import Stand
from .ids import PARTS_MAX
from .intents import EXPIRED, Intent
from .messages import Order
from .problems import Problem, away, busy, invalid, missing, other_request
from .row import INTENT, Legs, legs_of
from .states import Status, Step, may
from .work import NoPlace, Work

_JOURNAL_AWAY: Final = "The journal cannot be read: nothing was done"


async def serve(desk: GatewayDesk, call: Call, work: Work) -> None:
    """Do *call*, or say what it was answered when it came first."""
    try:
        legs = await desk.legs(*desk.names_of(call))
        if call.key in legs.keys:
            return await _replay(desk, call, legs)
    except NoAnswer:
        return desk.reply(Reply(ticket=call.ticket, problem=away(_JOURNAL_AWAY)))
    intent = desk.intents.get(call.ref) or legs.intents.get(call.ref)
    # What ends by itself is asked for by nobody.
    is_known = intent is not None and (call.ticket == NOBODY or intent.merchant == call.merchant)
    if isinstance(call.deed, Read) and is_known:
        return desk.reply(Reply(ticket=call.ticket, intent=intent))
    if intent is not None and is_known:
        work.take(intent)
    elif not isinstance(call.deed, Create):
        return work.answer(problem=missing("payment_intent", call.named, "intent"))
    try:
        await _FLOWS[type(call.deed)](work, call.deed)
    except NoPlace as error:
        problem = away(f"Nothing was sent: {error}")
        return work.answer(problem=replace(problem, is_retried=not work.has_written))


async def _replay(desk: GatewayDesk, call: Call, legs: Legs) -> None:
    """The first request with this key decides; a copy is told what it was told."""
    taken, answered = legs.keys[call.key]
    if taken.digest != call.digest:
        return desk.reply(Reply(ticket=call.ticket, problem=other_request()))
    rows = await desk.rows_of((INTENT, taken.intent))
    intent = legs_of(rows, answered.through if answered else None).intents[taken.intent]
    return desk.reply(
        Reply(
            ticket=call.ticket,
            intent=intent,
            number=answered.number if answered else len(intent.exchanges),
            problem=answered.problem if answered else None,
            is_replayed=True,
        )
    )


async def _create(work: Work, deed: Create) -> None:
    pay = deed.pay
    if pay is not None:
        await work.place()
    try:
        entry = Created(
            at=work.desk.now,
            merchant=work.call.merchant,
            secret=deed.secret,
            amount=deed.amount,
            currency=deed.currency,
            card=deed.card,
            details=deed.details,
            terms=deed.terms,
        )
        work.begin(entry)
        if pay is None:
            return work.answer()
        return await _paid(work, pay)
    finally:
        if pay is not None:
            work.desk.leave_place()


async def _update(work: Work, deed: Update) -> None:
    intent = work.known
    if not may(intent.status, Step.UPDATE):
        return work.answer(problem=_unexpected(intent, "update"))
    then = replace(intent, **deed.changes, details=replace(intent.details, **deed.details))
    entry = Updated(
        at=work.desk.now,
        amount=then.amount,
        currency=then.currency,
        card=then.card,
        details=then.details,
        terms=then.terms,
    )
    work.record(entry)
    return work.answer()


async def _pay(work: Work, deed: Pay) -> None:
    intent = work.known
    if not may(intent.status, Step.CONFIRM):
        return work.answer(problem=_unexpected(intent, "confirm"))
    if deed.card is None and intent.card is None:
        text = "There is no payment method: give one with this call, or to the intent before"
        return work.answer(problem=invalid(text, "payment_method", "parameter_missing"))
    if len(intent.exchanges) >= PARTS_MAX:
        return work.answer(problem=_too_many())
    await work.place()
    try:
        return await _paid(work, deed)
    finally:
        work.desk.leave_place()


async def _paid(work: Work, deed: Pay) -> None:
    intent = work.known
    card = deed.card or intent.card
    assert card is not None
    asked: Asked = "authorisation" if intent.terms.capture == "manual" else "sale"
    if asked == "authorisation" and len(work.desk.ends) >= ENDS_MAX:
        raise NoPlace(f"{ENDS_MAX} payments wait for their capture")
    number = await work.ask(_order(work, asked, intent.amount, card, deed.cvc), card)
    work.answer(number, work.known.problem)


async def _capture(work: Work, deed: Capture) -> None:
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
    return work.answer(number, work.known.refusal_of(number))


async def _cancel(work: Work, deed: Cancel) -> None:
    intent = work.known
    if not may(intent.status, Step.CANCEL):
        return work.answer(problem=_unexpected(intent, "cancel"))
    if intent.pending_capture is not None:
        return work.answer(problem=_being_captured())
    _release(work, deed.reason)
    return work.answer()


async def _expire(work: Work, _: Expire) -> None:
    intent = work.known
    if intent.is_held and intent.pending_capture is None and work.desk.now >= intent.held_until:
        _release(work, EXPIRED)
    return work.answer()


def _release(work: Work, reason: str | None) -> None:
    """No more is wanted of the intent; what it holds is free again, which is durably owed."""
    payment, stays = work.known.paid, work.known.received
    work.record(Canceled(work.desk.now, reason))
    if payment is not None:
        work.undo(payment.number, "expired" if reason == EXPIRED else "canceled", stays)


async def _refund(work: Work, deed: Refund) -> None:
    intent = work.known
    problem = _not_refundable(intent, deed)
    if problem is not None:
        return work.answer(problem=problem)
    assert intent.paid is not None, "something was received"
    card = intent.paid.card
    amount = deed.amount or intent.received - intent.refunded
    await work.place()
    try:
        order = _order(work, "refund", amount, card)
        return work.answer(await work.ask(order, card, deed.reason, deed.metadata))
    finally:
        work.desk.leave_place()


def _order(work: Work, asked: Asked, amount: int, card: Card, cvc: str = "") -> Order:
    return Order(
        asked=asked,
        merchant=work.call.merchant,
        amount=amount,
        currency=work.known.currency,
        pan=work.desk.open_card(card.sealed),
        expiry=card.expiry,
        cvc=cvc,
        takes_part=work.known.terms.takes_part and asked != "refund",
    )


def _not_capturable(intent: Intent, deed: Capture) -> Problem | None:
    if not may(intent.status, Step.CAPTURE):
        return _unexpected(intent, "capture")
    if intent.pending_capture is not None:
        return _being_captured()
    if (deed.amount or 0) > intent.capturable:
        text = f"Only {intent.capturable} can be captured"
        return invalid(text, "amount_to_capture", "amount_too_large")
    return _too_many() if len(intent.exchanges) >= PARTS_MAX else None


def _not_refundable(intent: Intent, deed: Refund) -> Problem | None:
    left = intent.received - intent.refunded
    if not intent.received or intent.status is not Status.SUCCEEDED:
        return invalid("There is no successful payment to refund", "payment_intent")
    if not left:
        return invalid("All of it is refunded already", None, "charge_already_refunded")
    if (deed.amount or 0) > left:
        return invalid(f"Only {left} can be refunded", "amount", "amount_too_large")
    return _too_many() if len(intent.exchanges) >= PARTS_MAX else None


def _being_captured() -> Problem:
    return busy("A capture of it is not yet acknowledged", "lock_timeout")


async def _resolve(work: Work, deed: Resolve) -> None:
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
    return work.answer(number)


def _too_many() -> Problem:
    text = f"An intent has at most {PARTS_MAX} payments, captures and refunds: make a new one"
    return invalid(text)


def _unexpected(intent: Intent, what: str) -> Problem:
    text = f"An intent that is {intent.status} takes no {what}"
    return invalid(text, None, "payment_intent_unexpected_state")


_Flow = Callable[[Work, Any], Coroutine[Any, Any, None]]
_FLOWS: Final[dict[type, _Flow]] = {
    Create: _create,
    Update: _update,
    Pay: _pay,
    Capture: _capture,
    Cancel: _cancel,
    Expire: _expire,
    Refund: _refund,
    Resolve: _resolve,
}
