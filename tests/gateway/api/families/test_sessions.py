"""Checkout sessions over HTTPS: made, read, expired, and complete when their order is paid."""

import time

import pytest

LINE = "line_items[0]"
NEW = {
    "mode": "payment",
    "success_url": "https://shop.localhost/thanks?s={CHECKOUT_SESSION_ID}",
    f"{LINE}[quantity]": 2,
    f"{LINE}[price_data][currency]": "eur",
    f"{LINE}[price_data][unit_amount]": 700,
    f"{LINE}[price_data][product_data][name]": "Tea",
}
PATH = "/v1/checkout/sessions"
OLD = {"Stripe_Version": "2020-03-02"}


def make(shop, headers=(), **params):
    asked = {name: value for name, value in {**NEW, **params}.items() if value is not None}
    return shop.ask("POST", PATH, asked, **dict(headers))


def test_a_session_is_made_read_listed_and_expired(shop):
    made = make(shop, client_reference_id="o-1").body
    assert (made["amount_total"], made["status"], made["payment_status"]) == (
        1400,
        "open",
        "unpaid",
    )
    assert made["payment_intent"] is None
    assert shop.ask("GET", f"{PATH}/{made['id']}").body == made
    [line] = shop.ask("GET", f"{PATH}/{made['id']}/line_items").body["data"]
    assert (line["description"], line["quantity"], line["amount_total"]) == ("Tea", 2, 1400)
    assert shop.ask("GET", PATH, {"limit": 1}).body["data"] == [made]
    over = shop.ask("POST", f"{PATH}/{made['id']}/expire").body
    assert over["status"] == "expired"
    assert shop.ask("POST", f"{PATH}/{made['id']}/expire").status == 400
    assert shop.ask("GET", f"{PATH}/{made['id']}", key=shop.other).status == 404


def test_lines_are_shown_with_it_where_that_is_asked_for(shop):
    made = make(shop).body
    alone = shop.ask("GET", f"{PATH}/{made['id']}/line_items").body
    whole = shop.ask("GET", f"{PATH}/{made['id']}", {"expand[]": "line_items"}).body
    assert whole == {**made, "line_items": alone}
    newest = {"limit": 1, "expand[]": "data.line_items"}
    [listed] = shop.ask("GET", PATH, newest).body["data"]
    assert listed == whole
    paths = ["line_items.data", "line_items.data.price"]
    assert [
        shop.ask("GET", f"{PATH}/{made['id']}", {"expand[]": path}).status for path in paths
    ] == [400, 400]


def test_an_old_client_has_its_intent_at_once_and_pays_by_it(shop):
    asked = {"payment_intent_data[capture_method]": "manual", "expand[]": "payment_intent"}
    key = {**OLD, "Idempotency_Key": "session-1"}
    made = make(shop, key, **asked).body
    intent = made["payment_intent"]
    assert (intent["amount"], intent["capture_method"]) == (1400, "manual")
    assert make(shop, key, **asked).body["payment_intent"]["id"] == intent["id"]
    path = f"/v1/payment_intents/{intent['id']}/confirm"
    assert shop.ask("POST", path, {"payment_method": "pm_card_visa"}).status == 200
    done = shop.ask("GET", f"{PATH}/{made['id']}").body
    assert (done["status"], done["payment_status"]) == ("complete", "unpaid")


def test_lines_as_clients_of_old_say_them(shop):
    asked = {name: value for name, value in NEW.items() if LINE not in name}
    line = {f"{LINE}[name]": "Tea", f"{LINE}[amount]": 5, f"{LINE}[currency]": "eur"}
    made = shop.ask("POST", PATH, {**asked, **line}).body
    assert (made["amount_total"], made["currency"]) == (5, "eur")


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"success_url": None}, "success_url"),
        ({"success_url": "javascript:alert(1)"}, "success_url"),
        ({"cancel_url": "https://"}, "cancel_url"),
        ({"cancel_url": "https://a b/"}, "cancel_url"),
        ({"mode": "setup"}, "line_items"),
        ({"expires_at": 5}, "expires_at"),
        ({f"{LINE}[quantity]": 0}, f"{LINE}[quantity]"),
        ({f"{LINE}[price_data][unit_amount]": -1}, LINE),
        ({f"{LINE}[price_data][currency]": "chf"}, "currency"),
        ({f"{LINE}[price_data][product_data][name]": "4242424242424242"}, None),
        ({"line_items[1][name]": "B"}, "line_items[1]"),
        (
            {
                "line_items[1][name]": "B",
                "line_items[1][amount]": 1,
                "line_items[1][currency]": "usd",
            },
            "line_items",
        ),
    ],
)
def test_what_is_wrong_is_named(shop, params, param):
    said = make(shop, **params)
    assert said.status == 400
    assert param in (None, said.body["error"]["param"])


def test_the_customer_must_be_there(shop):
    assert make(shop, customer="cus_x").status == 404


@pytest.mark.parametrize(
    ("minutes", "status"), [(28, 400), (31, 200), (24 * 60 - 1, 200), (24 * 60 + 2, 400)]
)
def test_a_session_lives_from_half_an_hour_to_a_day(shop, minutes, status):
    until = int(time.time()) + 60 * minutes
    made = make(shop, expires_at=until)
    assert made.status == status
    assert status != 200 or made.body["expires_at"] == until
