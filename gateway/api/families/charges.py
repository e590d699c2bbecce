"""Charges, each a try to get the money of an intent, and what is given back of them."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from ...core.calls import Capture, Refund
from ...core.ids import CHARGE, INTENT, REFUND, id_of
from ...core.intents import Intent
from ...core.row import CHARGE as CHARGES
from ...core.row import INTENT as INTENTS
from ...core.row import REFUND as REFUNDS
from .. import params
from ..endpoints import (
    Answer,
    Asked,
    intent_of,
    part_of_intent,
    positive,
    read_intent,
    ref_of,
)
from ..faults import bad
from ..objects import Object, charge_object, list_object, refund_object
from ..paging import cut, is_between, page_of, part_of
from .transactions import with_transactions


class ChargesParams(params.ListParams, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A page of charges: of an intent, of a customer, or of all."""

    payment_intent: str | None = None
    customer: str | None = None


class RefundsParams(params.ListParams, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A page of refunds: of an intent, of a charge, or of all."""

    payment_intent: str | None = None
    charge: str | None = None


class CaptureParams(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Take what is set aside, or a part of it."""

    amount: params.Whole | None = None


async def retrieve_charge(asked: Asked) -> Answer:
    """GET /v1/charges/{id}."""
    params.read(params.ReadParams, asked.value)
    return await read_charge(asked, asked.id), None


async def read_charge(asked: Asked, id_: str) -> Object:
    """The charge *id_*. Raises Fault."""
    found = charge_object(*await part_of_intent(asked, CHARGE, "charge", id_))
    [shown] = await with_transactions(asked, [found])
    return shown


async def list_charges(asked: Asked) -> Answer:
    """GET /v1/charges."""
    given = params.read(ChargesParams, asked.value)
    if given.payment_intent is None:
        locate = part_of(INTENTS, CHARGE)
        page = await page_of(asked, given, (CHARGES,), locate, given.customer)
        charges = [charge_object(*each) for each in page.exchanges()]
        return page.shown("/v1/charges", await with_transactions(asked, charges)), None
    named = given.payment_intent
    intent = await read_intent(asked, ref_of(named), named, "payment_intent")
    payments = [
        each
        for each in reversed(intent.exchanges)
        if each.is_payment
        and is_between(given.created, each.at)
        and given.customer in (None, intent.customer)
    ]
    ids = [id_of(CHARGE, intent.ref, each.number) for each in payments]
    found, has_more = cut(payments, ids, given)
    data = [charge_object(intent, each) for each in found]
    return list_object("/v1/charges", await with_transactions(asked, data), has_more), None


async def capture_charge(asked: Asked) -> Answer:
    """POST /v1/charges/{id}/capture."""
    given = params.read(CaptureParams, asked.value)
    intent, payment = await part_of_intent(asked, CHARGE, "charge", asked.id)
    deed = Capture(amount=positive(given.amount), payment=payment.number)
    reply = await asked.call(intent.ref, asked.id, deed)
    found = charge_object(intent_of(reply), intent_of(reply).exchange(payment.number))
    [shown] = await with_transactions(asked, [found])
    return shown, reply


async def create_refund(asked: Asked) -> Answer:
    """POST /v1/refunds."""
    given = params.read(params.RefundParams, asked.value)
    if (given.payment_intent is None) == (given.charge is None):
        raise bad("Name a payment_intent or a charge", "payment_intent", "parameter_missing")
    deed = Refund(amount=positive(given.amount), reason=given.reason, metadata=given.metadata)
    if given.charge is not None:
        found, payment = await part_of_intent(asked, CHARGE, "charge", given.charge, "charge")
        deed = replace(deed, payment=payment.number)
        reply = await asked.call(found.ref, given.charge, deed, param="charge")
    else:
        named = given.payment_intent or ""
        reply = await asked.call(ref_of(named), named, deed, param="payment_intent")
    intent = intent_of(reply)
    [shown] = await with_transactions(asked, [refund_object(intent, intent.exchange(reply.number))])
    return shown, reply


async def retrieve_refund(asked: Asked) -> Answer:
    """GET /v1/refunds/{id}."""
    params.read(params.ReadParams, asked.value)
    found = refund_object(*await part_of_intent(asked, REFUND, "refund", asked.id))
    [shown] = await with_transactions(asked, [found])
    return shown, None


async def list_refunds(asked: Asked) -> Answer:
    """GET /v1/refunds."""
    given = params.read(RefundsParams, asked.value)
    if given.payment_intent is None and given.charge is None:
        page = await page_of(asked, given, (REFUNDS,), part_of(INTENTS, REFUND))
        data = [refund_object(*each) for each in page.exchanges()]
        return page.shown("/v1/refunds", await with_transactions(asked, data)), None
    intent, is_meant = await _refunded(asked, given)
    refunds = [
        each
        for each in reversed(intent.exchanges)
        if is_meant and each.asked == "refund" and is_between(given.created, each.at)
    ]
    ids = [id_of(REFUND, intent.ref, each.number) for each in refunds]
    found, has_more = cut(refunds, ids, given)
    data = [refund_object(intent, each) for each in found]
    return list_object("/v1/refunds", await with_transactions(asked, data), has_more), None


async def _refunded(asked: Asked, given: RefundsParams) -> tuple[Intent, bool]:
    """The intent whose refunds are asked for, and whether they are of the charge that is named."""
    if given.charge is None:
        named = given.payment_intent or ""
        return await read_intent(asked, ref_of(named), named, "payment_intent"), True
    intent, payment = await part_of_intent(asked, CHARGE, "charge", given.charge, "charge")
    is_paid = intent.paid is not None and intent.paid.number == payment.number
    return intent, is_paid and given.payment_intent in (None, id_of(INTENT, intent.ref))
