"""Disputes over HTTPS: opened by a test helper, answered, given in."""


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
