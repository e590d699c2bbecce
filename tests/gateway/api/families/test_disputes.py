"""Disputes over HTTPS: opened by a test helper, answered, given in, decided."""

import pytest

from tests.kit.programs import until
from tests.kit.shop import card


def opened(shop, **params):
    charge = shop.create().body["latest_charge"]
    made = shop.ask("POST", f"/v1/test_helpers/charges/{charge}/dispute", params)
    assert made.status == 200
    return charge, made.body


def test_a_dispute_is_read_and_answered_with_evidence(shop):
    charge, made = opened(shop)
    path = f"/v1/disputes/{made['id']}"
    assert (made["status"], made["charge"], made["amount"]) == ("needs_response", charge, 1250)
    assert shop.ask("GET", path).body == made
    assert shop.ask("GET", f"/v1/charges/{charge}").body["disputed"]
    kept = shop.ask("POST", path, {"evidence[customer_name]": "N", "submit": "false"}).body
    assert (kept["evidence"]["customer_name"], kept["status"]) == ("N", "needs_response")
    sent = shop.ask("POST", path, {"evidence[uncategorized_text]": "he came"}).body
    assert (sent["status"], sent["evidence_details"]["submission_count"]) == ("under_review", 1)
    assert shop.ask("POST", f"{path}/close").status == 400
    assert made["id"] in str(shop.ask("GET", "/v1/disputes").body)


def test_a_copy_of_what_opened_a_dispute_is_told_the_same(shop):
    charge = shop.create().body["latest_charge"]
    path = f"/v1/test_helpers/charges/{charge}/dispute"
    first = shop.ask("POST", path, Idempotency_Key="deny-once")
    shop.ask("POST", f"/v1/disputes/{first.body['id']}/close")
    again = shop.ask("POST", path, Idempotency_Key="deny-once")
    assert (again.body, again.headers["idempotent-replayed"]) == (first.body, "true")


def test_who_gives_in_has_lost(shop):
    _, made = opened(shop, amount=500, reason="duplicate")
    closed = shop.ask("POST", f"/v1/disputes/{made['id']}/close").body
    assert (closed["status"], closed["amount"], closed["reason"]) == ("lost", 500, "duplicate")


def test_what_is_wrong_is_named(shop):
    _, made = opened(shop)
    said = shop.ask("POST", f"/v1/disputes/{made['id']}", {"evidence[x]": "y"})
    assert (said.status, said.body["error"]["param"]) == (400, "evidence[x]")
    assert shop.ask("GET", f"/v1/disputes/{made['id']}", key=shop.other).status == 404
    assert shop.ask("POST", "/v1/test_helpers/charges/ch_x/dispute").status == 404


def disputed(shop, number):
    """What became of the charge of a card that was paid with, and then denied."""
    charge = shop.create(**card(number)).body["latest_charge"]
    made = shop.ask("POST", f"/v1/test_helpers/charges/{charge}/dispute").body
    return shop.ask("GET", f"/v1/charges/{charge}").body, made


def types_of(shop, id_):
    """The types of events about *id_*, the oldest first."""
    told = shop.ask("GET", "/v1/events", {"limit": 20}).body["data"]
    return [each["type"] for each in reversed(told) if each["data"]["object"]["id"] == id_]


@pytest.mark.parametrize(
    ("number", "liable", "status", "events"),
    [
        ("4000000000003055", "issuer", "won", ["created", "closed"]),  # authenticated at once
        ("4000000000003071", "issuer", "won", ["created", "closed"]),  # an attempt
        ("4000000000003097", "merchant", "needs_response", ["created"]),  # nobody could say
        ("5555555555554444", "merchant", "needs_response", ["created"]),  # in no directory
    ],
)
def test_liability_stands_on_the_charge_and_decides(shop, number, liable, status, events):
    charge, dispute = disputed(shop, number)
    assert (charge["x_liability"], dispute["status"], charge["disputed"]) == (liable, status, True)
    wanted = [f"charge.dispute.{each}" for each in events]
    until(lambda: types_of(shop, dispute["id"]) == wanted, f"{wanted} in the list")


@pytest.mark.parametrize(("text", "status"), [("winning", "won"), ("losing", "lost")])
def test_evidence_of_a_test_decides_at_once(shop, text, status):
    _, made = opened(shop)
    given = {"evidence[uncategorized_text]": f"{text}_evidence"}
    path = f"/v1/disputes/{made['id']}"
    kept = shop.ask("POST", path, {**given, "submit": "false"}).body
    assert kept["status"] == "needs_response"
    assert shop.ask("POST", path, given).body["status"] == status
    assert shop.ask("POST", f"{path}/close").status == 400


def test_who_looked_at_the_evidence_decides_once(shop):
    _, made = opened(shop)
    shop.ask("POST", f"/v1/disputes/{made['id']}", {"evidence[customer_name]": "N"})
    path = f"/v1/test_helpers/disputes/{made['id']}/decide"
    assert shop.ask("POST", path, {"status": "maybe"}).status == 400
    assert shop.ask("POST", path, {"status": "lost"}, key=shop.other).status == 404
    assert shop.ask("POST", path, {"status": "won"}).body["status"] == "won"
    assert shop.ask("POST", path, {"status": "lost"}).status == 400


def pending(balance):
    """Of EUR, in cents."""
    [amount] = [one["amount"] for one in balance["pending"] if one["currency"] == "eur"]
    return amount


def test_a_test_card_is_denied_by_itself_and_no_money_moves(shop):
    before = shop.ask("GET", "/v1/balance").body
    paid = shop.create(payment_method="pm_card_createDispute").body
    after = shop.ask("GET", "/v1/balance").body
    [made] = shop.ask("GET", "/v1/disputes", {"limit": 1}).body["data"]
    assert (made["payment_intent"], made["status"]) == (paid["id"], "needs_response")
    assert made["balance_transactions"] == []
    assert pending(after) - pending(before) == 1250
