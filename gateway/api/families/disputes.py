"""Disputes: read, answered with evidence, given in. Test helpers open and decide them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct

from cardswitch.wire.ports import Seconds

from ...core.calls import Alter, Things, Use
from ...core.calls import Dispute as Deny
from ...core.ids import CHARGE, DISPUTE, INTENT, id_of
from ...core.problems import Problem
from ...core.row import legs_of
from ...core.things import Record, Thing
from ...core.things.disputes import Decision, Dispute, answered, decided, given_in
from .. import params
from ..endpoints import Answer, Asked, part_of_intent, positive, read_thing, thing_of
from ..faults import bad
from ..ids import new_id
from ..objects import Object
from ..paging import page_of, thing_of_kind

DISPUTES: Final = "dispute"
EVIDENCE_MAX: Final = 20_000  # characters of a text
_TEXTS: Final = (
    "access_activity_log", "billing_address", "cancellation_policy_disclosure",
    "cancellation_rebuttal", "customer_email_address", "customer_name", "customer_purchase_ip",
    "duplicate_charge_explanation", "product_description", "refund_policy_disclosure",
    "refund_refusal_explanation", "service_date", "shipping_address", "shipping_carrier",
    "shipping_date", "shipping_tracking_number", "uncategorized_text",
)  # fmt: skip


class OpenParams(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the cardholder says."""

    amount: params.Whole | None = None
    reason: Literal[
        "fraudulent", "duplicate", "product_not_received", "unrecognized", "general"
    ] = "fraudulent"


class UpdateParams(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Evidence; with *submit*, it is handed in."""

    evidence: dict[str, str | None] = {}
    metadata: dict[str, str | None] = {}
    submit: bool = True


class DecideParams(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """For whom whoever looked at the evidence decides: `won` is for the merchant."""

    status: Decision


async def open_dispute(asked: Asked) -> Answer:
    """POST /v1/test_helpers/charges/{id}/dispute: the cardholder denies the charge."""
    given = params.read(OpenParams, asked.value)
    intent, payment = await part_of_intent(asked, CHARGE, "charge", asked.id)
    id_ = new_id(DISPUTE)
    deed = Deny(id=id_, number=payment.number, amount=positive(given.amount), reason=given.reason)
    reply = await asked.call(intent.ref, asked.id, deed)
    dispute = reply.intent.dispute if reply.intent is not None else None
    assert dispute is not None, "it was opened"
    reader = asked.services.reader
    rows = await asyncio.to_thread(reader.named, DISPUTES, dispute)
    opened = legs_of(rows[:1]).things[dispute]  # whatever has become of it since
    return dispute_object(opened), reply


async def retrieve_dispute(asked: Asked) -> Answer:
    """GET /v1/disputes/{id}."""
    params.read(params.ReadParams, asked.value)
    return dispute_object(await read_thing(asked, DISPUTES, asked.id)), None


async def update_dispute(asked: Asked) -> Answer:
    """POST /v1/disputes/{id}."""
    given = params.read(UpdateParams, asked.value, unsets=True)
    for name, text in given.evidence.items():
        if name not in _TEXTS:
            place = f"evidence[{name[:40]}]"
            raise bad(f"Received unknown parameter: {place}", place, "parameter_unknown")
        if len(text or "") > EVIDENCE_MAX:
            raise bad(f"At most {EVIDENCE_MAX} characters", f"evidence[{name}]")

    def change(things: Things, now: Seconds) -> Mapping[str, Thing] | Problem:
        dispute = _dispute(things[asked.id])
        told = {**dispute.evidence, **given.evidence}
        evidence = {name: text for name, text in told.items() if text is not None}
        metadata = params.merged(dispute.metadata, given.metadata)
        then = answered(dispute, evidence, metadata, is_submitted=given.submit)
        return then if isinstance(then, Problem) else {asked.id: then}

    return await _changed(asked, Alter(change))


async def close_dispute(asked: Asked) -> Answer:
    """POST /v1/disputes/{id}/close."""
    params.read(params.NoParams, asked.value)

    def change(things: Things, now: Seconds) -> Mapping[str, Thing] | Problem:
        then = given_in(_dispute(things[asked.id]))
        return then if isinstance(then, Problem) else {asked.id: then}

    return await _changed(asked, Alter(change))


async def decide_dispute(asked: Asked) -> Answer:
    """POST /v1/test_helpers/disputes/{id}/decide: for the merchant, or for the cardholder."""
    given = params.read(DecideParams, asked.value)

    def change(things: Things, now: Seconds) -> Mapping[str, Thing] | Problem:
        then = decided(_dispute(things[asked.id]), given.status)
        return then if isinstance(then, Problem) else {asked.id: then}

    return await _changed(asked, Alter(change))


async def list_disputes(asked: Asked) -> Answer:
    """GET /v1/disputes."""
    given = params.read(params.ListParams, asked.value)
    page = await page_of(asked, given, (DISPUTES,), thing_of_kind(DISPUTES))
    return page.shown("/v1/disputes", [dispute_object(each) for each in page.things()]), None


def dispute_object(record: Record) -> Object:
    """A `dispute`."""
    dispute = _dispute(record)
    return {
        "id": record.id,
        "object": "dispute",
        "created": int(record.at),
        "livemode": False,
        "amount": dispute.amount,
        "balance_transactions": [],
        "charge": id_of(CHARGE, dispute.ref, dispute.number),
        "currency": dispute.currency,
        "evidence": {name: dispute.evidence.get(name) for name in _TEXTS},
        "evidence_details": {
            "due_by": int(dispute.due_by),
            "has_evidence": bool(dispute.evidence),
            "past_due": False,
            "submission_count": dispute.submissions,
        },
        "is_charge_refundable": False,
        "metadata": dict(dispute.metadata),
        "network_reason_code": dispute.network_reason_code,
        "payment_intent": id_of(INTENT, dispute.ref),
        "reason": dispute.reason,
        "status": str(dispute.status),
    }


async def _changed(asked: Asked, deed: Alter) -> Answer:
    uses = (Use(kind=DISPUTES, id=asked.id),)
    reply = await asked.call(asked.id, asked.id, deed, DISPUTES, uses)
    return dispute_object(thing_of(reply)), reply


def _dispute(record: Record) -> Dispute:
    assert isinstance(record.thing, Dispute)
    return record.thing
