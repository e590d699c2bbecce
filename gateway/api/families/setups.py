"""Setup intents: a card that is verified without money, to be kept for a customer."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from ...core.authentication import Wish
from ...core.calls import Cancel, Create, Pay, Reply
from ...core.entries import Details, FutureUsage, Terms
from ...core.ids import SETUP
from ...core.row import SETUP as SETUPS
from .. import params
from ..endpoints import Answer, Asked, intent_of, ref_of, seen_intent
from ..faults import bad
from ..given.holders import keep_code, wanted_for
from ..given.sources import given_source, keeping, session_use
from ..ids import SECRET_LENGTH, new_ref, random_text
from ..objects import setup_object
from ..paging import page_of, part_of


class CardOptions(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How the card is to be asked."""

    request_three_d_secure: Wish = "automatic"


class Options(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """By the type of payment method."""

    card: CardOptions = CardOptions()


class CreateParams(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A new setup intent."""

    confirm: bool = False
    customer: str | None = None
    description: str | None = None
    metadata: dict[str, str] = {}
    payment_method: str | None = None
    payment_method_data: params.MethodParams | None = None
    payment_method_options: Options = Options()
    payment_method_types: tuple[Literal["card"], ...] = ("card",)
    automatic_payment_methods: params.AutomaticMethods | None = None
    return_url: str | None = None
    usage: FutureUsage = "off_session"


class ConfirmParams(params.ConfirmParams, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Verify the card."""

    payment_method_options: Options = Options()


class ListParams(params.ListParams, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A page of setup intents, of one customer or of all."""

    customer: str | None = None


async def create_setup(asked: Asked) -> Answer:
    """POST /v1/setup_intents."""
    given = params.read(CreateParams, asked.value)
    source = given_source(asked, given.payment_method, given.payment_method_data)
    if given.confirm and source.source is None:
        raise bad("Missing required param: payment_method", "payment_method", "parameter_missing")
    terms = Terms(future_usage=given.usage)
    deed = Create(
        secret=random_text(SECRET_LENGTH),
        amount=0,
        currency="",
        source=source.source,
        details=Details(description=given.description, metadata=given.metadata),
        terms=terms,
        customer=given.customer,
        is_setup=True,
    )
    uses = keeping(source.uses, given.customer, terms, is_paid=given.confirm, is_setup=True)
    if not given.confirm:
        return _answered(asked, await asked.call(new_ref(), "", deed, SETUPS, uses), "")
    with source.code(asked) as cvc:
        deed = replace(deed, pay=_pay(asked, given, cvc))
        return _answered(asked, await asked.call(new_ref(), "", deed, SETUPS, uses), cvc)


async def retrieve_setup(asked: Asked) -> Answer:
    """GET /v1/setup_intents/{id}."""
    given = params.read(params.ReadParams, asked.value)
    return setup_object(await seen_intent(asked, given.client_secret, SETUP, SETUPS)), None


async def confirm_setup(asked: Asked) -> Answer:
    """POST /v1/setup_intents/{id}/confirm."""
    given = params.read(ConfirmParams, asked.value)
    intent = await seen_intent(asked, given.client_secret, SETUP, SETUPS)
    source = given_source(asked, given.payment_method, given.payment_method_data)
    if source.source is None and intent.card is not None:
        source = given_source(asked, intent.card.id, None)
    uses = keeping(source.uses, intent.customer, intent.terms, is_paid=True, is_setup=True)
    uses = (*uses, *session_use(intent.session))
    with source.code(asked) as cvc:
        deed = replace(_pay(asked, given, cvc), seen=intent, source=source.source)
        reply = await asked.call(intent.ref, asked.id, deed, SETUPS, uses)
        return _answered(asked, reply, cvc)


async def cancel_setup(asked: Asked) -> Answer:
    """POST /v1/setup_intents/{id}/cancel."""
    given = params.read(params.CancelParams, asked.value)
    deed = Cancel(reason=given.cancellation_reason)
    reply = await asked.call(ref_of(asked.id, SETUP), asked.id, deed, SETUPS)
    return setup_object(intent_of(reply)), reply


async def list_setups(asked: Asked) -> Answer:
    """GET /v1/setup_intents."""
    given = params.read(ListParams, asked.value)
    page = await page_of(asked, given, (SETUPS,), part_of(SETUPS, SETUP), given.customer)
    return page.shown("/v1/setup_intents", [setup_object(each) for each in page.intents()]), None


def _pay(asked: Asked, given: CreateParams | ConfirmParams, cvc: str) -> Pay:
    """What is asked for, its card apart. Raises Fault."""
    wish = given.payment_method_options.card.request_three_d_secure
    return Pay(cvc=cvc, wanted=wanted_for(asked, given.return_url, wish))


def _answered(asked: Asked, reply: Reply, cvc: str) -> Answer:
    """What a confirmed setup intent is shown as."""
    keep_code(asked.services, reply, cvc)
    return setup_object(intent_of(reply)), reply
