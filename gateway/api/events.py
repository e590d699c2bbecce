"""Events as the API shows them: each with its object as it was then."""

from __future__ import annotations

from typing import Final

from cardswitch.wire.ports import Question

from ..core.exchanges import Exchange
from ..core.ids import INTENT, id_of
from ..core.intents import Intent
from ..core.row import INTENT as INTENT_LEG
from ..core.row import legs_of
from ..outbox.follow import Event
from ..store import GatewayReader
from .objects import Object, charge_object, intent_object, refund_object

API_VERSION: Final = "2026-10-28.endive"  # which shapes the objects have


def event_object(event: Event, reader: GatewayReader, pending: int) -> Object:
    """An `event`; *pending* endpoints are still to be told of it. Reads the journal."""
    rows = reader.rows(Question(identities=((INTENT_LEG, event.ref),)))
    intent = legs_of(rows, event.through).intents[event.ref]
    return {
        "id": event.id,
        "object": "event",
        "api_version": API_VERSION,
        "created": int(event.at),
        "data": {"object": _shown(event, intent), "previous_attributes": None},
        "livemode": False,
        "pending_webhooks": pending,
        "request": {"id": event.request or None, "idempotency_key": event.key or None},
        "type": event.type,
    }


def subject_of(event: Event) -> str:
    """The id of the intent that *event* is about."""
    return id_of(INTENT, event.ref)


def _shown(event: Event, intent: Intent) -> Object:
    if event.kind == "refund":
        return refund_object(intent, intent.exchange(event.part))
    if event.kind == "charge":
        return charge_object(intent, _payment(intent, event.part))
    return intent_object(intent)


def _payment(intent: Intent, number: int) -> Exchange:
    """That one, or where it is a capture or a refund, the one that was paid."""
    exchange = intent.exchange(number)
    if exchange.is_payment:
        return exchange
    assert intent.paid is not None, "what was not paid is not captured or refunded"
    return intent.paid
