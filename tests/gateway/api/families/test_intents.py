"""Payment intents over HTTPS in a lab that runs: what each call does, and what it refuses."""

import pytest

from tests.kit.shop import card


def error(said):
    return said.status, said.body["error"].get("code"), said.body["error"].get("param")


def test_what_the_issuer_declines_is_told_with_its_reason(shop):
    said = shop.create(**card("9999990000000055"))
    assert error(said) == (402, "card_declined", None)
    assert said.body["error"]["decline_code"] == "lost_card"
    stands = said.body["error"]["payment_intent"]
    assert (stands["status"], stands["x_customer_message"]) == (
        "requires_payment_method",
        "Declined",
    )


def test_a_wrong_code_is_declined_by_the_issuer_and_kept_nowhere(shop):
    said = shop.create(**card("9999990000000014", cvc="000"))
    assert said.body["error"]["code"] == "incorrect_cvc"


def test_a_canceled_intent_is_at_its_end(shop):
    id_ = shop.create(confirm=None).body["id"]
    asked = {"cancellation_reason": "abandoned"}
    canceled = shop.ask("POST", f"/v1/payment_intents/{id_}/cancel", asked).body
    assert (canceled["status"], canceled["cancellation_reason"]) == ("canceled", "abandoned")
    again = shop.ask("POST", f"/v1/payment_intents/{id_}/confirm")
    assert error(again) == (400, "payment_intent_unexpected_state", None)
    assert again.body["error"]["payment_intent"]["status"] == "canceled"


def test_a_list_is_walked_page_by_page(shop):
    made = [shop.create(confirm=None, key=shop.other).body["id"] for _ in range(5)]
    seen, after = [], {}
    while True:
        page = shop.ask("GET", "/v1/payment_intents", {"limit": 2, **after}, shop.other).body
        seen += [each["id"] for each in page["data"]]
        if not page["has_more"]:
            break
        after = {"starting_after": seen[-1]}
    assert seen[:5] == made[::-1]
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize(
    ("params", "code", "param"),
    [
        ({"amount": 0}, "amount_too_small", "amount"),
        ({"amount": -1}, "amount_too_small", "amount"),
        ({"amount": 10**12}, "amount_too_large", "amount"),
        ({"currency": "xxx"}, None, "currency"),
        ({"currency": "978"}, None, "currency"),
        ({"currency": "eUr"}, None, "currency"),
        ({"currency": "chf"}, "currency_not_supported", "currency"),
        ({"payment_method": None}, "parameter_missing", "payment_method"),
        ({"capture_method": "later"}, None, "capture_method"),
        ({"expand[]": "description"}, None, "expand"),
        ({"expand": "customer"}, None, "expand"),
        (
            {"payment_method": "pm_card_visa", "payment_method_options[card][x]": "1"},
            "parameter_unknown",
            "payment_method_options[card][x]",
        ),
        ({"description": "4242424242424242"}, None, "description"),
    ],
)
def test_what_is_wrong_is_named_and_leaves_nothing(shop, params, code, param):
    before = shop.ask("GET", "/v1/payment_intents", {"limit": 1}).body["data"]
    assert error(shop.create(**params)) == (400, code, param)
    assert shop.ask("GET", "/v1/payment_intents", {"limit": 1}).body["data"] == before


@pytest.mark.parametrize("limit", [0, 101, "x"])
def test_a_page_has_its_bounds(shop, limit):
    said = shop.ask("GET", "/v1/payment_intents", {"limit": limit})
    assert error(said) == (400, "parameter_invalid_integer", "limit")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/payment_intents/pi_x"),
        ("GET", "/v1/payment_intents/pi_" + "a" * 22 + "00"),
        ("POST", "/v1/payment_intents/pi_x/confirm"),
        ("POST", "/v1/payment_intents/pi_x/cancel"),
        ("GET", "/v1/charges/ch_x"),
        ("GET", "/v1/charges/ch_" + "a" * 22 + "01"),
        ("GET", "/v1/refunds/re_x"),
    ],
)
def test_what_is_not_there_is_404(shop, method, path):
    assert error(shop.ask(method, path))[:2] == (404, "resource_missing")


def test_objects_of_another_merchant_are_not_there(shop):
    paid = shop.create().body
    for path in (f"/v1/payment_intents/{paid['id']}", f"/v1/charges/{paid['latest_charge']}"):
        assert shop.ask("GET", path, key=shop.other).status == 404
    refund = shop.ask("POST", "/v1/refunds", {"payment_intent": paid["id"]}, shop.other)
    assert refund.status == 404


def test_a_browser_reads_and_confirms_with_the_client_secret_alone(shop):
    made = shop.create(confirm=None).body
    path, secret = f"/v1/payment_intents/{made['id']}", {"client_secret": made["client_secret"]}
    assert shop.ask("GET", path, key=shop.public).status == 403
    assert shop.ask("POST", f"{path}/confirm", {"client_secret": "x"}, shop.public).status == 403
    assert shop.ask("GET", path, secret, shop.public).body["id"] == made["id"]
    paid = shop.ask("POST", f"{path}/confirm", secret, shop.public)
    assert paid.body["status"] == "succeeded"


