"""Tokens and payment methods: cards that came in, sealed, for one use or kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import UNSET, Struct, UnsetType, convert, to_builtins
from msgspec.structs import replace

from cardswitch.wire.ports import Seconds

from ...core.calls import Alter, Things, Use
from ...core.cards import Billing
from ...core.flows.payments import taken
from ...core.problems import Problem, invalid
from ...core.things import Record, Thing
from ...core.things.customers import Customer, attached, detached, is_deleted
from ...core.things.methods import Method
from ...core.things.tokens import Token
from .. import params
from ..endpoints import Answer, Asked, read_thing, thing_of
from ..faults import bad
from ..given.cards import card_of, named_card
from ..given.sources import CUSTOMERS, METHODS, TOKENS, customer_use, source_in
from ..ids import new_id
from ..objects import Object, card_object, list_object
from ..paging import cut, is_between, page_of, thing_of_kind
from .authentications import authenticated_object

PREFIX = "tok_"


class TokenParams(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A card for one use."""

    card: params.CardParams


class UpdateParams(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is to be otherwise of a payment method."""

    billing_details: params.BillingParams | None = None
    metadata: dict[str, str | None] | UnsetType | None = UNSET


class AttachParams(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Whose it is to be."""

    customer: str


class ListParams(params.ListParams, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A page of a customer's payment methods."""

    customer: str | None = None
    type: str | None = None


# Tokens -------------------------------------------------------------------------------------------


async def create_token(asked: Asked) -> Answer:
    """POST /v1/tokens."""
    given = params.read(TokenParams, asked.value)
    services = asked.services
    card = card_of(given.card, services.vault, services.now(), param="card")
    id_ = new_id(PREFIX)
    services.codes.keep(id_, given.card.cvc or "")
    deed = Alter(lambda things, now: {id_: Token(card=card)})
    reply = await asked.call(id_, "", deed, TOKENS)
    return token_object(thing_of(reply)), reply


async def retrieve_token(asked: Asked) -> Answer:
    """GET /v1/tokens/{id}."""
    params.read(params.ReadParams, asked.value)
    return token_object(await read_thing(asked, TOKENS, asked.id)), None


def token_object(record: Record) -> Object:
    """A `token`."""
    token = record.thing
    assert isinstance(token, Token)
    return {
        "id": record.id,
        "object": "token",
        "created": int(record.at),
        "livemode": False,
        "card": {"object": "card", "id": token.card.id, **card_object(token.card)},
        "client_ip": None,
        "type": "card",
        "used": token.is_used,
    }


# Payment methods ----------------------------------------------------------------------------------


async def create_method(asked: Asked) -> Answer:
    """POST /v1/payment_methods."""
    given = params.read(params.MethodParams, asked.value)
    source = source_in(asked, given, "card")
    wanted = source.source
    assert wanted is not None

    def change(things: Things, now: Seconds) -> Mapping[str, Thing] | Problem:
        chosen = taken(things, wanted, now)
        if isinstance(chosen, Problem):
            return chosen
        method = Method(card=chosen[0], metadata=given.metadata)
        return {**chosen[1], wanted.id: method}

    reply = await asked.call(wanted.id, "", Alter(change), METHODS, source.uses)
    return method_object(thing_of(reply)), reply


async def retrieve_method(asked: Asked) -> Answer:
    """GET /v1/payment_methods/{id}."""
    params.read(params.ReadParams, asked.value)
    return method_object(await read_thing(asked, METHODS, asked.id)), None


async def update_method(asked: Asked) -> Answer:
    """POST /v1/payment_methods/{id}."""
    given = params.read(UpdateParams, asked.value, unsets=True)

    def change(things: Things, now: Seconds) -> Mapping[str, Thing]:
        method = _method(things, asked.id)
        if given.billing_details is not None:
            billing = convert(given.billing_details, Billing, from_attributes=True)
            method = replace(method, card=replace(method.card, billing=billing))
        if given.metadata is not UNSET:
            method = replace(method, metadata=params.merged(method.metadata, given.metadata))
        return {asked.id: method}

    reply = await asked.call(asked.id, asked.id, Alter(change), METHODS, (_own(asked),))
    return method_object(thing_of(reply)), reply


async def attach_method(asked: Asked) -> Answer:
    """POST /v1/payment_methods/{id}/attach."""
    given = params.read(AttachParams, asked.value)
    known = named_card(asked.id, asked.services.vault)
    id_ = known.id if known is not None else asked.id

    def change(things: Things, now: Seconds) -> Mapping[str, Thing] | Problem:
        customer = _customer(things, given.customer)
        method = Method(card=known) if known is not None else _method(things, id_)
        kept = attached(customer, given.customer, method, id_)
        return kept if isinstance(kept, Problem) else {given.customer: kept[0], id_: kept[1]}

    own = () if known is not None else (_own(asked),)
    uses = (*own, *customer_use(given.customer, is_shared=False))
    reply = await asked.call(id_, asked.id, Alter(change), METHODS, uses)
    return method_object(thing_of(reply)), reply


async def detach_method(asked: Asked) -> Answer:
    """POST /v1/payment_methods/{id}/detach."""
    params.read(params.NoParams, asked.value)
    known = _thing(await read_thing(asked, METHODS, asked.id)).customer
    is_gone = known is not None and is_deleted((await read_thing(asked, CUSTOMERS, known)).thing)

    def change(things: Things, now: Seconds) -> Mapping[str, Thing] | Problem:
        method = _method(things, asked.id)
        if is_gone and method.customer == known:
            return {asked.id: replace(method, customer=None)}
        if method.customer is None or method.customer not in things:
            return invalid("The payment method is no customer's", "payment_method")
        kept = detached(_customer(things, method.customer), method, asked.id)
        return {method.customer: kept[0], asked.id: kept[1]}

    uses = (_own(asked), *customer_use(None if is_gone else known, is_shared=False))
    reply = await asked.call(asked.id, asked.id, Alter(change), METHODS, uses)
    return method_object(thing_of(reply)), reply


async def list_methods(asked: Asked) -> Answer:
    """GET /v1/payment_methods."""
    given = params.read(ListParams, asked.value)
    if given.type not in (None, "card"):
        raise bad("type: card", "type")
    if given.customer is not None:
        return await methods_of(asked, given, given.customer, "/v1/payment_methods"), None
    page = await page_of(asked, given, (METHODS,), thing_of_kind(METHODS))
    return page.shown("/v1/payment_methods", [method_object(each) for each in page.things()]), None


async def methods_of(asked: Asked, given: params.ListParams, id_: str, url: str) -> Object:
    """The page of the payment methods that are kept for the customer *id_*."""
    customer = (await read_thing(asked, CUSTOMERS, id_)).thing
    assert isinstance(customer, Customer)
    kept = [await read_thing(asked, METHODS, each) for each in customer.methods[::-1]]
    kept = [each for each in kept if is_between(given.created, each.at)]
    found, has_more = cut(kept, [each.id for each in kept], given)
    return list_object(url, [method_object(each) for each in found], has_more)


def method_object(record: Record) -> Object:
    """A `payment_method`."""
    method, card = _thing(record), _thing(record).card
    checks: dict[str, Any] = dict.fromkeys(
        ("address_line1_check", "address_postal_code_check", "cvc_check")
    )
    return {
        "id": record.id,
        "object": "payment_method",
        "created": int(record.at),
        "livemode": False,
        "type": "card",
        "billing_details": to_builtins(card.billing),
        "customer": method.customer,
        "metadata": dict(method.metadata),
        "card": {
            **card_object(card),
            "checks": checks,
            "networks": {"available": [card.brand], "preferred": None},
            "x_three_d_secure": authenticated_object(method.authentication),
        },
    }


def _own(asked: Asked) -> Use:
    return Use(kind=METHODS, id=asked.id)


def _thing(record: Record) -> Method:
    assert isinstance(record.thing, Method)
    return record.thing


def _method(things: Things, id_: str) -> Method:
    return _thing(things[id_])


def _customer(things: Things, id_: str) -> Customer:
    customer = things[id_].thing
    assert isinstance(customer, Customer)
    return customer
