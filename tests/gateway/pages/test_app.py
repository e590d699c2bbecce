"""The pages, asked without a browser: one post, one attempt, and no form where nothing is owed."""

import re

import pytest
from msgspec.structs import replace

from cardswitch.gateway.core.intents import TRIES_MAX
from cardswitch.gateway.pages.till import Stage
from cardswitch.wire.web.rates import Rate
from tests.gateway.pages.fakes import OFFER, SHOP, FakeTill, pages_of
from tests.kit.asgi import Browser

CARD = {"number": "4242424242424242", "expiry": "12/30", "cvc": "123"}
HIDDEN = re.compile(r'name="(token|attempt)" value="([^"]*)"')


class Shopper:
    """A browser at the page of an offer."""

    def __init__(self, till):
        self.till = till
        self.notes = []
        self.browser = Browser(pages_of(till, self.notes).app)

    def look(self):
        return self.browser.get("/c/cs_1")

    def form(self):
        """What the form has hidden."""
        return dict(HIDDEN.findall(self.look().text))

    def pay(self, hidden=None, headers=None, **typed):
        form = (self.form() if hidden is None else hidden) | CARD | typed
        return self.browser.post("/c/cs_1/pay", form, **(headers or {}))


@pytest.fixture
def shopper():
    return Shopper(FakeTill())


def test_the_page_shows_the_order_and_nothing_that_a_name_could_do(shopper):
    page = shopper.look()
    assert page.status == 200
    assert "Coffee &lt;b&gt;beans&lt;/b&gt;" in page.text
    assert "EUR\u00a024.90" in page.text
    assert f'href="{SHOP}/basket"' in page.text


def test_every_page_has_the_headers(shopper):
    for path in ("/c/cs_1", "/c/none", "/nothing", "/static/pay.css"):
        headers = shopper.browser.get(path).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["strict-transport-security"]
    assert f"form-action 'self' {SHOP};" in shopper.look().headers["content-security-policy"]
    assert shopper.look().headers["cache-control"] == "no-store"


def test_the_cookie_is_for_this_host_alone(shopper):
    cookie = shopper.look().headers["set-cookie"]
    assert cookie.startswith("__Host-pay=")
    for part in ("HttpOnly", "Secure", "Path=/", "SameSite=lax"):
        assert part in cookie


def test_a_good_card_leads_to_the_shop(shopper):
    page = shopper.pay()
    assert (page.status, page.headers["location"]) == (303, OFFER.success_url)
    assert f"form-action 'self' {SHOP};" in page.headers["content-security-policy"]
    assert shopper.till.paid == [("cs_1", 0, "4242", "123")]
    assert "<form" not in shopper.look().text


def test_a_declined_card_leads_back_to_the_form_and_says_why(shopper):
    page = shopper.pay(number="4000000000009987")
    assert (page.status, page.headers["location"]) == (303, "/c/cs_1")
    after = shopper.look()
    assert 'role="alert"' in after.text
    assert "Declined by your bank." in after.text
    assert "9987" not in after.text
    assert shopper.pay().headers["location"] == OFFER.success_url


def test_a_form_is_good_for_one_attempt(shopper):
    hidden = shopper.form()
    assert shopper.pay(hidden).status == 303
    assert shopper.pay(hidden).headers["location"] == "/c/cs_1"  # paid: the page says so
    assert len(shopper.till.paid) == 1


def test_a_form_of_another_tab_asks_for_nothing(shopper):
    hidden = shopper.form()
    shopper.pay(number="4000000000000002")
    page = shopper.pay(hidden)
    assert page.status == 409
    assert "another tab" in page.text
    assert len(shopper.till.paid) == 1


def test_an_outcome_that_is_not_there_is_waited_for(shopper):
    assert shopper.pay(number="4000000000000341").headers["location"] == "/c/cs_1"
    page = shopper.look()
    assert 'http-equiv="refresh"' in page.text
    assert "<form" not in page.text


def test_what_was_not_sent_is_said_and_can_be_tried_again(shopper):
    page = shopper.pay(number="4000000000000119")
    assert page.status == 503
    assert "Nothing was sent" in page.text
    assert shopper.pay().status == 303


def test_what_is_typed_wrong_is_told_by_field_and_the_card_is_not_shown_again(shopper):
    page = shopper.pay(number="4242424242424241", name="<script>", cvc="9")
    assert page.status == 422
    assert 'href="#number"' in page.text
    assert 'aria-invalid="true"' in page.text
    assert 'value="&lt;script&gt;"' in page.text
    assert "4242424242424241" not in page.text
    assert shopper.till.paid == []


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
    ],
)
def test_a_form_that_another_page_posts_is_refused(shopper, headers):
    assert shopper.pay(headers=headers).status == 403
    assert shopper.till.paid == []


def test_a_form_of_another_browser_is_not_taken(shopper):
    hidden = shopper.form()
    shopper.browser.cookie = "__Host-pay=anothers"
    assert shopper.pay(hidden).status == 409
    assert shopper.till.paid == []


def test_our_own_origin_may_post(shopper):
    page = shopper.pay(
        headers={"origin": "https://pay.localhost:7109", "sec_fetch_site": "same-origin"}
    )
    assert page.status == 303


