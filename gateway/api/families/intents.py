"""Payment intents: an order, from its creation to the money."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType

from ...core.calls import Cancel, Capture, Create, Pay, Update
from ...core.entries import Details, Terms
from ...core.ids import INTENT, parts_of
from .. import params
from ..endpoints import (
    Answer,
    Asked,
    card_given,
    intent_of,
    limit_of,
    money_of,
    positive,
    read_intent,
    ref_of,
    seen_intent,
)
from ..faults import bad
from ..ids import SECRET_LENGTH, new_ref, random_text
from ..objects import INTENT_PATHS, expanded, intent_object, list_object


class CardOptions(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How the card is to be asked."""

    request_partial_authorization: Literal["if_available", "never"] = "never"
    request_multicapture: Literal["if_available", "never"] = "if_available"
    capture_method: Literal["manual"] | None = None


class Options(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """By the type of payment method."""

    card: CardOptions = CardOptions()


class CreateParams(params.CreateParams, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A new intent."""

    capture_method: Literal["automatic", "automatic_async", "manual"] = "automatic"
    payment_method_options: Options = Options()


class UpdateParams(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is to be otherwise; an empty text unsets."""

    amount: params.Whole | UnsetType = UNSET
    currency: str | UnsetType = UNSET
    payment_method: str | UnsetType | None = UNSET
    payment_method_data: params.MethodParams | None = None
    capture_method: Literal["automatic", "automatic_async", "manual"] | UnsetType = UNSET
    payment_method_options: Options | None = None
    description: str | UnsetType | None = UNSET
    receipt_email: str | UnsetType | None = UNSET
    statement_descriptor: str | UnsetType | None = UNSET
    statement_descriptor_suffix: str | UnsetType | None = UNSET
    metadata: dict[str, str | None] | UnsetType | None = UNSET
    expand: tuple[str, ...] = ()


class CaptureParams(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Take what is set aside, or a part of it."""

    amount_to_capture: params.Whole | None = None
    final_capture: bool = True
    expand: tuple[str, ...] = ()


_DETAILS = ("description", "receipt_email", "statement_descriptor", "statement_descriptor_suffix")


async def create_intent(asked: Asked) -> Answer:
    """POST /v1/payment_intents."""
    given = params.read(CreateParams, asked.value)
    expand = expanded(given.expand, INTENT_PATHS)
    amount, money = money_of(asked, given.amount, given.currency)
    card, cvc = card_given(asked, given.payment_method, given.payment_method_data)
    if given.confirm and card is None:
        raise bad("Missing required param: payment_method", "payment_method", "parameter_missing")
    details = Details(
        description=given.description,
        metadata=given.metadata,
        receipt_email=given.receipt_email,
        statement_descriptor=given.statement_descriptor,
        statement_descriptor_suffix=given.statement_descriptor_suffix,
    )
    deed = Create(
        secret=random_text(SECRET_LENGTH),
        amount=amount,
        currency=money,
        card=card,
        details=details,
        terms=_terms(given.capture_method, given.payment_method_options),
        pay=Pay(cvc=cvc) if given.confirm else None,
    )
    reply = await asked.call(new_ref(), "", deed)
    return intent_object(intent_of(reply), expand), reply


async def retrieve_intent(asked: Asked) -> Answer:
    """GET /v1/payment_intents/{id}."""
    given = params.read(params.ReadParams, asked.value)
    expand = expanded(given.expand, INTENT_PATHS)
    intent = await seen_intent(asked, given.client_secret)
    return intent_object(intent, expand), None


async def confirm_intent(asked: Asked) -> Answer:
    """POST /v1/payment_intents/{id}/confirm."""
    given = params.read(params.ConfirmParams, asked.value)
    expand = expanded(given.expand, INTENT_PATHS)
    if asked.is_public:
        await seen_intent(asked, given.client_secret)
    card, cvc = card_given(asked, given.payment_method, given.payment_method_data)
    reply = await asked.call(ref_of(asked.id), asked.id, Pay(card=card, cvc=cvc))
    return intent_object(intent_of(reply), expand), reply


async def update_intent(asked: Asked) -> Answer:
    """POST /v1/payment_intents/{id}."""
    given = params.read(UpdateParams, asked.value, unsets=True)
    expand = expanded(given.expand, INTENT_PATHS)
    intent = await read_intent(asked, ref_of(asked.id), asked.id)
    changes: dict[str, Any] = {}
    if given.amount is not UNSET or given.currency is not UNSET:
        amount = params.Whole(intent.amount) if given.amount is UNSET else given.amount
        money = intent.currency if given.currency is UNSET else given.currency
        changes["amount"], changes["currency"] = money_of(asked, amount, money)
    if given.payment_method is None:
        changes["card"] = None
    else:
        name = None if given.payment_method is UNSET else given.payment_method
        card, _ = card_given(asked, name, given.payment_method_data)
        changes |= {"card": card} if card is not None else {}
    if given.capture_method is not UNSET or given.payment_method_options is not None:
        method = given.capture_method
        changes["terms"] = _terms(
            intent.terms.capture if method is UNSET else method, given.payment_method_options
        )
    details = {name: said for name in _DETAILS if (said := getattr(given, name)) is not UNSET}
    if given.metadata is not UNSET:
        details["metadata"] = params.merged(intent.details.metadata, given.metadata)
    deed = Update(changes=changes, details=details)
    reply = await asked.call(intent.ref, asked.id, deed)
    return intent_object(intent_of(reply), expand), reply


async def capture_intent(asked: Asked) -> Answer:
    """POST /v1/payment_intents/{id}/capture."""
    given = params.read(CaptureParams, asked.value)
    expand = expanded(given.expand, INTENT_PATHS)
    amount = positive(given.amount_to_capture, "amount_to_capture")
    deed = Capture(amount=amount, is_final=given.final_capture)
    reply = await asked.call(ref_of(asked.id), asked.id, deed)
    return intent_object(intent_of(reply), expand), reply


async def cancel_intent(asked: Asked) -> Answer:
    """POST /v1/payment_intents/{id}/cancel."""
    given = params.read(params.CancelParams, asked.value)
    expand = expanded(given.expand, INTENT_PATHS)
    reply = await asked.call(ref_of(asked.id), asked.id, Cancel(reason=given.cancellation_reason))
    return intent_object(intent_of(reply), expand), reply


async def list_intents(asked: Asked) -> Answer:
    """GET /v1/payment_intents."""
    given = params.read(params.ListParams, asked.value)
    expand = expanded(given.expand, INTENT_PATHS, "data.")
    limit = limit_of(given)
    before = 0
    if given.starting_after is not None:
        named = parts_of(INTENT, given.starting_after)
        found = await read_intent(asked, named[0] if named else "", given.starting_after)
        before = found.leg
    intents = asked.services.reader.intents
    page = await asyncio.to_thread(intents, asked.key.merchant, limit + 1, before=before)
    data = [intent_object(intent, expand) for intent in page[:limit]]
    return list_object("/v1/payment_intents", data, len(page) > limit), None


def _terms(method: Any, options: Options | None) -> Terms:
    card = options.card if options is not None else CardOptions()
    return Terms(
        capture=card.capture_method or method,
        takes_part=card.request_partial_authorization == "if_available",
    )
