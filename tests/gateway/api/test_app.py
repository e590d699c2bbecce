"""The application: who may ask, copies of a request, and JSON whatever happens."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.kit.shop import basic, card


def test_without_a_key_nothing_is_done(shop):
    for header in ("", "Bearer ", "Bearer sk_test_x", "Basic !", "Digest x", basic("sk_x")):
        said = shop.ask("GET", "/v1/payment_intents", Authorization=header)
        assert (said.status, said.body["error"]["type"]) == (401, "invalid_request_error")


def test_a_key_comes_as_bearer_or_as_the_user_of_basic(shop):
    said = shop.ask("GET", "/v1/payment_intents", Authorization=basic(shop.secret))
    assert said.status == 200
    assert said.headers["request-id"].startswith("req_")


def test_a_key_that_browsers_know_does_little(shop):
    said = shop.ask("POST", "/v1/refunds", key=shop.public)
    assert (said.status, said.body["error"]["code"]) == (403, "secret_key_required")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/nothing", 404),
        ("GET", "/", 404),
        ("DELETE", "/v1/payment_intents", 405),
        ("PUT", "/v1/refunds", 405),
    ],
)
def test_what_is_no_route_is_json_too(shop, method, path, status):
    said = shop.ask(method, path)
    assert (said.status, said.body["error"]["type"]) == (status, "invalid_request_error")


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"x" * 70_000, {}, 413),
        (b"{", {"Content_Type": "application/json"}, 400),
        (b"amount=1", {"Content_Type": "text/plain"}, 400),
        (b"amount=%", {}, 400),
        (b"amount=\xff", {}, 400),
        (b"amount=1&amount=2", {}, 400),
        (b"amount=1&currency=eur", {"Idempotency_Key": "x" * 256}, 400),
    ],
)
def test_bad_bodies_are_refused(shop, body, headers, status):
    said = shop.ask("POST", "/v1/payment_intents", body, **headers)
    assert said.status == status
    assert "error" in said.body


def test_json_does_what_a_form_does(shop):
    asked = {"amount": 700, "currency": "eur", "payment_method": "pm_card_visa", "confirm": True}
    body = json.dumps(asked).encode()
    said = shop.ask("POST", "/v1/payment_intents", body, Content_Type="application/json")
    assert said.body["status"] == "succeeded"


def test_a_copy_is_answered_and_pays_nothing(shop):
    first = shop.create(idempotency="copy-1")
    again = shop.create(idempotency="copy-1")
    assert again.body == first.body
    assert again.headers["idempotent-replayed"] == "true"
    other = shop.create(idempotency="copy-1", amount=9)
    assert (other.status, other.body["error"]["type"]) == (400, "idempotency_error")
    assert shop.create(idempotency="copy-1", key=shop.other).body["id"] != first.body["id"]


def test_a_decline_is_told_again_as_it_was(shop):
    first = shop.create(idempotency="copy-2", amount=100051)
    again = shop.create(idempotency="copy-2", amount=100051)
    assert (first.status, first.body) == (402, again.body)


def test_another_card_with_the_same_key_is_another_request(shop):
    shop.create(idempotency="copy-3", **card("9999990000000014"))
    said = shop.create(idempotency="copy-3", **card("9999990000000022"))
    assert said.body["error"]["type"] == "idempotency_error"


def test_many_copies_at_once_make_one_payment(shop):
    def pay(_):
        return shop.create(idempotency="storm", amount=4321)

    with ThreadPoolExecutor(20) as pool:
        said = list(pool.map(pay, range(50)))
    paid = {each.body["id"] for each in said if each.status == 200}
    assert len(paid) == 1
    assert {each.status for each in said} <= {200, 409}
    page = shop.ask("GET", "/v1/payment_intents", {"limit": 100}).body["data"]
    assert [each["x_attempts"] for each in page if each["amount"] == 4321] == [1]
