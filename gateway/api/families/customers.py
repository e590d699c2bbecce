"""Customers: who buys, and the payment methods that are kept for him."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from msgspec import UNSET, Struct, UnsetType, convert, to_builtins
from msgspec.structs import replace

from cardswitch.wire.ports import Seconds

from ...core.calls import Alter, Things, Use
from ...core.cards import Address
from ...core.intents import Intent
from ...core.problems import Problem, missing
from ...core.things import Record, Thing
from ...core.things.customers import Customer, attached, deleted
from ...core.things.methods import Method
from .. import params
from ..endpoints import Answer, Asked, read_thing, thing_of
from ..faults import Fault
from ..given.sources import CUSTOMERS, METHODS, given_source
from ..ids import new_id
from ..objects import Object
from ..paging import page_of, thing_of_kind
from .methods import method_object, methods_of

CUSTOMER: Final = "cus_"
_TEXTS: Final = ("name", "email", "phone", "description")


class Invoices(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What he pays with if nothing else is said."""

    default_payment_method: str | UnsetType | None = UNSET


class CustomerParams(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is said of a customer; an empty text unsets."""

    name: str | UnsetType | None = UNSET
    email: str | UnsetType | None = UNSET
    phone: str | UnsetType | None = UNSET
    description: str | UnsetType | None = UNSET
    address: params.AddressParams | UnsetType | None = UNSET
    metadata: dict[str, str | None] | UnsetType | None = UNSET
    payment_method: str | None = None
    invoice_settings: Invoices = Invoices()


class ListParams(params.ListParams, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A page of customers."""

    email: str | None = None


async def create_customer(asked: Asked) -> Answer:
    """POST /v1/customers."""
    given = params.read(CustomerParams, asked.value, unsets=True)
    id_ = new_id(CUSTOMER)
    return await _said(asked, given, id_, Customer(), ())


async def retrieve_customer(asked: Asked) -> Answer:
    """GET /v1/customers/{id}."""
    params.read(params.ReadParams, asked.value)
    return customer_object(await read_thing(asked, CUSTOMERS, asked.id)), None


async def update_customer(asked: Asked) -> Answer:
    """POST /v1/customers/{id}."""
    given = params.read(CustomerParams, asked.value, unsets=True)
    return await _said(asked, given, asked.id, None, (Use(kind=CUSTOMERS, id=asked.id),))


async def delete_customer(asked: Asked) -> Answer:
    """DELETE /v1/customers/{id}."""
    params.read(params.NoParams, asked.value)

    def change(things: Things, now: Seconds) -> Mapping[str, Thing]:
        return {asked.id: deleted(_customer(things[asked.id]))}

    uses = (Use(kind=CUSTOMERS, id=asked.id),)
    reply = await asked.call(asked.id, asked.id, Alter(change), CUSTOMERS, uses)
    return customer_object(thing_of(reply)), reply


async def list_customers(asked: Asked) -> Answer:
    """GET /v1/customers."""
    given = params.read(ListParams, asked.value)

    def fits(record: Intent | Record) -> bool:
        assert isinstance(record, Record)
        customer = _customer(record)
        return not customer.is_deleted and given.email in (None, customer.email)

    page = await page_of(asked, given, (CUSTOMERS,), thing_of_kind(CUSTOMERS), fits=fits)
    return page.shown("/v1/customers", [customer_object(each) for each in page.things()]), None


async def list_customer_methods(asked: Asked) -> Answer:
    """GET /v1/customers/{id}/payment_methods."""
    given = params.read(params.ListParams, asked.value)
    url = f"/v1/customers/{asked.id}/payment_methods"
    return await methods_of(asked, given, asked.id, url), None


async def retrieve_customer_method(asked: Asked) -> Answer:
    """GET /v1/customers/{id}/payment_methods/{method}."""
    params.read(params.ReadParams, asked.value)
    customer = _customer(await read_thing(asked, CUSTOMERS, asked.id))
    if asked.second not in customer.methods:
        raise Fault(missing(METHODS, asked.second, "payment_method"))
    return method_object(await read_thing(asked, METHODS, asked.second)), None


def customer_object(record: Record) -> Object:
    """A `customer`, or what is left of one."""
    customer = _customer(record)
    if customer.is_deleted:
        return {"id": record.id, "object": "customer", "deleted": True}
    return {
        "id": record.id,
        "object": "customer",
        "created": int(record.at),
        "livemode": False,
        "address": to_builtins(customer.address),
        "balance": 0,
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": customer.description,
        "email": customer.email,
        "invoice_settings": {"default_payment_method": customer.default_method},
        "metadata": dict(customer.metadata),
        "name": customer.name,
        "phone": customer.phone,
        "shipping": None,
    }


async def _said(
    asked: Asked, given: CustomerParams, id_: str, new: Customer | None, uses: tuple[Use, ...]
) -> Answer:
    """Have the customer *id_*, who is *new* or not, be what is *given*."""
    source = given_source(asked, given.payment_method, None)
    wanted = source.source

    def change(things: Things, now: Seconds) -> Mapping[str, Thing] | Problem:
        customer = _changed(new if new is not None else _customer(things[id_]), given)
        made: dict[str, Thing] = {}
        if wanted is not None:
            method = Method(card=wanted.card) if wanted.card else things[wanted.id].thing
            assert isinstance(method, Method)
            kept = attached(customer, id_, method, wanted.id)
            if isinstance(kept, Problem):
                return kept
            customer, made[wanted.id] = kept
        if customer.default_method not in (None, *customer.methods):
            return missing(METHODS, str(customer.default_method), _DEFAULT)
        return {**made, id_: customer}

    own = tuple(replace(use, is_shared=False) for use in source.uses)
    reply = await asked.call(id_, asked.id, Alter(change), CUSTOMERS, (*uses, *own))
    return customer_object(thing_of(reply)), reply


_DEFAULT: Final = "invoice_settings[default_payment_method]"


def _changed(customer: Customer, given: CustomerParams) -> Customer:
    changes: dict[str, Any] = {
        name: said for name in _TEXTS if (said := getattr(given, name)) is not UNSET
    }
    if given.address is not UNSET:
        address = given.address
        changes["address"] = address and convert(address, Address, from_attributes=True)
    if given.metadata is not UNSET:
        changes["metadata"] = params.merged(customer.metadata, given.metadata)
    if given.invoice_settings.default_payment_method is not UNSET:
        changes["default_method"] = given.invoice_settings.default_payment_method
    return replace(customer, **changes)


def _customer(record: Record) -> Customer:
    assert isinstance(record.thing, Customer)
    return record.thing
