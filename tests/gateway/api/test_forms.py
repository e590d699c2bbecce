"""Bodies: what SDKs send is read, and what breaks a bound is refused with its place."""

import asyncio
import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from cardswitch.gateway.api.faults import Fault
from cardswitch.gateway.api.forms import (
    INDEX_MAX,
    PAIRS_MAX,
    VALUE_MAX,
    leaves,
    read_body,
    read_form,
    read_json,
    refuse_stray_cards,
)


@pytest.mark.parametrize(
    ("form", "value"),
    [
        ("", {}),
        ("metadata[a+b]=%C3%BC", {"metadata": {"a b": "ü"}}),
        ("expand[0]=x&expand[1]=y", {"expand": ["x", "y"]}),
        ("expand[]=x&expand[]=y", {"expand": ["x", "y"]}),
        ("created%5Bgte%5D=5&limit=3", {"created": {"gte": "5"}, "limit": "3"}),
        ("a[b][0][c]=1&a[b][0][d]=2", {"a": {"b": [{"c": "1", "d": "2"}]}}),
        ("a=", {"a": ""}),
        ("a=1%3D2", {"a": "1=2"}),
        ("metadata[07]=x", {"metadata": {"07": "x"}}),
    ],
)
def test_a_form_is_read(form, value):
    assert read_form(form) == value


@pytest.mark.parametrize(
    ("form", "param"),
    [
        ("a=1&a=2", "a"),
        ("a=1&a[b]=2", "a[b]"),
        ("a[b]=1&a=2", "a"),
        ("a[0]=1&a[2]=2", "a"),
        ("a[=1", "a["),
        ("a[b=1", "a[b"),
        ("[a]=1", "[a]"),
        ("a[[b]]=1", "a[[b]]"),
        ("a[][b]=1", "a[][b]"),
        ("a=%zz", "a"),
        ("a=%4", "a"),
        ("a=%FF", "a"),
        ("a=%00", "a"),
        ("a" + "[b]" * 8 + "=1", "a" + "[b]" * 8),
        ("a=" + "x" * (VALUE_MAX + 1), "a"),
        ("x" * 201 + "=1", "x" * 200),
        ("&".join(f"a[{n}]=1" for n in range(INDEX_MAX + 2)), "a"),
        ("&".join(f"a{n}=1" for n in range(PAIRS_MAX + 1)), None),
    ],
)
def test_what_breaks_a_bound_is_refused_with_its_place(form, param):
    with pytest.raises(Fault) as fault:
        read_form(form)
    assert (fault.value.problem.status, fault.value.problem.param) == (400, param)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"1",
        b"{",
        b'{"a":"\xff"}',
        b'{"a":' * 3_000 + b"1" + b"}" * 3_000,
        b'{"a":"\\u0000"}',
        json.dumps({"a": list(range(PAIRS_MAX + 1))}).encode(),
    ],
)
def test_json_has_the_same_bounds(body):
    with pytest.raises(Fault):
        read_json(body)


def test_json_is_read():
    assert read_json(b'{"amount":5,"metadata":{"a":"b"}}') == {"amount": 5, "metadata": {"a": "b"}}


@given(st.text(st.sampled_from("ab[]=&%+0194\0"), max_size=40))
def test_no_form_breaks_it(text):
    with suppress(Fault):
        read_form(text)


STRAY = [
    {"description": "4242 4242 4242 4242"},
    {"metadata": {"4242424242424242": "x"}},
    {"payment_method_data": {"billing_details": {"name": "4242-4242-4242-4242"}}},
]
HARMLESS = [
    {"metadata": {"order": "4242424242424241"}},
    {"payment_method_data": {"card": {"number": "4242424242424242"}}},
]


@pytest.mark.parametrize("value", STRAY)
def test_a_card_number_stands_in_a_card_alone(value):
    with pytest.raises(Fault, match="card number"):
        refuse_stray_cards(leaves(value))


@pytest.mark.parametrize("value", HARMLESS)
def test_what_is_no_card_number_or_stands_in_a_card_passes(value):
    refuse_stray_cards(leaves(value))


@pytest.mark.parametrize(
    "text",
    [
        "de25a6a7-8471-4484-8782-b59e02da2cdf",
        "1894324b33a48b1d7c1506246325083c",
        "order DE25A6A7-8471-4484-8782-B59E02DA2CDF",
    ],
)
def test_an_id_by_chance_is_no_card(text):
    refuse_stray_cards([("Idempotency-Key", text)])


@pytest.mark.parametrize(
    "text",
    [
        "4242424242424242",
        "4242-4242-4242-4242",
        "a4242424242424242",
        "key-4242424242424242-x",
    ],
)
def test_a_card_beside_letters_is_one(text):
    with pytest.raises(Fault):
        refuse_stray_cards([("Idempotency-Key", text)])


NEVER = object()


def read(parts, size_max=10, within=5.0):
    coming = iter(parts)

    async def receive():
        part = next(coming)
        if part is NEVER:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": part, "more_body": part != b""}

    return asyncio.run(read_body(Request({"type": "http"}, receive), size_max, within))


def test_a_body_is_read_whole_up_to_its_bound():
    assert read([b"12345", b"67890", b""]) == b"1234567890"


@pytest.mark.parametrize(
    ("parts", "within", "status"),
    [
        ([b"12345", b"678901", b""], 5.0, 413),
        ([b"12345678901", NEVER], 5.0, 413),
        ([b"12345", NEVER], 0.01, 408),
    ],
)
def test_what_is_too_long_or_does_not_come_is_refused(parts, within, status):
    with pytest.raises(Fault) as refused:
        read(parts, within=within)
    assert refused.value.problem.status == status
