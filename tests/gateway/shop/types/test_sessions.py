"""Types where the gateway asks for the card."""

import pytest

from tests.gateway.shop.fakes import PAY, URL


@pytest.mark.parametrize(
    ("type_", "ui"),
    [("hosted", "hosted_page"), ("framed", "embedded_page"), ("direct", "x_direct_post")],
)
def test_a_session_says_how_the_card_is_asked_for_and_where_the_browser_goes_back(
    sample, type_, ui
):
    sample.order(type=type_)
    _, _, asked = sample.gateway.asked[0]
    ticket = sample.made().ticket
    assert (asked["ui_mode"], asked["success_url"]) == (ui, f"{URL}/thanks/{ticket}")
    assert asked["cancel_url"] == f"{URL}{f'/pay/{ticket}' if type_ == 'direct' else '/basket'}"


def test_a_direct_form_goes_to_the_gateway_for_one_attempt(sample):
    sample.order(type="direct")
    address = f"/pay/{sample.made().ticket}"
    assert f'action="{PAY}/d/cs_1"' in sample.browser.get(address).text
    intent = {"id": "pi_1", "status": "requires_payment_method", "x_attempts": 2}
    sample.gateway.sessions["cs_1"]["payment_intent"] = intent | {"x_customer_message": "No."}
    page = sample.browser.get(address)
    assert 'name="attempt" value="2"' in page.text
    assert "No. Use another card, or ask your bank. No money was taken." in page.text


def test_the_way_back_says_which_field_is_wrong_in_our_own_words(sample):
    sample.order(type="direct")
    path = f"/pay/{sample.made().ticket}"
    page = sample.browser.ask("GET", path, b"", {}, query="wrong=cvc,%3Cb%3E")
    assert 'href="#cvc"' in page.text
    assert "<b>" not in page.text
    page = sample.browser.ask("GET", path, b"", {}, query="wrong=unsent")
    assert "no money was taken" in page.text
