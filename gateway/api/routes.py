"""The table of routes: a line for each call of the API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from msgspec import Struct

from .endpoints import Answer, Asked
from .families import charges, exceptions, intents, webhooks

Endpoint = Callable[[Asked], Awaitable[Answer]]


class Line(Struct, frozen=True):
    """A row of the table of routes; *is_public*: browsers may ask."""

    method: str
    path: str
    endpoint: Endpoint
    is_public: bool = False


ROUTES: Final = (
    Line("POST", "/v1/payment_intents", intents.create_intent),
    Line("GET", "/v1/payment_intents", intents.list_intents),
    Line("GET", "/v1/payment_intents/{id}", intents.retrieve_intent, is_public=True),
    Line("POST", "/v1/payment_intents/{id}", intents.update_intent),
    Line("POST", "/v1/payment_intents/{id}/confirm", intents.confirm_intent, is_public=True),
    Line("POST", "/v1/payment_intents/{id}/capture", intents.capture_intent),
    Line("POST", "/v1/payment_intents/{id}/cancel", intents.cancel_intent),
    Line("GET", "/v1/charges/{id}", charges.retrieve_charge),
    Line("POST", "/v1/refunds", charges.create_refund),
    Line("GET", "/v1/refunds", charges.list_refunds),
    Line("GET", "/v1/refunds/{id}", charges.retrieve_refund),
    Line("POST", "/v1/webhook_endpoints", webhooks.create_endpoint),
    Line("GET", "/v1/webhook_endpoints", webhooks.list_endpoints),
    Line("GET", "/v1/webhook_endpoints/{id}", webhooks.retrieve_endpoint),
    Line("POST", "/v1/webhook_endpoints/{id}", webhooks.update_endpoint),
    Line("DELETE", "/v1/webhook_endpoints/{id}", webhooks.delete_endpoint),
    Line("POST", "/v1/x/webhook_endpoints/{id}/roll", webhooks.roll_endpoint),
    Line("GET", "/v1/events", webhooks.list_events),
    Line("GET", "/v1/events/{id}", webhooks.retrieve_event),
    Line("POST", "/v1/x/events/{id}/resend", webhooks.resend_event),
    Line("GET", "/v1/x/exceptions", exceptions.list_exceptions),
    Line("POST", "/v1/x/exceptions/{id}/resolve", exceptions.resolve_exception),
)
