"""Tokens and payment methods over HTTPS."""

from functools import partial

import pytest

from cardswitch.gateway.core.desk import GatewayDesk

CARD = {"card[number]": "4242424242424242", "card[exp_month]": 12, "card[exp_year]": 2030}


def error(said):
    return said.status, said.body["error"].get("code"), said.body["error"].get("param")


def test_a_browser_makes_a_token_that_pays_once(shop):
    token = shop.ask("POST", "/v1/tokens", CARD, shop.public).body
    assert (token["used"], token["card"]["last4"]) == (False, "4242")
    data = {
        "payment_method": None,
        "payment_method_data[type]": "card",
        "payment_method_data[card][token]": token["id"],
    }
    paid = shop.create(**data).body
    assert paid["status"] == "succeeded"
    assert shop.ask("GET", f"/v1/tokens/{token['id']}").body["used"]
    again = shop.create(**data)
    assert error(again)[:2] == (400, "token_already_used")
    assert shop.ask("GET", f"/v1/tokens/{token['id']}", key=shop.other).status == 404


def test_a_code_that_came_with_a_token_is_sent_with_the_payment(shop):
    typed = {**CARD, "card[number]": "9999990000000014", "card[cvc]": "000"}
    token = shop.ask("POST", "/v1/tokens", typed, shop.public).body["id"]
    data = {"type": "card", "card[token]": token}
    method = shop.ask("POST", "/v1/payment_methods", data).body["id"]
    assert shop.create(payment_method=method).body["error"]["code"] == "incorrect_cvc"
    assert shop.create(payment_method=method).body["status"] == "succeeded"  # It is forgotten.


CODED = {**CARD, "card[cvc]": "123"}


def nowhere(monkeypatch):
    async def take_place(self):
        return False

    monkeypatch.setattr(GatewayDesk, "take_place", take_place)


def elsewhere(monkeypatch):
    return {"return_url": "https://evil.example/"}


@pytest.mark.parametrize(("fails", "status"), [(nowhere, 503), (elsewhere, 400)])
@pytest.mark.parametrize("kind", ["token", "method"])
def test_a_code_is_sent_with_the_call_that_pays_after_one_that_did_not(
    shop, monkeypatch, kind, fails, status
):
    if kind == "token":
        token = shop.ask("POST", "/v1/tokens", CODED).body["id"]
        source = {"payment_method_data[type]": "card", "payment_method_data[card][token]": token}
    else:
        made = shop.ask("POST", "/v1/payment_methods", {"type": "card", **CODED})
        source = {"payment_method": made.body["id"]}
    intent = shop.create(payment_method=None, confirm=None).body["id"]
    confirm = partial(shop.ask, "POST", f"/v1/payment_intents/{intent}/confirm")
    with monkeypatch.context() as patch:
        assert confirm({**source, **(fails(patch) or {})}).status == status
    charge = confirm({**source, "expand[]": "latest_charge"}).body["latest_charge"]
    assert charge["payment_method_details"]["card"]["checks"]["cvc_check"] == "pass"


def test_a_method_is_made_kept_shown_and_let_go(shop):
    asked = {**CARD, "type": "card", "billing_details[name]": "N", "metadata[a]": "b"}
    made = shop.ask("POST", "/v1/payment_methods", asked).body
    path = f"/v1/payment_methods/{made['id']}"
    assert (made["billing_details"]["name"], made["metadata"]) == ("N", {"a": "b"})
    assert shop.ask("GET", path).body == made
    customer = shop.ask("POST", "/v1/customers").body["id"]
    kept = shop.ask("POST", f"{path}/attach", {"customer": customer}).body
    assert kept["customer"] == customer
    listed = shop.ask("GET", "/v1/payment_methods", {"customer": customer, "type": "card"}).body
    assert [each["id"] for each in listed["data"]] == [made["id"]]
    changed = shop.ask("POST", path, {"billing_details[email]": "e@x", "metadata[a]": ""}).body
    assert (changed["billing_details"]["email"], changed["metadata"]) == ("e@x", {})
    other = shop.ask("POST", "/v1/customers").body["id"]
    assert error(shop.ask("POST", f"{path}/attach", {"customer": other})) == (400, None, "customer")
    assert shop.ask("POST", f"{path}/detach").body["customer"] is None
    assert error(shop.ask("POST", f"{path}/detach"))[0] == 400


def test_what_was_kept_for_a_customer_who_is_deleted_can_be_kept_for_another(shop):
    gone, other = [shop.ask("POST", "/v1/customers").body["id"] for _ in range(2)]
    kept = shop.ask("POST", "/v1/payment_methods/pm_card_visa/attach", {"customer": gone}).body
    shop.ask("DELETE", f"/v1/customers/{gone}")
    path = f"/v1/payment_methods/{kept['id']}"
    assert shop.ask("POST", f"{path}/detach").body["customer"] is None
    assert shop.ask("POST", f"{path}/attach", {"customer": other}).body["customer"] == other
    assert shop.ask("GET", f"/v1/customers/{gone}").body["deleted"]


def test_a_method_comes_of_a_token(shop):
    token = shop.ask("POST", "/v1/tokens", CARD).body["id"]
    asked = {"type": "card", "card[token]": token}
    made = shop.ask("POST", "/v1/payment_methods", asked).body
    assert made["card"]["last4"] == "4242"
    assert error(shop.ask("POST", "/v1/payment_methods", asked))[1] == "token_already_used"


@pytest.mark.parametrize(
    ("path", "params", "status", "param"),
    [
        ("/v1/tokens", {}, 400, "card"),
        ("/v1/tokens", {**CARD, "card[number]": "4242424242424241"}, 402, "number"),
        ("/v1/tokens", {"card[number]": "4242424242424242"}, 400, "card[exp_month]"),
        ("/v1/payment_methods", {**CARD}, 400, "type"),
        ("/v1/payment_methods", {"type": "card", "card[token]": "tok_x"}, 404, "card[token]"),
        ("/v1/payment_methods/pm_x/attach", {"customer": "cus_x"}, 404, "id"),
        ("/v1/payment_methods/pm_card_visa/attach", {"customer": "cus_x"}, 404, "customer"),
        ("/v1/payment_methods/pm_x/detach", {}, 404, "id"),
    ],
)
def test_what_is_wrong_is_named(shop, path, params, status, param):
    said = shop.ask("POST", path, params)
    assert (said.status, said.body["error"]["param"]) == (status, param)
    assert "4242424242" not in str(said.body)
