"""Charges and refunds over HTTPS in a lab that runs."""

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
