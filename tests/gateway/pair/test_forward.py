"""Requests handed on to another gateway, and its answers: as if it had been asked itself."""

import asyncio

import pytest

from cardswitch.gateway.core.problems import away
from cardswitch.gateway.pair.forward import PASSED, Forward, refused_call, refused_page
from cardswitch.wire.operator.addresses import Address
from tests.kit.asgi import Browser

FORM = {"content_type": "application/x-www-form-urlencoded"}


@pytest.fixture
def asked(shop):
    """Asks a node that hands on to *port*, of the shop by default: each time a new one."""

    def ask(method, path, body=b"", port=shop.port, **headers):
        async def app(scope, receive, send):
            other = Address(port=port, tls_ca=str(shop.ca))
            forward = Forward(other, port, 5.0, refused_call)
            try:
                await forward.app(scope, receive, send)
            finally:
                await forward.close()

        given = {"authorization": f"Bearer {shop.secret}", **headers}
        return Browser(app, "127.0.0.1").ask(method, path, body, given)

    return ask


def test_what_one_has_made_the_other_shows(shop, asked):
    made = shop.create(confirm="false").body
    page = asked("GET", f"/v1/payment_intents/{made['id']}")
    assert page.status == 200
    assert page.headers["content-type"] == "application/json"
    assert f'"{made["id"]}"' in page.text


def test_a_key_counts_at_both(shop, asked):
    body = b"amount=700&currency=eur&payment_method=pm_card_visa"
    first = asked("POST", "/v1/payment_intents", body, idempotency_key="both", **FORM)
    again = shop.ask("POST", "/v1/payment_intents", body.decode(), Idempotency_Key="both")
    assert (first.status, again.status) == (200, 200)
    assert again.body["id"] in first.text
    assert again.headers["idempotent-replayed"] == "true"


def test_errors_come_back_as_they_are(asked):
    page = asked("GET", "/v1/payment_intents/pi_x", authorization="Bearer sk_test_wrong")
    assert page.status == 401
    assert "www-authenticate" in page.headers


def test_what_was_handed_on_once_is_not_handed_on_again(asked):
    page = asked("GET", "/v1/payment_intents", **{PASSED.replace("-", "_"): "1"})
    assert (page.status, page.headers["stripe-should-retry"]) == (503, "true")


def test_where_nobody_is_it_is_to_be_asked_again(asked):
    page = asked("POST", "/v1/payment_intents", b"amount=1", port=1, **FORM)
    assert (page.status, page.headers["stripe-should-retry"]) == (503, "true")


def test_a_body_that_is_too_long_goes_nowhere(asked):
    page = asked("POST", "/v1/payment_intents", b"a" * 70_000, port=1, **FORM)
    assert page.status == 413


def test_a_shopper_reads_that_the_page_is_away_and_nothing_was_paid():
    page = refused_page(away("Nobody leads"))
    assert (page.status_code, page.headers["retry-after"]) == (503, "2")
    assert b"Nothing was paid" in page.body
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_an_address_without_a_certificate_beyond_this_machine_is_refused():
    with pytest.raises(Exception, match=r"gateway\.other\.tls_ca"):
        asyncio.run(made())


async def made():
    return Forward(Address(host="192.0.2.7", port=1), 1, 5.0, refused_call)
