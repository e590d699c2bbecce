"""Charges, each a try to get the money of an intent, and what is given back of them."""

from __future__ import annotations

from ...core.calls import Refund
from ...core.ids import CHARGE, INTENT, REFUND, id_of
from ...core.problems import missing
from .. import params
from ..endpoints import (
    Answer,
    Asked,
    intent_of,
    limit_of,
    part_of_intent,
    positive,
    read_intent,
    ref_of,
)
from ..faults import Fault, bad
from ..objects import (
    CHARGE_PATHS,
    REFUND_PATHS,
    charge_object,
    expanded,
    list_object,
    refund_object,
)


async def retrieve_charge(asked: Asked) -> Answer:
    """GET /v1/charges/{id}."""
    given = params.read(params.ReadParams, asked.value)
    expand = expanded(given.expand, CHARGE_PATHS)
    intent, payment = await part_of_intent(asked, CHARGE, "charge", asked.id)
    return charge_object(intent, payment, expand), None


async def create_refund(asked: Asked) -> Answer:
    """POST /v1/refunds."""
    given = params.read(params.RefundParams, asked.value)
    expand = expanded(given.expand, REFUND_PATHS)
    if (given.payment_intent is None) == (given.charge is None):
        raise bad("Name a payment_intent or a charge", "payment_intent", "parameter_missing")
    named = given.payment_intent or given.charge or ""
    deed = Refund(amount=positive(given.amount), reason=given.reason, metadata=given.metadata)
    reply = await asked.call(ref_of(named, INTENT if given.payment_intent else CHARGE), named, deed)
    intent = intent_of(reply)
    return refund_object(intent, intent.exchange(reply.number), expand), reply


async def retrieve_refund(asked: Asked) -> Answer:
    """GET /v1/refunds/{id}."""
    given = params.read(params.ReadParams, asked.value)
    expand = expanded(given.expand, REFUND_PATHS)
    intent, refund = await part_of_intent(asked, REFUND, "refund", asked.id)
    return refund_object(intent, refund, expand), None


async def list_refunds(asked: Asked) -> Answer:
    """GET /v1/refunds: those of one payment_intent or charge, newest first."""
    given = params.read(params.ListParams, asked.value)
    expand = expanded(given.expand, REFUND_PATHS, "data.")
    named = given.payment_intent or given.charge
    if named is None:
        raise bad("Name a payment_intent or a charge", "payment_intent", "parameter_missing")
    intent = await read_intent(
        asked, ref_of(named, INTENT if given.payment_intent else CHARGE), named
    )
    refunds = [each for each in reversed(intent.exchanges) if each.asked == "refund"]
    ids = [id_of(REFUND, intent.ref, each.number) for each in refunds]
    if given.starting_after is not None:
        if given.starting_after not in ids:
            raise Fault(missing("refund", given.starting_after, "starting_after"))
        refunds = refunds[ids.index(given.starting_after) + 1 :]
    limit = limit_of(given)
    data = [refund_object(intent, each, expand) for each in refunds[:limit]]
    return list_object("/v1/refunds", data, len(refunds) > limit), None
