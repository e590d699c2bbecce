"""Expanding: ids become objects, level by level, and only those that an object has."""

import asyncio

import pytest

from cardswitch.gateway.api.expanding import PATHS_MAX, expanded, paths_of
from cardswitch.gateway.api.faults import Fault


def shown(kind="payment_intent", paths=(), **fields):
    asked = []

    async def load(kind, id_):
        asked.append(id_)
        return {"id": id_, "object": kind, "customer": None, "payment_intent": "pi_1"}

    return asyncio.run(expanded(load, kind, fields, paths)), asked


def test_an_id_becomes_its_object_once():
    found, asked = shown(
        paths=("latest_charge", "latest_charge.payment_intent"), latest_charge="ch_1"
    )
    assert found["latest_charge"]["payment_intent"]["id"] == "pi_1"
    assert asked == ["ch_1", "pi_1"]


def test_what_is_nothing_stays_nothing():
    assert shown(paths=("customer",), customer=None) == ({"customer": None}, [])
    assert shown(paths=("latest_charge.customer",), latest_charge="ch_1")[1] == ["ch_1"]


def test_a_field_may_stand_in_a_table():
    fields = {"invoice_settings": {"default_payment_method": "pm_1"}}
    found, _ = shown("customer", ("invoice_settings.default_payment_method",), **fields)
    assert found["invoice_settings"]["default_payment_method"]["id"] == "pm_1"


@pytest.mark.parametrize(
    "path",
    [
        *("amount", "latest_charge.amount", "", "data.latest_charge", "latest_charge."),
        ".".join(["latest_charge", "payment_intent"] * 2 + ["customer"]),
    ],
)
def test_what_an_object_has_not_is_refused_before_anything_is_done(path):
    with pytest.raises(Fault) as fault:
        paths_of("payment_intent", [path])
    assert fault.value.problem.param == "expand"


def test_in_a_list_it_stands_behind_data():
    assert paths_of("charge", ["data.customer"], is_list=True) == ("customer",)
    for asked, is_list in ((["customer"], True), ("customer", False), ([1], False), ({}, False)):
        with pytest.raises(Fault):
            paths_of("charge", asked, is_list=is_list)


def test_so_many_are_expanded():
    assert paths_of("charge", None) == ()
    with pytest.raises(Fault, match="At most"):
        paths_of("charge", ["customer"] * (PATHS_MAX + 1))