def capture(shop, id_, **params):
    return shop.ask("POST", f"/v1/payment_intents/{id_}/capture", params)


def test_money_is_set_aside_and_less_of_it_captured(shop):
    held = shop.create(capture_method="manual").body
    assert (held["status"], held["amount_capturable"], held["amount_received"]) == (
        "requires_capture",
        1250,
        0,
    )
    assert error(capture(shop, held["id"], amount_to_capture=1251)) == (
        400,
        "amount_too_large",
        "amount_to_capture",
    )
    taken = capture(shop, held["id"], amount_to_capture=1000).body
    assert (taken["status"], taken["amount_capturable"], taken["amount_received"]) == (
        "succeeded",
        0,
        1000,
    )
    charge = shop.ask("GET", f"/v1/charges/{taken['latest_charge']}").body
    assert (charge["amount_captured"], charge["amount_refunded"]) == (1000, 250)
    again = capture(shop, held["id"])
    assert error(again)[:2] == (400, "payment_intent_unexpected_state")
    assert again.body["error"]["payment_intent"]["status"] == "succeeded"


def test_money_is_captured_in_parts(shop):
    held = shop.create(capture_method="manual").body
    part = capture(shop, held["id"], amount_to_capture=500, final_capture="false").body
    assert (part["status"], part["amount_capturable"], part["amount_received"]) == (
        "requires_capture",
        750,
        500,
    )
    rest = capture(shop, held["id"], amount_to_capture=700).body
    assert (rest["status"], rest["amount_received"]) == ("succeeded", 1200)
    other = shop.create(capture_method="manual").body
    capture(shop, other["id"], amount_to_capture=500, final_capture="false")
    canceled = shop.ask("POST", f"/v1/payment_intents/{other['id']}/cancel").body
    assert (canceled["status"], canceled["amount_received"]) == ("canceled", 500)


def test_more_is_set_aside(shop):
    held = shop.create(capture_method="manual").body
    path = f"/v1/payment_intents/{held['id']}/increment_authorization"
    more = shop.ask("POST", path, {"amount": 2000}).body
    assert (more["amount"], more["amount_capturable"]) == (2000, 2000)
    said = shop.ask("POST", path, {"amount": 2000 + 100_051})
    assert error(said)[:2] == (402, "card_declined")
    assert error(shop.ask("POST", path, {"amount": 2000})) == (400, None, "amount")
    taken = capture(shop, held["id"]).body
    assert (taken["status"], taken["amount_received"]) == ("succeeded", 2000)


def test_what_the_issuer_finds_of_a_code_is_told(shop):
    lab_card = shop.card("good")
    asked = {"expand[]": "latest_charge"}
    for cvc, check in ((lab_card["cvv2"], "pass"), (None, None)):
        paid = shop.create(**card(lab_card["pan"], cvc=cvc), **asked).body
        details = paid["latest_charge"]["payment_method_details"]["card"]
        assert details["checks"]["cvc_check"] == check
    said = shop.create(**card(lab_card["pan"], cvc="000")).body["error"]
    assert said["code"] == "incorrect_cvc"
    charge = shop.ask("GET", f"/v1/charges/{said['charge']}").body
    assert charge["payment_method_details"]["card"]["checks"]["cvc_check"] == "fail"
    assert charge["outcome"]["network_decline_code"] == "N7"


def test_what_is_set_aside_is_free_again_when_it_is_canceled(shop):
    held = shop.create(capture_method="manual").body
    canceled = shop.ask("POST", f"/v1/payment_intents/{held['id']}/cancel").body
    assert (canceled["status"], canceled["amount_capturable"]) == ("canceled", 0)
    charge = shop.ask("GET", f"/v1/charges/{canceled['latest_charge']}").body
    assert (charge["captured"], charge["refunded"]) == (False, True)


def test_an_order_is_changed_until_it_is_paid(shop):
    made = shop.create(confirm=None, payment_method=None, description="one").body
    path = f"/v1/payment_intents/{made['id']}"
    changes = {
        "amount": 700,
        "metadata[order]": "7",
        "description": "",
        "payment_method": "pm_card_visa",
    }
    then = shop.ask("POST", path, changes).body
    assert (then["amount"], then["metadata"], then["description"], then["status"]) == (
        700,
        {"order": "7"},
        None,
        "requires_confirmation",
    )
    more = shop.ask("POST", path, {"metadata[a]": "b", "metadata[order]": ""}).body
    assert more["metadata"] == {"a": "b"}
    assert error(shop.ask("POST", path, {"amount": 0})) == (400, "amount_too_small", "amount")
    assert shop.ask("POST", f"{path}/confirm").body["amount_received"] == 700
    late = shop.ask("POST", path, {"amount": 1})
    assert error(late)[:2] == (400, "payment_intent_unexpected_state")


def test_a_part_is_taken_where_the_shop_says_so(shop):
    asked = {"payment_method_options[card][request_partial_authorization]": "if_available"}
    part = shop.create(amount=100010, **asked).body
    assert part["status"] == "succeeded"
    assert 0 < part["amount_received"] < 100010
    assert shop.create(amount=100010).body["error"]["decline_code"] == "insufficient_funds"
