"""Payment intents: an order, from its creation to the money."""

from __future__ import annotations

from typing import Any, Final, Literal

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from cardswitch.specs.transactions.absent import Channel

from ...core.authentication import Wish
from ...core.calls import Cancel, Capture, Create, Increase, Pay, Reply, Update
from ...core.entries import CaptureMethod, Details, FutureUsage, Terms
from ...core.ids import INTENT
from ...core.intents import Intent
from ...core.row import INTENT as INTENTS
from .. import params
from ..endpoints import (
    Answer,
    Asked,
    intent_of,
    money_of,
    positive,
    read_intent,
    ref_of,
    seen_intent,
)
from ..faults import bad
from ..given.holders import keep_code, wanted_for
from ..given.sources import customer_use, given_source, keeping, session_use
from ..given.urls import given_url
from ..ids import SECRET_LENGTH, new_ref, random_text
from ..objects import intent_object
from ..paging import page_of, part_of
from .authentications import AuthenticationParams


class CardOptions(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How the card is to be asked."""

    request_partial_authorization: Literal["if_available", "never"] = "never"
    request_multicapture: Literal["if_available", "never"] = "if_available"
    capture_method: Literal["manual"] | None = None
    moto: bool = False  # by mail or telephone
    three_d_secure: AuthenticationParams | None = None  # with a confirmation alone
    request_three_d_secure: Wish = "automatic"


class Options(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """By the type of payment method."""

    card: CardOptions = CardOptions()


class CreateParams(params.CreateParams, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A new intent."""

    capture_method: Literal["automatic", "automatic_async", "manual"] = "automatic"
    payment_method_options: Options = Options()
    customer: str | None = None
    setup_future_usage: FutureUsage | None = None


class ConfirmParams(params.ConfirmParams, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Ask for the money."""

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
    customer: str | UnsetType | None = UNSET
    setup_future_usage: FutureUsage | UnsetType | None = UNSET


class CaptureParams(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Take what is set aside, or a part of it."""

    amount_to_capture: params.Whole | None = None
    final_capture: bool = True


class IncrementParams(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is to be set aside in all."""

    amount: params.Whole


class ListParams(params.ListParams, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A page of intents, of one customer or of all."""

    customer: str | None = None


_URL: Final = "/v1/payment_intents"
_AUTHENTICATION: Final = "payment_method_options[card][three_d_secure]"
_DETAILS: Final = (
    "description",
    "receipt_email",
    "statement_descriptor",
    "statement_descriptor_suffix",
)


async def create_intent(asked: Asked) -> Answer:
    """POST /v1/payment_intents."""
    given = params.read(CreateParams, asked.value)
    amount, money = money_of(asked, given.amount, given.currency)
    source = given_source(asked, given.payment_method, given.payment_method_data)
    if given.confirm and source.source is None:
        raise bad("Missing required param: payment_method", "payment_method", "parameter_missing")
    terms = _terms(given.capture_method, given.payment_method_options, given.setup_future_usage)
    deed = Create(
        secret=random_text(SECRET_LENGTH),
        amount=amount,
        currency=money,
        source=source.source,
        details=Details(
            metadata=given.metadata, **{name: getattr(given, name) for name in _DETAILS}
        ),
        terms=terms,
        customer=given.customer,
    )
    uses = keeping(source.uses, given.customer, terms, is_paid=given.confirm)
    if not given.confirm:
        _refuse_authentication(given.payment_method_options)
        _check_return(asked, given.return_url)
        return _answered(asked, await asked.call(new_ref(), "", deed, uses=uses), "")
    with source.code(asked) as cvc:
        deed = replace(deed, pay=_pay(asked, given, cvc))
        return _answered(asked, await asked.call(new_ref(), "", deed, uses=uses), cvc)


async def retrieve_intent(asked: Asked) -> Answer:
    """GET /v1/payment_intents/{id}."""
    given = params.read(params.ReadParams, asked.value)
    return intent_object(await seen_intent(asked, given.client_secret)), None


async def confirm_intent(asked: Asked) -> Answer:
    """POST /v1/payment_intents/{id}/confirm."""
    given = params.read(ConfirmParams, asked.value)
    intent = await seen_intent(asked, given.client_secret)
    source = given_source(asked, given.payment_method, given.payment_method_data)
    if source.source is None and intent.card is not None:
        source = given_source(asked, intent.card.id, None)
    uses = keeping(source.uses, intent.customer, intent.terms, is_paid=True)
    uses = (*uses, *session_use(intent.session))
    with source.code(asked) as cvc:
        pay = _pay(asked, given, cvc)
        deed = replace(pay, seen=intent, source=source.source, is_browsers=asked.is_public)
        reply = await asked.call(intent.ref, asked.id, deed, uses=uses)
        return _answered(asked, reply, cvc)


async def update_intent(asked: Asked) -> Answer:
    """POST /v1/payment_intents/{id}."""
    given = params.read(UpdateParams, asked.value, unsets=True)
    intent = await read_intent(asked, ref_of(asked.id), asked.id)
    name = given.payment_method or None
    source = given_source(asked, name, given.payment_method_data)
    changes = _changes(asked, given, intent)
    uses = (*source.uses, *customer_use(changes.get("customer")))
    details = _details(given, intent)
    deed = Update(seen=intent, source=source.source, changes=changes, details=details)
    reply = await asked.call(intent.ref, asked.id, deed, uses=uses)
    return intent_object(intent_of(reply)), reply


async def capture_intent(asked: Asked) -> Answer:
    """POST /v1/payment_intents/{id}/capture."""
    given = params.read(CaptureParams, asked.value)
    amount = positive(given.amount_to_capture, "amount_to_capture")
    deed = Capture(amount=amount, is_final=given.final_capture)
    reply = await asked.call(ref_of(asked.id), asked.id, deed)
    return intent_object(intent_of(reply)), reply


async def increment_intent(asked: Asked) -> Answer:
    """POST /v1/payment_intents/{id}/increment_authorization."""
    given = params.read(IncrementParams, asked.value)
    amount = positive(given.amount)
    assert amount is not None, "it is required"
    deed = Increase(amount=amount)
    reply = await asked.call(ref_of(asked.id), asked.id, deed)
    return intent_object(intent_of(reply)), reply


async def cancel_intent(asked: Asked) -> Answer:
    """POST /v1/payment_intents/{id}/cancel."""
    given = params.read(params.CancelParams, asked.value)
    reply = await asked.call(ref_of(asked.id), asked.id, Cancel(reason=given.cancellation_reason))
    return intent_object(intent_of(reply)), reply


async def list_intents(asked: Asked) -> Answer:
    """GET /v1/payment_intents."""
    given = params.read(ListParams, asked.value)
    page = await page_of(asked, given, (INTENTS,), part_of(INTENTS, INTENT), given.customer)
    return page.shown(_URL, [asked.services.shown.json(each) for each in page.intents()]), None


def _answered(asked: Asked, reply: Reply, cvc: str) -> Answer:
    """What a confirmed intent is shown as."""
    keep_code(asked.services, reply, cvc)
    return intent_object(intent_of(reply)), reply


def _changes(asked: Asked, given: UpdateParams, intent: Intent) -> dict[str, Any]:
    """What of *intent* is to be otherwise, its details apart."""
    changes: dict[str, Any] = {}
    if given.amount is not UNSET or given.currency is not UNSET:
        amount = params.Whole(intent.amount) if given.amount is UNSET else given.amount
        money = intent.currency if given.currency is UNSET else given.currency
        changes["amount"], changes["currency"] = money_of(asked, amount, money)
    if given.payment_method is None:
        changes["card"] = None
    if given.customer is not UNSET:
        changes["customer"] = given.customer
    terms, options = intent.terms, given.payment_method_options
    if options is not None:
        _refuse_authentication(options)
    if given.capture_method is not UNSET or options is not None:
        method = terms.capture if given.capture_method is UNSET else given.capture_method
        terms = _terms(method, options or Options(), terms.future_usage)
    if given.setup_future_usage is not UNSET:
        terms = replace(terms, future_usage=given.setup_future_usage)
    return changes if terms == intent.terms else {**changes, "terms": terms}


def _details(given: UpdateParams, intent: Intent) -> dict[str, Any]:
    details = {name: said for name in _DETAILS if (said := getattr(given, name)) is not UNSET}
    if given.metadata is not UNSET:
        details["metadata"] = params.merged(intent.details.metadata, given.metadata)
    return details


def _pay(asked: Asked, given: CreateParams | ConfirmParams, cvc: str) -> Pay:
    """What is asked for, its card apart. Raises Fault."""
    options = given.payment_method_options
    channel = _channel(options, off_session=given.off_session)
    elsewhere = options.card.three_d_secure
    wanted = wanted_for(asked, given.return_url, options.card.request_three_d_secure)
    if elsewhere is None:
        return Pay(cvc=cvc, channel=channel, wanted=wanted)
    if channel == "mail":
        raise bad("Nobody can be authenticated by mail or telephone", _AUTHENTICATION)
    return Pay(
        cvc=cvc,
        channel=channel,
        wanted=wanted if elsewhere.claims_exemption else None,
        authentication=elsewhere.authentication,
        cavv=elsewhere.cryptogram or "",
    )


def _check_return(asked: Asked, url: str | None) -> None:
    """It is not kept, but must be one. Raises Fault."""
    if url:
        given_url(asked, url, "return_url")


def _refuse_authentication(options: Options) -> None:
    """It is not kept. Raises Fault."""
    if options.card.three_d_secure is not None:
        raise bad("Give it with the confirmation, since it is not kept", _AUTHENTICATION)


def _channel(options: Options, *, off_session: bool) -> Channel:
    """How the number came in."""
    if options.card.moto:
        return "mail"
    return "on_file" if off_session else "ecommerce"


def _terms(method: CaptureMethod, options: Options, usage: FutureUsage | None) -> Terms:
    card = options.card
    return Terms(
        capture=card.capture_method or method,
        takes_part=card.request_partial_authorization == "if_available",
        future_usage=usage,
    )
