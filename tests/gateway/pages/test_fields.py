"""Fields in a frame: shown to the registered origin, and a card becomes a token."""

import json
from urllib.parse import urlencode

import pytest

from tests.gateway.pages.fakes import SHOP, FakeDesk, FakeTill, pages_of
from tests.kit.asgi import Browser

CARD = {"number": "4242424242424242", "expiry": "12/30", "cvc": "123", "key": "pk_1"}
OURS = "https://pay.localhost:7109"


@pytest.fixture
def desk():
    return FakeDesk()


@pytest.fixture
def browser(desk):
    return Browser(pages_of(FakeTill(), desk=desk).app)


def shown(browser, **asked):
    query = urlencode({"key": "pk_1", "origin": SHOP} | asked)
    return browser.ask("GET", "/fields/card", b"", {}, query=query)


def sent(browser, path="/fields/token", origin=OURS, **typed):
    page = browser.post(path, CARD | typed, origin=origin)
    return page.status, json.loads(page.text)


def test_the_registered_origin_may_frame_the_fields_and_they_speak_to_it_alone(browser):
    page = shown(browser)
    assert page.status == 200
    assert f"frame-ancestors {SHOP}" in page.headers["content-security-policy"]
    assert f'data-shop="{SHOP}"' in page.text


@pytest.mark.parametrize(
    "asked", [{"origin": "https://evil.example"}, {"origin": ""}, {"key": "pk_2"}, {"key": ""}]
)
def test_nobody_else_is_shown_any(browser, asked):
    page = shown(browser, **asked)
    assert page.status == 403
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert "<input" not in page.text


def test_a_card_becomes_a_token_and_nothing_of_it_is_said(browser, desk):
    assert sent(browser) == (200, {"token": "tok_4242"})
    assert desk.codes == ["123"]


def test_a_wrong_field_is_named(browser, desk):
    status, told = sent(browser, number="4242424242424241", cvc="")
    assert (status, list(told["errors"])) == (200, ["number", "cvc"])
    assert desk.codes == []


def test_by_telephone_there_may_be_no_code(browser, desk):
    assert sent(browser, cvc="", moto="yes") == (200, {"token": "tok_4242"})
    assert desk.codes == [""]
    assert "if it is known" in shown(browser, moto="yes").text


@pytest.mark.parametrize("origin", [SHOP, "https://evil.example", "null"])
def test_other_pages_get_no_token_themselves(browser, desk, origin):
    assert sent(browser, origin=origin)[0] == 403
    assert desk.codes == []


def test_a_key_that_is_none_is_told_as_no_more_than_a_failure(browser):
    status, told = sent(browser, key="pk_2")
    assert (status, list(told)) == (401, ["alert"])


def test_an_intent_is_confirmed_or_declined_in_safe_words(browser):
    status, told = sent(browser, "/fields/confirm", secret="pi_1")
    assert (status, told["intent"]["status"]) == (200, "succeeded")
    status, told = sent(browser, "/fields/confirm", secret="pi_1", number="4000000000009987")
    assert status == 402
    assert told["alert"].startswith("Declined by your bank.")


def test_a_form_that_cannot_be_read_is_said(browser):
    assert browser.ask("POST", "/fields/token", b"a=%zz", {"origin": OURS}).status == 400


def test_the_script_may_be_loaded_by_any_page(browser):
    page = browser.get("/js/v1.js")
    assert page.headers["cross-origin-resource-policy"] == "cross-origin"
    for name in ("redirectToCheckout", "elements", "confirmCardPayment"):
        assert name in page.text
