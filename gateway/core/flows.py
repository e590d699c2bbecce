"""How each call is done: the story of a payment, a refund, a cancellation."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Final

from cardswitch.wire.machine.waits import NoAnswer

from .calls import Call, Cancel, Create, Pay, Read, Refund, Reply
from .desk import GatewayDesk
from .entries import Asked, Canceled, Card, Created
from .ids import PARTS_MAX
from .intents import Intent
from .messages import Order
from .problems import Problem, away, invalid, missing
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
    work.intent = legs.intents.get(call.ref)
    known = work.intent is not None and work.intent.merchant == call.merchant
    if not known and not isinstance(call.deed, Create):
        work.intent = None
        return work.answer(problem=missing("payment_intent", call.named, "intent"))
    try:
        await _FLOWS[type(call.deed)](work, call.deed)
    except NoPlace as error:
        return work.answer(problem=away(f"Nothing was sent: {error}"))


async def _replay(desk: GatewayDesk, call: Call, legs: Legs) -> None:
    """The first request with this key decides; a copy is told what it was told."""
    taken, answered = legs.keys[call.key]
    if taken.digest != call.digest:
        text = "This idempotency key came with another request before"
        problem = Problem(status=400, type="idempotency_error", message=text)
        return desk.reply(Reply(ticket=call.ticket, problem=problem))
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
        )
        work.begin(entry)
        if pay is None:
            return work.answer()
        return await _paid(work, pay)
    finally:
        if pay is not None:
            work.desk.leave_place()


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
    number = await work.ask(_order(work, "sale", intent.amount, card, deed.cvc), card)
    work.answer(number, work.known.problem)


async def _cancel(work: Work, deed: Cancel) -> None:
    if not may(work.known.status, Step.CANCEL):
        return work.answer(problem=_unexpected(work.known, "cancel"))
    work.record(Canceled(work.desk.now, deed.reason))
    return work.answer()


async def _refund(work: Work, deed: Refund) -> None:
    intent = work.known
    problem = _not_refundable(intent, deed)
    if problem is not None:
        return work.answer(problem=problem)
    card = next(each.card for each in intent.exchanges if each.asked == "sale")
    amount = deed.amount or intent.received - intent.refunded
    await work.place()
    try:
        order = _order(work, "refund", amount, card)
        return work.answer(await work.ask(order, card, deed.reason, deed.metadata))
    finally:
        work.desk.leave_place()


async def _read(work: Work, _: Read) -> None:
    work.answer()


def _order(work: Work, asked: Asked, amount: int, card: Card, cvc: str = "") -> Order:
    return Order(
        asked=asked,
        merchant=work.call.merchant,
        amount=amount,
        currency=work.known.currency,
        pan=work.desk.open_card(card.sealed),
        expiry=card.expiry,
        cvc=cvc,
    )


def _not_refundable(intent: Intent, deed: Refund) -> Problem | None:
    left = intent.received - intent.refunded
    if not intent.received or intent.status is not Status.SUCCEEDED:
        return invalid("There is no successful payment to refund", "payment_intent")
    if not left:
        return invalid("All of it is refunded already", None, "charge_already_refunded")
    if (deed.amount or 0) > left:
        return invalid(f"Only {left} can be refunded", "amount", "amount_too_large")
    return _too_many() if len(intent.exchanges) >= PARTS_MAX else None


def _too_many() -> Problem:
    return invalid(f"An intent has at most {PARTS_MAX} payments and refunds: make a new one")


def _unexpected(intent: Intent, what: str) -> Problem:
    text = f"An intent that is {intent.status} takes no {what}"
    return invalid(text, None, "payment_intent_unexpected_state")


_Flow = Callable[[Work, Any], Coroutine[Any, Any, None]]
_FLOWS: Final[dict[type, _Flow]] = {
    Create: _create,
    Pay: _pay,
    Cancel: _cancel,
    Refund: _refund,
    Read: _read,
}
