"""A visitor: basket, order, thanks."""

import pytest

from tests.gateway.shop.fakes import PAY, PLACES


def test_the_catalogue_has_prices_in_the_currency_that_was_chosen(sample):
    assert "EUR\u00a012.00" in sample.browser.get("/").text
    page = sample.browser.ask("GET", "/", b"", {}, query="currency=JPY")
    assert "JPY\u00a01,900" in page.text
    assert "JPY\u00a01,900" in sample.browser.get("/").text
    assert "KWD" not in sample.browser.ask("GET", "/", b"", {}, query="currency=KWD").text


def test_an_order_goes_to_the_page_of_the_gateway_with_our_prices(sample):
    page = sample.order()
    assert (page.status, page.headers["location"]) == (303, f"{PAY}/c/cs_1")
    actions = f"form-action 'self' {PLACES.bank} {PAY};"
    assert actions in page.headers["content-security-policy"]
    path, deed, asked = sample.gateway.asked[0]
    assert (path, deed) == ("/v1/checkout/sessions", f"order-{sample.made().ticket}")
    assert [line["price_data"]["unit_amount"] for line in asked["line_items"]] == [1200, 90]
    assert asked["payment_intent_data"]["capture_method"] == "automatic"


def test_a_visitor_may_ask_that_the_money_is_taken_later(sample):
    sample.order(capture="manual")
    assert sample.gateway.asked[0][2]["payment_intent_data"]["capture_method"] == "manual"


def test_nothing_is_ordered_with_an_empty_basket(sample):
    assert sample.browser.post("/orders", {}).status == 400
    assert sample.gateway.asked == []


def test_without_its_gateway_the_shop_says_so_and_keeps_the_basket(sample):
    sample.gateway.is_away = True
    page = sample.order()
    assert page.status == 503
    assert 'role="alert"' in page.text
    assert "Paper filters" in page.text
    assert sample.notes[0][0] == "shop_unpaid"


@pytest.mark.parametrize("quantity", ["0", "-1", "x", "", "\u0661"])
def test_none_of_an_item_takes_it_out(sample, quantity):
    sample.browser.post("/basket", {"item": "mug", "add": "yes"})
    sample.browser.post("/basket", {"item": "mug", "quantity": quantity})
    assert "There is nothing in it" in sample.browser.get("/basket").text


def test_the_thanks_page_believes_the_gateway_alone(sample):
    sample.order()
    assert "not paid yet" in sample.thanks().text
    sample.gateway.pay("cs_1")
    page = sample.thanks()
    assert "is paid" in page.text
    assert "Basket (0)" in page.text
    assert sample.browser.get("/thanks/guessed").status == 404


def test_while_the_gateway_is_away_the_last_known_is_shown(sample):
    sample.order()
    sample.gateway.is_away = True
    assert "not paid yet" in sample.thanks().text


def test_a_type_that_is_not_offered_is_the_first_of_those_that_are(sample):
    sample.order(type="barter")
    assert sample.made().type == "hosted"


def test_an_order_that_is_paid_has_no_page_to_pay_at(sample):
    sample.order(type="framed")
    address = f"/pay/{sample.made().ticket}"
    assert "<iframe" in sample.browser.get(address).text
    sample.gateway.pay("cs_1")
    page = sample.browser.get(address)
    assert page.headers["location"] == f"/thanks/{sample.made().ticket}"
    assert sample.browser.get("/pay/guessed").status == 404


def test_what_the_bank_has_not_answered_is_waited_for_without_a_form(sample):
    sample.order(type="server")
    sample.gateway.intents["pi_1"]["status"] = "processing"
    page = sample.browser.get(f"/pay/{sample.made().ticket}")
    assert 'http-equiv="refresh"' in page.text
    assert "<form" not in page.text


def test_a_bank_that_asks_who_pays_is_where_the_browser_goes(sample):
    sample.order(type="server")
    there = {"redirect_to_url": {"url": f"{PAY}/challenge"}}
    sample.gateway.intents["pi_1"] |= {"status": "requires_action", "next_action": there}
    page = sample.browser.get(f"/pay/{sample.made().ticket}")
    assert page.headers["location"] == f"{PAY}/challenge"


def test_an_order_that_is_given_up_is_expired_at_the_gateway(sample):
    sample.order()
    address = f"/pay/{sample.made().ticket}/cancel"
    assert sample.browser.post(address, {}).headers["location"] == "/basket"
    assert sample.gateway.asked[-1][0] == "/v1/checkout/sessions/cs_1/expire"
    sample.gateway.is_away = True
    assert sample.browser.post(address, {}).status == 503


def test_forms_of_other_pages_are_refused(sample):
    page = sample.browser.post("/basket", {"item": "mug"}, origin="https://evil.example")
    assert page.status == 403


def test_a_host_that_is_not_ours_is_shown_nothing(sample):
    sample.browser.host = "evil.example"
    assert sample.browser.get("/").status == 421
