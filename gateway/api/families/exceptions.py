"""What waits for a person: payments and refunds whose reversal was refused, or spent."""

from __future__ import annotations

import asyncio
from typing import Annotated, Final

from msgspec import Meta, Struct

from cardswitch.specs.errors import Error

from ...core.calls import Resolve
from ...core.entries import Outcome
from ...core.exchanges import Exchange
from ...core.ids import CHARGE, INTENT, REFUND, id_of, parts_of
from ...core.intents import Intent
from ...core.problems import missing
from .. import params
from ..endpoints import Answer, Asked, intent_of, read_intent
from ..faults import Fault
from ..given.sources import session_use
from ..objects import Object, list_object

URL: Final = "/v1/x/exceptions"
BECAUSE_MAX: Final = 500


class ResolveParams(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What became of it, and how that is known."""

    outcome: Outcome
    because: Annotated[str, Meta(min_length=1, max_length=BECAUSE_MAX)]


async def list_exceptions(asked: Asked) -> Answer:
    """GET /v1/x/exceptions: the newest 500 that wait; the others come when some are resolved."""
    params.read(params.NoParams, asked.value)
    found, more = await asyncio.to_thread(asked.services.reader.exceptions, asked.key.merchant)
    return list_object(URL, [exception_object(*each) for each in found], more), None


async def resolve_exception(asked: Asked) -> Answer:
    """POST /v1/x/exceptions/{id}/resolve: nothing is sent for it any more."""
    given = params.read(ResolveParams, asked.value)
    ref, number = exception_named(asked.id)
    uses = session_use((await read_intent(asked, ref, asked.id)).session)
    who = f"key {asked.key.id}"
    deed = Resolve(number=number, outcome=given.outcome, because=given.because, who=who)
    reply = await asked.call(ref, asked.id, deed, uses=uses)
    intent = intent_of(reply)
    return exception_object(intent, intent.exchange(number)), reply


async def tell_trace(asked: Asked) -> Answer:
    """GET /v1/x/trace/{id}: the whole story of an intent, charge or refund."""
    params.read(params.NoParams, asked.value)
    try:
        steps = await asyncio.to_thread(asked.services.story, asked.id, asked.key.merchant)
    except Error:
        raise Fault(missing("payment", asked.id[:80], "id")) from None
    return {"id": asked.id, "object": "x.trace", "livemode": False, "steps": steps}, None


def exception_named(id_: str) -> tuple[str, int]:
    """The ref of the intent, and the number within it, that *id_* means. Raises Fault."""
    for prefix in (CHARGE, REFUND):
        if (parts := parts_of(prefix, id_)) is not None:
            return parts
    raise Fault(missing("exception", id_[:80], "id"))


def exception_object(intent: Intent, exchange: Exchange) -> Object:
    """An `x.exception`."""
    return {
        "id": id_of(REFUND if exchange.asked == "refund" else CHARGE, intent.ref, exchange.number),
        "object": "x.exception",
        "created": int(exchange.owed_at),
        "livemode": False,
        "amount": exchange.amount,
        "currency": intent.currency,
        "payment_intent": id_of(INTENT, intent.ref),
        "status": str(exchange.stand),
        "outcome": exchange.decided,
        "x_stan": exchange.request.get(11),
        "x_reference": exchange.answer.get(37) or None if exchange.answer is not None else None,
    }
