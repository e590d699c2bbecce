"""A visitor: basket, order, thanks."""

import pytest

from tests.gateway.shop.fakes import PAY


def test_the_catalogue_has_prices_in_the_currency_that_was_chosen(sample):
    assert "EUR\u00a012.00" in sample.browser.get("/").text
    page = sample.browser.ask("GET", "/", b"", {}, query="currency=JPY")
    assert "JPY\u00a01,900" in page.text
    assert "JPY\u00a01,900" in sample.browser.get("/").text
    assert "KWD" not in sample.browser.ask("GET", "/", b"", {}, query="currency=KWD").text


def test_an_order_goes_to_the_page_of_the_gateway_with_our_prices(sample):
    page = sample.order()
    assert (page.status, page.headers["location"]) == (303, f"{PAY}/c/cs_1")
    assert f"form-action 'self' {PAY};" in page.headers["content-security-policy"]
    path, deed, asked = sample.gateway.asked[0]
    assert (path, deed) == ("/v1/checkout/sessions", "order-1")
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
    thanks = {"query": "session=cs_1"}
    assert "not paid yet" in sample.browser.ask("GET", "/thanks", b"", {}, **thanks).text
    sample.gateway.pay("cs_1")
    page = sample.browser.ask("GET", "/thanks", b"", {}, **thanks)
    assert "is paid" in page.text
    assert "Basket (0)" in page.text
    assert sample.browser.ask("GET", "/thanks", b"", {}, query="session=cs_9").status == 404


def test_while_the_gateway_is_away_the_last_known_is_shown(sample):
    sample.order()
    sample.gateway.is_away = True
    page = sample.browser.ask("GET", "/thanks", b"", {}, query="session=cs_1")
    assert "not paid yet" in page.text


def test_forms_of_other_pages_are_refused(sample):
    page = sample.browser.post("/basket", {"item": "mug"}, origin="https://evil.example")
    assert page.status == 403


def test_a_host_that_is_not_ours_is_shown_nothing(sample):
    sample.browser.host = "evil.example"
    assert sample.browser.get("/").status == 421
