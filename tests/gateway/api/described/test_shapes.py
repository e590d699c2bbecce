"""Shapes: the objects that are answered have just those fields, no more and no less."""

import msgspec
import pytest

from cardswitch.gateway.api.described import shapes


def paid(shop):
    return shop.create().body


def found(shop, path):
    return shop.ask("GET", path).body


@pytest.mark.parametrize(
    ("shape", "path"),
    [
        (shapes.PaymentIntent, "/v1/payment_intents/{id}"),
        (shapes.Charge, "/v1/charges/{latest_charge}"),
        (shapes.Trace, "/v1/x/trace/{id}"),
    ],
)
def test_an_object_has_the_fields_of_its_shape(shop, shape, path):
    shown = found(shop, path.format(**paid(shop)))
    made = msgspec.convert(shown, shape)
    assert msgspec.to_builtins(made) == shown


def test_what_is_wrong_has_its_shape_too(shop):
    for said in (found(shop, "/v1/charges/x"), shop.create(amount=100051).body):
        assert msgspec.convert(said, shapes.Failure).error.message


def test_a_refund_and_an_endpoint_have_theirs(shop):
    refund = shop.ask("POST", "/v1/refunds", {"payment_intent": paid(shop)["id"]}).body
    assert msgspec.to_builtins(msgspec.convert(refund, shapes.Refund)) == refund
    asked = {"url": "https://127.0.0.1:9/", "enabled_events[]": "*"}
    endpoint = shop.ask("POST", "/v1/webhook_endpoints", asked).body
    assert msgspec.to_builtins(msgspec.convert(endpoint, shapes.WebhookEndpoint)) == endpoint
    gone = shop.ask("DELETE", f"/v1/webhook_endpoints/{endpoint['id']}").body
    assert msgspec.to_builtins(msgspec.convert(gone, shapes.Deleted)) == gone
