"""Types where the shop confirms a payment of its own."""

import pytest

from cardswitch.gateway.shop.client import GatewayError
from tests.gateway.shop.fakes import KEY, PAY, URL

CARD = {"number": "4242 4242 4242 4242", "expiry": "12 / 30", "cvc": "123"}


@pytest.fixture
def ordered(sample):
    sample.order(type="server")
    return sample


def pay(sample, attempt="0", **typed):
    address = f"/pay/{sample.made().ticket}"
    return sample.browser.post(address, CARD | {"attempt": attempt} | typed)


def confirmed(sample):
    return [each for each in sample.gateway.asked if each[0].endswith("/confirm")]


def test_the_page_warns_of_what_the_type_means(ordered):
    page = ordered.browser.get(f"/pay/{ordered.made().ticket}")
    assert "SAQ D" in page.text


def test_a_card_is_confirmed_once_for_each_form(ordered):
    assert pay(ordered).headers["location"] == f"/pay/{ordered.made().ticket}"
    path, deed, asked = confirmed(ordered)[0]
    assert asked["return_url"] == f"{URL}/pay/{ordered.made().ticket}"
    assert (path, deed) == (
        "/v1/payment_intents/pi_1/confirm",
        f"order-{ordered.made().ticket}-try-0",
    )
    assert asked["payment_method_data"]["card"] == {
        "number": CARD["number"],
        "exp_month": "12",
        "exp_year": "30",
        "cvc": "123",
    }
    assert "is paid" in ordered.thanks().text
    pay(ordered)
    assert len(confirmed(ordered)) == 1


def test_a_declined_card_is_told_and_a_second_one_pays(ordered):
    pay(ordered, number="4000000000009987")
    page = ordered.browser.get(f"/pay/{ordered.made().ticket}")
    assert "Declined. Use another card, or ask your bank. No money was taken." in page.text
    assert 'name="attempt" value="1"' in page.text
    assert "9987" not in page.text
    pay(ordered, attempt="1")
    assert "is paid" in ordered.thanks().text


OTHER = GatewayError("another request", "", 400, is_of_before=True)
FAILED = GatewayError("the gateway failed", "", 500, is_of_before=True)


@pytest.mark.parametrize("said", [None, OTHER, FAILED])
def test_an_attempt_by_which_no_card_was_tried_has_another_key(ordered, said):
    deed = f"order-{ordered.made().ticket}-try-0"
    ordered.gateway.spent = {deed: said}
    pay(ordered)
    assert [each[1] for each in confirmed(ordered)] == [deed, f"{deed}-1"]
    assert "is paid" in ordered.thanks().text


def test_an_attempt_by_which_a_card_is_tried_has_no_other_key(ordered):
    deed = f"order-{ordered.made().ticket}-try-0"
    ordered.gateway.spent = {deed: OTHER}
    ordered.gateway.intents["pi_1"]["status"] = "processing"
    pay(ordered)
    assert [each[1] for each in confirmed(ordered)] == [deed]


def test_a_field_that_is_wrong_is_told_and_the_attempt_is_still_there(ordered):
    page = pay(ordered, number="4242424242424241")
    assert page.status == 422
    assert 'href="#number"' in page.text
    assert 'name="attempt" value="0"' in page.text
    assert "4241" not in page.text


def test_a_gateway_that_is_away_is_told_and_nothing_is_taken(ordered):
    ordered.gateway.is_away = True
    page = pay(ordered)
    assert page.status == 503
    assert "no money was taken" in page.text


def test_with_fields_the_shop_sends_a_token_and_its_page_has_the_gateways_script(sample):
    sample.order(type="fields")
    page = sample.browser.get(f"/pay/{sample.made().ticket}")
    assert f'src="{PAY}/js/v1.js"' in page.text
    assert f'data-key="{KEY}"' in page.text
    assert f"script-src 'self' {PAY};" in page.headers["content-security-policy"]
    form = {"attempt": "0", "token": "tok_1", "number": "4242424242424242"}
    sample.browser.post(f"/pay/{sample.made().ticket}", form)
    assert confirmed(sample)[0][2]["payment_method_data"]["card"] == {"token": "tok_1"}
