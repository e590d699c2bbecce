"""Whoever means ill at the gateway's pages: nobody is charged, and who erred reads what helps."""

from collections import Counter
from typing import NamedTuple

import pytest

from cardswitch.gateway.store import GatewayReader
from tests.gateway.api.families.test_sessions import NEW, PATH
from tests.kit.shop import Shop
from tests.kit.visitor import Form, Visitor

CARD = {"number": "4242424242424242", "expiry": "12/30", "cvc": "123"}
SHOP, PAID = "Coffee beans", "more to do on this page"  # on the shop's page, and on ours
SCRIPT = "<script>alert(1)</script>"
LINE = "line_items[0][price_data][product_data][name]"


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with Shop(tmp_path_factory.mktemp("ill") / "lab") as shop:
        yield shop


class Page(NamedTuple):
    """A shopper's browser at the page of a session."""

    shop: Shop
    browser: Visitor
    id: str
    form: Form


def at(shop, key=None, **more):
    """A new session, and a browser that looks at its page."""
    there = {"success_url": f"{shop.lab.lab.shop.url}/"}
    made = shop.ask("POST", PATH, {**NEW, **there, **more}, key=key).body
    browser = Visitor(shop.ca).get(made["url"])
    return Page(shop, browser, made["id"], browser.form("number"))


def sent(shop):
    """How often the issuer was asked."""
    reader = GatewayReader(shop.config.database)
    return Counter(row.state for row in reader.rows_behind(0, 100_000))["Sent"]


def expire(page):
    page.shop.ask("POST", f"{PATH}/{page.id}/expire")
    page.browser.submit(page.form, **CARD)


def replay(page):
    """The form of a payment that was made, once more; and the page of it."""
    page.browser.submit(page.form, **CARD)
    page.browser.url = page.shop.config.pages.url
    page.browser.submit(page.form, **CARD)
    page.browser.get(f"{page.shop.config.pages.url}/c/{page.id}")


def from_another_browser(page):
    other = Visitor(page.shop.ca)
    other.url = page.browser.url
    page.browser.html = other.submit(page.form, **CARD).html
    page.browser.status = other.status


def with_the_form_of(page, other):
    page.form.fields = {**other.form.fields}
    page.browser.submit(page.form, **CARD)


def another_merchants_form(page):
    with_the_form_of(page, at(page.shop, page.shop.other))


def another_sessions_form(page):
    with_the_form_of(page, at(page.shop))


def another_merchants_session(page):
    """Its keys find nothing of it."""
    ask, path = page.shop.ask, f"{PATH}/{page.id}"
    for method, more in (("GET", ""), ("POST", "/expire"), ("GET", "/line_items")):
        assert ask(method, path + more, key=page.shop.other).status == 404
    page.browser.get(f"{page.shop.config.pages.url}/c/{page.id}")


def no_session(page):
    page.browser.get(f"{page.shop.config.pages.url}/c/{page.id[:-1]}_")
    page.browser.submit(Form(f"/c/{page.id[:-1]}_/pay"), **CARD)


def typed(**more):
    """What is typed into the form."""
    return lambda page: page.browser.submit(page.form, **{**CARD, **more})


def from_another_page(page):
    page.browser.url = "https://evil.example/"
    page.browser.submit(Form(f"{page.shop.config.pages.url}/c/{page.id}/pay", {}), **CARD)


def direct_from_another_page(page):
    page.browser.url = "https://evil.example/"
    page.browser.submit(Form(f"{page.shop.config.pages.url}/d/{page.id}"), **CARD)


def bank_of_nobody(page):
    there = f"{page.shop.config.pages.url}/3ds/00000000-0000-4000-8000-000000000000"
    page.browser.get(there)
    page.browser.submit(Form(f"{there}/done"), cres="e30")


