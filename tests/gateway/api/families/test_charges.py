"""Charges and refunds over HTTPS in a lab that runs."""

import pytest

from tests.kit.shop import card


def error(said):
    return said.status, said.body["error"].get("code"), said.body["error"].get("param")


def test_a_payment_from_creation_to_refund(shop):
    made = shop.create(confirm=None, payment_method=None)
    id_ = made.body["id"]
    assert (made.status, made.body["status"]) == (200, "requires_payment_method")
    paid = shop.ask("POST", f"/v1/payment_intents/{id_}/confirm", card(cvc=None))
    assert paid.body["status"] == "succeeded"
    charge = shop.ask("GET", f"/v1/charges/{paid.body['latest_charge']}").body
    assert (charge["amount_captured"], charge["payment_intent"]) == (1250, id_)
    refund = shop.ask("POST", "/v1/refunds", {"charge": charge["id"], "amount": 250}).body
    assert (refund["status"], refund["amount"]) == ("succeeded", 250)
    assert shop.ask("GET", f"/v1/refunds/{refund['id']}").body == refund
    listed = shop.ask("GET", "/v1/refunds", {"payment_intent": id_}).body
    assert [each["id"] for each in listed["data"]] == [refund["id"]]
    rest = shop.ask("POST", "/v1/refunds", {"payment_intent": id_, "amount": 1001})
    assert error(rest) == (400, "amount_too_large", "amount")


@pytest.mark.parametrize("param", ["payment_intent", "charge"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_is_not_there_is_named_by_its_parameter(shop, method, param):
    said = shop.ask(method, "/v1/refunds", {param: "pi_nothing"})
    assert error(said) == (404, "resource_missing", param)


def test_charges_of_an_order_are_its_tries(shop):
    id_ = shop.create(amount=100051).body["error"]["payment_intent"]["id"]
    shop.ask("POST", f"/v1/payment_intents/{id_}", {"amount": 1000})
    shop.ask("POST", f"/v1/payment_intents/{id_}/confirm", {"payment_method": "pm_card_visa"})
    tries = shop.ask("GET", "/v1/charges", {"payment_intent": id_}).body["data"]
    assert [(each["status"], each["amount"]) for each in tries] == [
        ("succeeded", 1000),
        ("failed", 100051),
    ]
    assert tries[1]["failure_code"] == "card_declined"


def test_what_is_named_is_what_is_refunded(shop):
    id_ = shop.create(amount=100051).body["error"]["payment_intent"]["id"]
    path = f"/v1/payment_intents/{id_}"
    shop.ask("POST", path, {"amount": 1000})
    shop.ask("POST", f"{path}/confirm", {"payment_method": "pm_card_visa"})
    paid, failed = (
        each["id"] for each in shop.ask("GET", "/v1/charges", {"payment_intent": id_}).body["data"]
    )
    refused = shop.ask("POST", "/v1/refunds", {"charge": failed, "amount": 100})
    assert (refused.status, refused.body["error"]["param"]) == (400, "charge")
    nothing = shop.ask("POST", "/v1/refunds", {"charge": f"{paid[:-2]}09", "amount": 100})
    assert error(nothing) == (404, "resource_missing", "charge")
    refund = shop.ask("POST", "/v1/refunds", {"charge": paid, "amount": 100}).body
    assert refund["charge"] == paid

    def listed(**asked):
        return [each["id"] for each in shop.ask("GET", "/v1/refunds", asked).body["data"]]

    other = shop.create().body["id"]
    assert listed(charge=paid) == listed(charge=paid, payment_intent=id_) == [refund["id"]]
    assert listed(charge=failed) == listed(charge=paid, payment_intent=other) == []
    assert shop.ask("GET", "/v1/refunds", {"charge": f"{paid[:-2]}09"}).status == 404


def test_a_charge_that_failed_captures_nothing(shop):
    made = shop.create(amount=100051, capture_method="manual").body["error"]["payment_intent"]
    path = f"/v1/payment_intents/{made['id']}"
    shop.ask("POST", path, {"amount": 1000})
    shop.ask("POST", f"{path}/confirm", {"payment_method": "pm_card_visa"})
    said = shop.ask("POST", f"/v1/charges/{made['latest_charge']}/capture")
    assert said.status == 400
    assert shop.ask("GET", path).body["status"] == "requires_capture"


def test_a_charge_is_captured_by_its_own_id(shop):
    held = shop.create(capture_method="manual").body
    path = f"/v1/charges/{held['latest_charge']}/capture"
    taken = shop.ask("POST", path, {"amount": 1000}).body
    assert (taken["captured"], taken["amount_captured"]) == (True, 1000)
    assert error(shop.ask("POST", path))[:2] == (400, "payment_intent_unexpected_state")
    assert shop.ask("POST", "/v1/charges/ch_x/capture").status == 404


CHECKS = [("4000000000000101", "cvc", "100"), ("4000000000000036", "postal", None)]


@pytest.mark.parametrize(("number", "what", "cvc"), CHECKS)
def test_a_failed_check_is_told_and_declines_where_the_merchant_says_so(shop, number, what, cvc):
    home = {"payment_method_data[billing_details][address][postal_code]": "99999"}
    taken = shop.create(**card(number, cvc=cvc), **home)
    assert taken.body["status"] == "succeeded"
    refused = shop.create(key=shop.other, **card(number, cvc=cvc), **home)
    code = "incorrect_cvc" if what == "cvc" else "incorrect_zip"
    assert error(refused) == (402, code, None)
    charge = shop.ask("GET", f"/v1/charges/{refused.body['error']['charge']}", key=shop.other).body
    name = "cvc_check" if what == "cvc" else "address_postal_code_check"
    assert charge["payment_method_details"]["card"]["checks"][name] == "fail"
    assert (charge["outcome"]["type"], charge["paid"]) == ("blocked", False)


def test_every_filter_of_a_list_counts_beside_the_intent(shop):
    paid = shop.create().body
    shop.ask("POST", "/v1/refunds", {"payment_intent": paid["id"], "amount": 1})
    of_intent = {"payment_intent": paid["id"]}
    before, behind = paid["created"] - 5, paid["created"] + 500
    never = [{"created[lt]": before}, {"created[gt]": behind}]
    for path, more in (("/v1/charges", [{"customer": "cus_other"}]), ("/v1/refunds", [])):
        assert len(shop.ask("GET", path, of_intent).body["data"]) == 1
        for wanted in [*never, *more]:
            assert shop.ask("GET", path, {**of_intent, **wanted}).body["data"] == []
