"""Events as the API shows them: each with its object as it was then."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from cardswitch.wire.ports import Question

from ..core.exchanges import Exchange
from ..core.ids import INTENT, SETUP, id_of
from ..core.intents import Intent
from ..core.row import INTENT as INTENT_LEG
from ..core.row import SETUP as SETUP_LEG
from ..core.row import Legs, legs_of
from ..core.things import KINDS as THINGS
from ..core.things import Record
from ..core.things.payouts import DayClosed
from ..outbox.follow import Event
from ..store import GatewayReader
from .families.customers import customer_object
from .families.disputes import dispute_object
from .families.methods import method_object
from .families.money import balance_record, batch_record, payout_record
from .families.sessions import session_object
from .objects import Object, charge_object, intent_object, refund_object

API_VERSION: Final = "2026-10-28.endive"  # which shapes the objects have
# The leg of the journal that tells of a kind of object; a thing's is called as the thing is.
_LEGS: Final = {
    "payment_intent": INTENT_LEG,
    "charge": INTENT_LEG,
    "refund": INTENT_LEG,
    "setup_intent": SETUP_LEG,
    "balance": THINGS[DayClosed],
}
_THINGS: Final[Mapping[str, Callable[[Record], Object]]] = {
    "balance": balance_record,
    "checkout.session": session_object,
    "customer": customer_object,
    "dispute": dispute_object,
    "payment_method": method_object,
    "payout": payout_record,
    "x.batch": batch_record,
}


def event_object(event: Event, reader: GatewayReader, pending: int) -> Object:
    """An `event`; *pending* endpoints are still to be told of it. Reads the journal."""
    leg = _LEGS.get(event.kind, event.kind)
    found = legs_of(reader.rows(Question(identities=((leg, event.ref),))), event.through)
    return {
        "id": event.id,
        "object": "event",
        "api_version": API_VERSION,
        "created": int(event.at),
        "data": {"object": _shown(event, found), "previous_attributes": None},
        "livemode": False,
        "pending_webhooks": pending,
        "request": {"id": event.request or None, "idempotency_key": event.key or None},
        "type": event.type,
    }


def subject_of(event: Event) -> str:
    """The id of what *event* is about."""
    if event.kind in _THINGS:
        return event.ref
    return id_of(SETUP if event.kind == "setup_intent" else INTENT, event.ref)


def _shown(event: Event, found: Legs) -> Object:
    if event.kind in _THINGS:
        return _THINGS[event.kind](found.things[event.ref])
    intent = found.intents[event.ref]
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
