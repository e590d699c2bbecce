"""Customers and the payment methods that are kept for them."""

from cardswitch.gateway.core.problems import Problem
from cardswitch.gateway.core.things.customers import (
    METHODS_MAX,
    Customer,
    attached,
    deleted,
    detached,
)
from cardswitch.gateway.core.things.methods import Method
from tests.kit.gateway import CARD

METHOD = Method(card=CARD)


def test_a_method_is_kept_for_one_customer_once():
    customer, method = attached(Customer(), "cus_1", METHOD, "pm_1")
    assert (customer.methods, method.customer) == (("pm_1",), "cus_1")
    assert attached(customer, "cus_1", method, "pm_1") == (customer, method)
    assert isinstance(attached(Customer(), "cus_2", method, "pm_1"), Problem)


def test_a_customer_has_so_many():
    full = Customer(methods=tuple(f"pm_{n}" for n in range(METHODS_MAX)))
    assert isinstance(attached(full, "cus_1", METHOD, "pm_x"), Problem)


def test_what_is_detached_is_no_default_any_more():
    customer, method = attached(Customer(default_method="pm_1"), "cus_1", METHOD, "pm_1")
    assert detached(customer, method, "pm_1") == (Customer(), METHOD)


def test_of_a_deleted_customer_nothing_is_left():
    known = Customer(name="N", email="e@x", metadata={"a": "b"}, methods=("pm_1",))
    assert deleted(known) == Customer(is_deleted=True, methods=("pm_1",))