@pytest.mark.parametrize("host", ["evil.example", "evil.example:7109", "", "pay.localhost.evil"])
def test_a_host_that_is_not_ours_is_shown_nothing(shopper, host):
    shopper.browser.host = host
    assert shopper.look().status == 421


@pytest.mark.parametrize("host", ["[::1]:7109", "[::1]", "pay.localhost"])
def test_our_names_do_with_and_without_a_port(shopper, host):
    shopper.browser.host = host
    assert shopper.look().status == 200


@pytest.mark.parametrize("body", [b"x" * 9_000, b"number=%zz", b"number=\xff", b"a=1&a=2"])
def test_a_form_that_cannot_be_read_is_refused(shopper, body):
    shopper.look()
    assert shopper.browser.ask("POST", "/c/cs_1/pay", body, {}).status == 400


@pytest.mark.parametrize(
    "path", ["/c/none", "/c/" + "x" * 200, "/c/%00", "/", "/c", "/static/../app.py"]
)
def test_what_is_not_there_says_so(shopper, path):
    page = shopper.browser.get(path)
    assert page.status == 404
    assert "<h1>" in page.text


@pytest.mark.parametrize("stage", [Stage.PAID, Stage.EXPIRED, Stage.WAITING])
def test_where_nothing_is_owed_there_is_no_form(stage):
    shopper = Shopper(FakeTill(replace(OFFER, stage=stage)))
    assert "<form" not in shopper.look().text
    assert shopper.pay({"attempt": "0", "token": "x"}).headers["location"] == "/c/cs_1"
    assert shopper.till.paid == []


def test_a_session_takes_so_many_cards_and_no_more():
    shopper = Shopper(FakeTill(replace(OFFER, attempt=TRIES_MAX)))
    page = shopper.look()
    assert "Too many cards" in page.text
    assert "<form" not in page.text
    assert shopper.pay({"attempt": str(TRIES_MAX), "token": "x"}).status == 303
    assert shopper.till.paid == []


def test_what_fails_within_is_told_to_the_record_and_not_to_the_shopper(shopper):
    async def broken(id_):
        raise RuntimeError("4242424242424242")

    shopper.till.offer = broken
    page = shopper.look()
    assert page.status == 500
    assert "4242" not in page.text
    assert shopper.notes == [("pages_failed", "/c/cs_1: RuntimeError")]


# In a page of the shop's --------------------------------------------------------------------------

DIRECT = replace(OFFER, ui="x_direct_post", cancel_url=f"{SHOP}/pay/1?a=b")


def post_directly(till, notes=None, origin=SHOP, **typed):
    form = CARD | {"attempt": "0"} | typed
    return Browser(pages_of(till, notes).app).post("/d/cs_1", form, origin=origin)


@pytest.mark.parametrize("number", ["4242424242424242", "4000000000009987", "4000000000000341"])
def test_a_form_of_the_shop_leads_back_there_whatever_came_of_it(number):
    till = FakeTill(DIRECT)
    page = post_directly(till, number=number)
    assert (page.status, page.headers["location"]) == (303, DIRECT.cancel_url)
    assert till.paid == [("cs_1", 0, number[-4:], "123")]


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"number": "4242424242424241", "cvc": ""}, "number%2Ccvc"),
        ({"number": "4000000000000119"}, "unsent"),
    ],
)
def test_the_way_back_names_the_fields_that_are_wrong_and_nothing_of_them(typed, wrong):
    till = FakeTill(DIRECT)
    location = post_directly(till, **typed).headers["location"]
    assert location == f"{DIRECT.cancel_url}&wrong={wrong}"
    assert till.paid == []


@pytest.mark.parametrize("origin", ["https://evil.example", "null", f"{SHOP}0", ""])
def test_a_direct_form_of_another_origin_asks_for_nothing(origin):
    till = FakeTill(DIRECT)
    assert post_directly(till, origin=origin).status == 403
    assert till.paid == []


@pytest.mark.parametrize("attempt", ["1", "", "-1"])
def test_a_direct_form_is_good_for_its_attempt(attempt):
    till = FakeTill(DIRECT)
    assert post_directly(till, attempt=attempt).headers["location"] == DIRECT.cancel_url
    assert till.paid == []


def test_a_session_that_is_not_for_direct_forms_takes_none():
    till = FakeTill()
    assert post_directly(till).status == 404
    assert till.paid == []


def test_a_framed_page_is_shown_by_its_shop_alone_and_says_there_that_it_is_paid():
    shopper = Shopper(FakeTill(replace(OFFER, ui="embedded_page")))
    page = shopper.look()
    assert f"frame-ancestors {SHOP}" in page.headers["content-security-policy"]
    assert "SameSite=None; Partitioned" in page.headers["set-cookie"]
    assert shopper.pay().headers["location"] == "/c/cs_1"
    paid = shopper.look().text
    assert f'data-shop="{SHOP}"' in paid
    assert f'href="{OFFER.success_url}" target="_top"' in paid
    assert "framed.js" in paid
    assert "framed.js" not in Shopper(FakeTill()).look().text


def test_who_asks_too_much_waits():
    browser = Browser(pages_of(FakeTill(), rate=Rate(1, lambda: 0.0)).app)
    pages = [browser.get("/c/cs_1").status for _ in range(6)]
    assert pages == [200] * 5 + [429]
