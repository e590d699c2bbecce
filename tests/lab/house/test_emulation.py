"""The test panel of a lab: what it says is done is done by issuer, gateway and settlement."""

import pytest

from tests.kit.panel import PanelUser
from tests.kit.shop import Shop, card
from tests.kit.shopper import eventually


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with Shop(tmp_path_factory.mktemp("panel") / "lab") as shop:
        yield shop


@pytest.fixture(scope="module")
def tester(shop):
    return PanelUser(shop)


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"what": "decline", "code": "41"}, "41"),
        ({"what": "decline", "code": "05"}, "05"),
        ({"what": "drop"}, "91"),
        ({"what": "late"}, "91"),
        ({"what": "hang"}, "91"),
    ],
)
def test_the_next_payment_comes_to_what_was_chosen_and_the_one_after_it_does_not(
    shop, tester, form, code
):
    assert "The issuer knows" in tester.do("arm", **form)
    other = shop.create(key=shop.other)
    assert other.status == 200  # another merchant's
    assert shop.create().body["error"]["network_decline_code"] == code
    assert "The issuer waits" not in tester.visitor.get(f"{tester.url}/").text
    assert eventually(lambda: shop.create().status == 200)  # A line that was dropped is dialled.


def test_an_issuer_that_wants_its_cardholder_asked_is_asked_again_after_that(shop, tester):
    tester.do("arm", what="decline", code="1A")
    assert shop.create(return_url="https://shop.localhost/").body["status"] == "requires_action"
    assert shop.create().status == 200


def test_an_approval_is_stronger_than_what_a_card_says(shop, tester):
    tester.do("arm", what="approve")
    lost = card("4000000000009987")
    assert shop.create(**lost).status == 200
    assert shop.create(**lost).body["error"]["decline_code"] == "lost_card"


def test_what_was_met_stays_so_when_other_rules_change(shop, tester):
    tester.do("arm", what="decline", code="51")
    assert shop.create().status == 402
    tester.do("disarm")
    rules = shop.lab.lab.folder / "rules.toml"
    rules.write_text(rules.read_text("utf-8") + "# changed\n", "utf-8")
    tester.do("arm", what="decline", code="05")
    assert shop.create().body["error"]["decline_code"] == "do_not_honor"
    assert shop.create().status == 200


def test_a_wish_is_taken_back(shop, tester):
    tester.do("arm", what="decline", code="51")
    assert "51, Insufficient funds" in tester.visitor.get(f"{tester.url}/").text
    tester.do("disarm")
    assert shop.create().status == 200


def test_a_rule_that_cannot_be_read_is_said_in_time(shop, tester, monkeypatch):
    monkeypatch.setattr("cardswitch.lab.house.emulation.TAKEN_OVER_S", 1.5)
    rules = shop.lab.lab.folder / "rules.toml"
    good = rules.read_text("utf-8")
    rules.write_text("[[rule]]\nanswr = '51'\n", "utf-8")
    try:
        assert "one of its files of rules has a fault" in tester.do("arm", what="hang")
    finally:
        rules.write_text(good, "utf-8")
    assert "goes as ever" in tester.do("disarm")


def test_a_hold_expires_before_its_time_and_the_money_is_free(shop, tester):
    held = shop.create(capture_method="manual").body["id"]
    assert "It is over" in tester.do("expire", id=held)
    now = shop.ask("GET", f"/v1/payment_intents/{held}").body
    assert (now["status"], now["amount_capturable"]) == ("canceled", 0)
    assert now["cancellation_reason"] == "automatic"
    assert "requires_capture" not in tester.story(held)
    assert "0420" in tester.story(held)
    assert "Not done" in tester.do("expire", id=held)


def test_a_session_expires_before_its_time(shop, tester):
    asked = {
        "line_items[0][price_data][currency]": "eur",
        "line_items[0][price_data][unit_amount]": 1250,
        "line_items[0][price_data][product_data][name]": "Beans",
        "line_items[0][quantity]": 1,
        "success_url": shop.lab.lab.shop.url,
    }
    id_ = shop.ask("POST", "/v1/checkout/sessions", asked).body["id"]
    assert id_ in tester.visitor.get(f"{tester.url}/").text
    tester.do("expire", id=id_)
    assert shop.ask("GET", f"/v1/checkout/sessions/{id_}").body["status"] == "expired"
    assert id_ not in tester.visitor.get(f"{tester.url}/").text


def test_nothing_of_another_merchant_is_ended(shop, tester):
    held = shop.create(key=shop.other, capture_method="manual").body["id"]
    assert "Not done" in tester.do("expire", id=held)
    now = shop.ask("GET", f"/v1/payment_intents/{held}", key=shop.other).body
    assert now["status"] == "requires_capture"


def test_the_day_is_closed_and_its_deposit_is_shown(shop, tester):
    before = shop.ask("GET", "/v1/payouts").body["data"]
    text = tester.do("close")
    assert "The bank day is closed" in text
    [made] = shop.ask("GET", "/v1/payouts").body["data"][: -len(before) or None]
    assert f"EUR\u00a0{made['amount'] / 100:,.2f}" in text