# Who does what, how often the issuer is asked for that, and what stands there then.
CASES = [
    ("an expired session", expire, 0, "expired"),
    ("a form that was sent before", replay, 1, PAID),
    ("a form from another browser", from_another_browser, 0, "Enter the card once more"),
    ("a form of another session", another_sessions_form, 0, "Enter the card once more"),
    ("a form of another merchant", another_merchants_form, 0, "Enter the card once more"),
    ("a session of another merchant", another_merchants_session, 0, "Card number"),
    ("a session that is none", no_session, 0, "Go back to the shop and begin again"),
    ("a token that was changed", typed(token="0" * 64), 0, "Enter the card once more"),
    ("an attempt that was changed", typed(attempt="1"), 0, "Enter the card once more"),
    ("an amount that was changed", typed(amount="1", total="1"), 1, SHOP),
    ("a page of somebody else", from_another_page, 0, "Open the link of the shop again"),
    ("a direct form of somebody else", direct_from_another_page, 0, "begin again"),
    ("a challenge that is none", bank_of_nobody, 0, "begin again"),
    ("a number with spaces", typed(number=" 4242 4242 4242 4242 "), 1, SHOP),
    ("a number with hyphens", typed(number="4242-4242-4242-4242"), 1, SHOP),
    ("a number with letters", typed(number="4242x4242x4242x4242"), 0, "Enter the long number"),
    ("digits of another script", typed(number="٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢"), 0, "Enter the long number"),
    ("a number that is too long", typed(number="4" * 90), 0, "Enter the long number"),
    ("a digit that is mistyped", typed(number="4242424242424241"), 0, "mistyped"),
    ("a date that has passed", typed(expiry="01/20"), 0, "has expired"),
    ("a date that is none", typed(expiry="13/30"), 0, "Enter the month as 01 to 12"),
    ("a code that is none", typed(cvc="12"), 0, "security code"),
    ("a script for a name", typed(name=SCRIPT, cvc=""), 0, "security code"),
    ("a script for a postal code", typed(postal_code=SCRIPT, cvc=""), 0, "security code"),
    ("a lost card", typed(number="4000000000009987"), 1, "No money was taken"),
]


@pytest.mark.parametrize(
    ("deed", "asked", "says"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_who_means_ill_or_errs_charges_nobody(shop, deed, asked, says):
    page = at(shop, **{LINE: f"Tea {SCRIPT}"})
    assert SCRIPT not in page.browser.html
    before = sent(shop)
    deed(page)
    assert sent(shop) - before == asked
    assert SCRIPT not in page.browser.html
    assert says in page.browser.text
    now = shop.ask("GET", f"{PATH}/{page.id}").body
    assert (now["amount_total"], now["payment_status"] == "paid") == (1400, says in (PAID, SHOP))


ELSEWHERE = [
    "https://evil.example/",
    "https://shop.localhost.evil.example/",
    "https://shop.localhost@evil.example/",
    "https://shop.localhost:1/",
    "http://shop.localhost/",
    "//evil.example",
    "javascript:alert(1)",
    "https://shop.localhost\\@evil.example/",
    "https://shop.localhost/\r\nSet-Cookie: a=b",
]


@pytest.mark.parametrize("url", ELSEWHERE)
@pytest.mark.parametrize("name", ["success_url", "cancel_url"])
def test_nobody_is_sent_elsewhere(shop, name, url):
    refused = shop.ask("POST", PATH, {**NEW, name: url})
    assert (refused.status, refused.body["error"]["param"]) == (400, name)


def test_ten_cards_are_tried_and_no_more(shop):
    """By the page, and by whoever has the secret of an intent in a browser."""
    page = at(shop)
    for _ in range(10):
        page.browser.submit(page.browser.form("number"), **{**CARD, "number": "4000000000009995"})
    assert "Too many cards were tried" in page.browser.text
    page.browser.submit(page.form, **CARD)
    assert shop.ask("GET", f"{PATH}/{page.id}").body["status"] == "open"
    assert "Too many cards were tried" in page.browser.text


@pytest.mark.parametrize("with_key", ["public", "fields"])
def test_ten_cards_are_tried_of_an_intent_by_browsers(shop, with_key):
    made = shop.create(payment_method=None, confirm=None).body
    secret = made["client_secret"]
    codes = [confirm(shop, made["id"], secret, with_key) for _ in range(11)]
    assert codes[:10] == [402] * 10
    before = sent(shop)
    assert confirm(shop, made["id"], secret, with_key, "4242424242424242") == 402
    assert sent(shop) == before
    paid = shop.ask(
        "POST", f"/v1/payment_intents/{made['id']}/confirm", {"payment_method": "pm_card_visa"}
    )
    assert paid.body["status"] == "succeeded"  # The merchant's own server may.


def confirm(shop, id_, secret, way, number="4000000000009995"):
    if way == "fields":
        browser = Visitor(shop.ca)
        browser.url = shop.config.pages.url
        form = Form("/fields/confirm")
        browser.submit(form, **{**CARD, "number": number}, key=shop.public, secret=secret)
        return browser.status
    data = "payment_method_data"
    card = {
        f"{data}[type]": "card",
        f"{data}[card][number]": number,
        f"{data}[card][exp_month]": "12",
        f"{data}[card][exp_year]": "2030",
        "client_secret": secret,
    }
    return shop.ask("POST", f"/v1/payment_intents/{id_}/confirm", card, key=shop.public).status
