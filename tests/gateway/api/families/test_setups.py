"""Setup intents over HTTPS: a card is verified, and kept for a customer."""

import pytest

from tests.kit.shop import card


def setup(shop, **params):
    return shop.ask("POST", "/v1/setup_intents", params)


def test_a_card_that_is_good_is_kept_for_the_customer(shop):
    customer = shop.ask("POST", "/v1/customers").body["id"]
    made = setup(shop, customer=customer).body
    assert made["status"] == "requires_payment_method"
    path = f"/v1/setup_intents/{made['id']}"
    done = shop.ask("POST", f"{path}/confirm", {"payment_method": "pm_card_visa"}).body
    assert done["status"] == "succeeded"
    kept = shop.ask("GET", f"/v1/customers/{customer}/payment_methods").body["data"]
    assert [each["id"] for each in kept] == [done["payment_method"]]
    again = {"customer": customer, "payment_method": done["payment_method"]}
    assert shop.create(**again).body["status"] == "succeeded"
    assert shop.create(payment_method=done["payment_method"]).status == 400
    assert shop.ask("GET", path).body == done


def test_a_card_that_is_not_good_is_declined_with_its_reason(shop):
    typed = {name: value for name, value in card("9999990000000055").items() if value}
    said = setup(shop, confirm="true", **typed)
    error = said.body["error"]
    assert (said.status, error["decline_code"]) == (402, "lost_card")
    assert (error["setup_intent"]["status"], "charge" in error) == (
        "requires_payment_method",
        False,
    )


def test_a_browser_confirms_with_the_client_secret(shop):
    made = setup(shop, payment_method="pm_card_visa").body
    path = f"/v1/setup_intents/{made['id']}"
    assert shop.ask("GET", path, key=shop.public).status == 403
    secret = {"client_secret": made["client_secret"]}
    assert shop.ask("POST", f"{path}/confirm", secret, shop.public).body["status"] == "succeeded"


def test_a_setup_is_canceled_and_is_no_payment(shop):
    made = setup(shop).body
    canceled = shop.ask("POST", f"/v1/setup_intents/{made['id']}/cancel").body
    assert canceled["status"] == "canceled"
    other = f"/v1/payment_intents/{made['id'].replace('seti_', 'pi_')}"
    assert shop.ask("GET", other).status == 404


@pytest.mark.parametrize("params", [{"usage": "once"}, {"confirm": "true"}, {"customer": "cus_x"}])
def test_what_is_wrong_is_named(shop, params):
    said = setup(shop, **params)
    assert said.status in (400, 404)
    assert said.body["error"]["param"] in ("usage", "payment_method", "customer")
