"""Customers: what a merchant says of one, and the payment methods that are kept for him."""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from ..cards import Address, Metadata
from ..problems import Problem, invalid
from .methods import Method

METHODS_MAX: Final = 100


class Customer(Struct, frozen=True, kw_only=True, tag="customer"):
    """*methods* are the ids of his payment methods, the oldest first."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    description: str | None = None
    address: Address | None = None
    metadata: Metadata = {}
    default_method: str | None = None
    methods: tuple[str, ...] = ()
    is_deleted: bool = False


def attached(
    customer: Customer, customer_id: str, method: Method, method_id: str
) -> tuple[Customer, Method] | Problem:
    """Both, after *method* is kept for *customer*."""
    if method.customer is not None and method.customer != customer_id:
        text = "The payment method is another customer's: detach it there first"
        return invalid(text, "customer")
    if method_id in customer.methods:
        return customer, method
    if len(customer.methods) >= METHODS_MAX:
        return invalid(f"A customer has at most {METHODS_MAX} payment methods", "customer")
    then = replace(customer, methods=(*customer.methods, method_id))
    return then, replace(method, customer=customer_id)


def detached(customer: Customer, method: Method, method_id: str) -> tuple[Customer, Method]:
    """Both, after *method* is kept for nobody."""
    default = customer.default_method
    then = replace(
        customer,
        methods=tuple(each for each in customer.methods if each != method_id),
        default_method=None if default == method_id else default,
    )
    return then, replace(method, customer=None)


def deleted(customer: Customer) -> Customer:
    """What is left of *customer* when the merchant wants it gone: nothing of him."""
    return Customer(is_deleted=True, methods=customer.methods)


def is_deleted(thing: object) -> bool:
    """Whether *thing* is a customer whom his merchant has deleted.

    >>> is_deleted(deleted(Customer())), is_deleted(Customer()), is_deleted(None)
    (True, False, False)
    """
    return isinstance(thing, Customer) and thing.is_deleted
