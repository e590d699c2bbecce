"""Cards out of fields, at a gateway that runs: tokens pay once, intents by their secret."""

import json
from http.client import HTTPSConnection
from urllib.parse import urlencode

import pytest

CARD = {"number": "4242424242424242", "expiry": "12/30", "cvc": "123"}


def sent(shop, path, key=None, **typed):
    """What the fields are told; the browser is at the gateway's pages."""
    pages = shop.config.pages
    connection = HTTPSConnection("127.0.0.1", pages.port, context=shop.context, timeout=30)
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    form = CARD | {"key": key or shop.public} | typed
    try:
        host = {"Host": f"pay.localhost:{pages.port}"}
        connection.request("POST", f"/fields/{path}", urlencode(form), kind | host)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def test_a_token_pays_an_order_of_its_merchant_once(shop):
    status, told = sent(shop, "token")
    assert status == 200
    by_token = {
        "payment_method": None,
        "payment_method_data[type]": "card",
        "payment_method_data[card][token]": told["token"],
    }
    assert shop.create(**by_token, key=shop.other).status == 404
    assert shop.create(**by_token).body["status"] == "succeeded"
    assert shop.create(**by_token).body["error"]["code"] == "token_already_used"


@pytest.mark.parametrize("which", ["secret", "none"])
def test_a_key_that_is_not_publishable_gives_no_token(shop, which):
    assert sent(shop, "token", shop.secret if which == "secret" else "pk_test_x")[0] == 401


def test_an_intent_is_paid_by_its_secret_and_by_no_other(shop):
    intent = shop.create(payment_method=None, confirm=None).body
    assert sent(shop, "confirm", secret=f"{intent['id']}_secret_guessed")[0] == 403
    assert sent(shop, "confirm", secret="pi_x")[0] == 404
    assert shop.ask("GET", f"/v1/payment_intents/{intent['id']}").body["x_attempts"] == 0
    status, told = sent(shop, "confirm", secret=intent["client_secret"], number="4000000000009987")
    assert (status, "Declined" in told["alert"]) == (402, True)
    status, told = sent(shop, "confirm", secret=intent["client_secret"])
    assert (status, told["intent"]["status"]) == (200, "succeeded")


CHALLENGED = "4000000000003220"


def test_fields_ask_who_pays_as_the_api_does(shop):
    intent = shop.create(payment_method=None, confirm=None).body
    secret = intent["client_secret"]
    back = "https://shop.localhost/pay/1"
    for _ in range(2):  # Sent twice, its bank asks once.
        status, told = sent(shop, "confirm", secret=secret, number=CHALLENGED, back=back)
    assert (status, told["intent"]["status"]) == (200, "requires_action")
    where = told["intent"]["next_action"]["redirect_to_url"]
    assert ("/3ds/" in where["url"], where["return_url"]) == (True, back)
    now = shop.ask("GET", f"/v1/payment_intents/{intent['id']}").body
    assert (now["status"], now["x_attempts"], now["latest_charge"]) == ("requires_action", 2, None)
    status, told = sent(shop, "confirm", secret=secret)  # Another card, before the bank has said.
    assert told["intent"]["status"] == "succeeded"


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "javascript:alert(1)", "https://shop.localhost.evil.example"]
)
def test_nobody_is_sent_back_to_another_origin(shop, back):
    intent = shop.create(payment_method=None, confirm=None).body
    said = sent(shop, "confirm", secret=intent["client_secret"], number=CHALLENGED, back=back)
    assert said[0] == 400
    assert shop.ask("GET", f"/v1/payment_intents/{intent['id']}").body["x_attempts"] == 0
