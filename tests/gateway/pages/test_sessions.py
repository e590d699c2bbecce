"""Sessions on their pages: what the API made is shown, paid once, and over in time."""

import re
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPSConnection
from time import sleep
from urllib.parse import urlencode, urlsplit

import pytest

from cardswitch.gateway.cli.given import ask_gateway
from cardswitch.gateway.core.flows import owed, payments, work
from cardswitch.gateway.pages import sessions
from tests.kit.asgi import Page

HIDDEN = re.compile(r'name="(token|attempt)" value="([^"]*)"')
CARD = {"number": "4242424242424242", "expiry": "12/30", "cvc": "123"}
SHOP = "https://shop.localhost"


OLD = {"Stripe_Version": "2020-03-02"}  # a client whose sessions have their intent at once
LINES = {
    "line_items[0][price_data][currency]": "eur",
    "line_items[0][price_data][unit_amount]": 1250,
    "line_items[0][price_data][product_data][name]": "Beans",
    "line_items[0][quantity]": 2,
}
SETUP = {"mode": "setup", **dict.fromkeys(LINES)}


class Visitor:
    """Somebody at the page of a session of *shop*."""

    def __init__(self, shop, headers=None, **asked):
        self.shop = shop
        wanted = {
            "mode": "payment",
            **LINES,
            "success_url": f"{SHOP}/thanks?id={{CHECKOUT_SESSION_ID}}",
            "cancel_url": f"{SHOP}/basket",
        }
        path = "/v1/checkout/sessions"
        self.session = shop.ask("POST", path, wanted | asked, **headers or {}).body
        self.cookie = ""

    @property
    def id(self):
        return self.session["id"]

    def look(self, id_=None):
        return self.ask("GET", f"/c/{id_ or self.id}")

    def pay(self, **typed):
        hidden = dict(HIDDEN.findall(self.look().text))
        return self.ask("POST", f"/c/{self.id}/pay", urlencode(hidden | CARD | typed))

    def ask(self, method, path, body=""):
        pages = self.shop.config.pages
        connection = HTTPSConnection("127.0.0.1", pages.port, context=self.shop.context, timeout=20)
        headers = {"Host": f"pay.localhost:{pages.port}", "Cookie": self.cookie}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            said = {name.lower(): value for name, value in answer.headers.items()}
            page = Page(answer.status, said, answer.read().decode())
        finally:
            connection.close()
        self.cookie = page.cookie or self.cookie
        return page

    def told(self):
        return self.shop.ask("GET", f"/v1/checkout/sessions/{self.id}").body


def test_a_session_has_the_address_of_its_page(shop):
    visitor = Visitor(shop)
    assert visitor.session["url"] == f"{shop.config.pages.url}/c/{visitor.id}"
    page = visitor.look(urlsplit(visitor.session["url"]).path.rpartition("/")[2])
    assert "Corner Shop" in page.text
    assert "EUR\u00a025.00" in page.text


def test_a_session_is_paid_and_then_has_no_page_to_pay_at(shop):
    visitor = Visitor(shop)
    page = visitor.pay()
    assert (page.status, page.headers["location"]) == (303, f"{SHOP}/thanks?id={visitor.id}")
    told = visitor.told()
    assert (told["status"], told["payment_status"], told["url"]) == ("complete", "paid", None)
    assert "nothing more to do" in visitor.look().text


def test_a_declined_card_leaves_it_open_and_counts(shop):
    visitor = Visitor(shop)
    visitor.pay(number="4000000000000002")
    page = visitor.look()
    assert 'role="alert"' in page.text
    assert ("attempt", "1") in HIDDEN.findall(page.text)
    assert visitor.told()["status"] == "open"
    assert visitor.pay().headers["location"].startswith(SHOP)


def test_what_is_taken_later_is_set_aside(shop):
    visitor = Visitor(shop, **{"payment_intent_data[capture_method]": "manual"})
    visitor.pay()
    told = visitor.told()
    assert (told["status"], told["payment_status"]) == ("complete", "unpaid")
    intent = shop.ask("GET", f"/v1/payment_intents/{told['payment_intent']}").body
    assert intent["status"] == "requires_capture"


def test_a_card_is_saved_where_nothing_is_paid(shop):
    customer = shop.ask("POST", "/v1/customers", {"name": "A. Visitor"}).body["id"]
    visitor = Visitor(shop, customer=customer, **SETUP)
    assert "Save a card" in visitor.look().text
    assert visitor.pay().status == 303
    assert visitor.told()["status"] == "complete"


@pytest.mark.parametrize("what", [{}, SETUP])
def test_a_session_of_a_customer_who_was_deleted_is_over(shop, what):
    customer = shop.ask("POST", "/v1/customers").body["id"]
    visitor = Visitor(shop, customer=customer, **what)
    hidden = dict(HIDDEN.findall(visitor.look().text))
    shop.ask("DELETE", f"/v1/customers/{customer}")
    visitor.ask("POST", f"/c/{visitor.id}/pay", urlencode(hidden | CARD))
    page = visitor.look().text
    assert "has expired" in page
    assert customer not in page


def test_a_customer_stays_as_he_is_while_a_card_is_saved_for_him(shop, monkeypatch):
    at = f"/v1/customers/{shop.ask('POST', '/v1/customers', {'name': 'A. Visitor'}).body['id']}"
    visitor = Visitor(shop, customer=at.rpartition("/")[2], **SETUP)
    answer_to = work.Work._answer_to

    async def late(self, request):
        await self.desk.sleep(1.0)
        return await answer_to(self, request)

    with monkeypatch.context() as patch, ThreadPoolExecutor(1) as browser:
        patch.setattr(work.Work, "_answer_to", late)
        paying = browser.submit(visitor.pay)
        while not visitor.told()["setup_intent"]:
            sleep(0.05)
        assert shop.ask("DELETE", at).body["error"]["code"] == "lock_timeout"
        assert paying.result().status == 303
    assert len(shop.ask("GET", f"{at}/payment_methods").body["data"]) == 1
    assert shop.ask("DELETE", at).body["deleted"]
    assert "name" not in shop.ask("GET", at).body


def test_an_intent_that_is_given_to_a_customer_meanwhile_is_paid_and_its_card_kept(shop):
    visitor = Visitor(shop, OLD)
    customer = shop.ask("POST", "/v1/customers").body["id"]
    asked = {"customer": customer, "setup_future_usage": "off_session"}
    shop.ask("POST", f"/v1/payment_intents/{visitor.session['payment_intent']}", asked)
    assert visitor.pay().headers["location"].startswith(SHOP)
    assert visitor.told()["payment_status"] == "paid"
    kept = shop.ask("GET", "/v1/payment_methods", {"customer": customer}).body["data"]
    assert [each["customer"] for each in kept] == [customer]


def test_a_gateway_that_fails_behind_the_approval_does_not_say_that_nothing_was_taken(
    shop, monkeypatch
):
    def fails(*_):
        raise RuntimeError

    visitor = Visitor(shop)
    with monkeypatch.context() as patch:
        patch.setattr(payments, "complete", fails)
        page = visitor.pay()
    intent = shop.ask("GET", f"/v1/payment_intents/{visitor.told()['payment_intent']}").body
    assert (page.status, intent["status"]) == (503, "succeeded")
    assert "No money was taken" not in page.text
    assert "is not known" in page.text


def test_what_a_page_shows_is_what_is_paid(shop):
    visitor = Visitor(shop, OLD)
    intent = f"/v1/payment_intents/{visitor.session['payment_intent']}"
    told = shop.ask("POST", intent, {"amount": 9900})
    assert (told.status, told.body["error"]["param"]) == (400, "amount")
    assert shop.ask("POST", intent, {"description": "b", "amount": 2500}).status == 200
    visitor.pay()
    assert shop.ask("GET", intent).body["amount_received"] == 2500


def test_an_intent_that_is_canceled_has_no_form_any_more(shop):
    visitor = Visitor(shop, OLD)
    shop.ask("POST", f"/v1/payment_intents/{visitor.session['payment_intent']}/cancel")
    page = visitor.look()
    assert "has expired" in page.text
    assert "<form" not in page.text


def test_a_session_that_is_over_shows_no_form(shop):
    visitor = Visitor(shop)
    shop.ask("POST", f"/v1/checkout/sessions/{visitor.id}/expire")
    page = visitor.look()
    assert "has expired" in page.text
    assert "<form" not in page.text


@pytest.mark.parametrize("id_", ["cs_test_none", "pi_none", "cs_test_" + "x" * 50])
def test_what_is_no_session_is_said_so(shop, id_):
    assert Visitor(shop).look(id_).status == 404


def linked(shop, **asked):
    """A visitor at a payment link of two bags of beans."""
    visitor = Visitor(shop)
    visitor.link = shop.ask("POST", "/v1/payment_links", LINES | asked).body
    return visitor


def follow(visitor):
    """The session that the link leads to."""
    page = visitor.ask("POST", f"/l/{visitor.link['id']}", "x=1")
    return page.headers["location"].removeprefix("/c/")


ONCE = {"restrictions[completed_sessions][limit]": 1}


def test_a_link_shows_its_order_and_leads_to_a_session_that_is_paid(shop):
    visitor = linked(shop, **ONCE)
    assert "EUR\u00a025.00" in visitor.ask("GET", f"/l/{visitor.link['id']}").text
    visitor.session = {"id": follow(visitor)}
    assert visitor.told()["payment_link"] == visitor.link["id"]
    assert visitor.pay().headers["location"].endswith(f"/c/{visitor.id}")
    paid = visitor.look().text
    assert "The payment is done." in paid
    assert "Back to" not in paid  # There is no shop to go back to.
    assert visitor.told()["payment_status"] == "paid"


def test_a_link_that_is_paid_once_has_one_session_for_all_tabs(shop):
    visitor = linked(shop, **ONCE)
    first = follow(visitor)
    assert follow(visitor) == first
    shop.ask("POST", f"/v1/checkout/sessions/{first}/expire")
    assert follow(visitor) not in (first, "")


@pytest.mark.parametrize("asks", ["the API", "the operator"])
def test_what_a_person_finds_to_be_paid_is_paid_at_its_page_and_at_its_link(
    shop, monkeypatch, asks
):
    visitor = linked(shop, **ONCE)
    visitor.session = {"id": follow(visitor)}
    with monkeypatch.context() as patch:
        patch.setattr(work, "fits", lambda *_: False)  # No answer is taken for one ...
        patch.setattr(owed, "UNDONE", frozenset())
        patch.setattr(owed, "REFUSED_FOR_GOOD", frozenset(["00"]))  # ... and no reversal.
        visitor.pay()
        found = shop.ask("GET", "/v1/x/exceptions")
        while not found.body["data"]:
            sleep(0.05)
            found = shop.ask("GET", "/v1/x/exceptions")
    shop.ask("POST", f"/v1/checkout/sessions/{visitor.id}/expire")
    [id_] = [each["id"] for each in found.body["data"]]
    said = {"outcome": "paid", "because": "it is in the file of the bank"}
    if asks == "the API":
        told = shop.ask("POST", f"/v1/x/exceptions/{id_}/resolve", said)
        assert told.status == 200
    else:
        ask_gateway(shop.config, "resolve", {"id": id_, "who": "ann", **said})
    told = visitor.told()
    assert (told["status"], told["payment_status"]) == ("complete", "paid")
    assert follow(visitor) == visitor.id  # Nobody else pays it by the link.


def test_a_link_that_is_paid_once_waits_for_whoever_pays_as_his_time_is_over(shop, monkeypatch):
    visitor, other = linked(shop, **ONCE), Visitor(shop)
    other.link = visitor.link
    ask_first = payments.authenticate

    async def late(working, *asked):
        await working.desk.sleep(3.0)
        return await ask_first(working, *asked)

    with monkeypatch.context() as patch, ThreadPoolExecutor(1) as browser:
        patch.setattr(sessions, "LIVES_S", (0, 1.5))
        patch.setattr(payments, "authenticate", late)
        visitor.session = {"id": follow(visitor)}
        paying = browser.submit(visitor.pay)
        while "has expired" not in other.look(visitor.id).text:
            sleep(0.05)
        at = f"/l/{visitor.link['id']}"
        assert other.ask("POST", at, "x=1").headers["location"] == at
        assert paying.result().headers["location"].endswith(f"/c/{visitor.id}")
    assert visitor.told()["payment_status"] == "paid"
    assert follow(other) == visitor.id


def test_a_link_for_many_gives_each_a_session(shop):
    visitor = linked(shop)
    assert follow(visitor) != follow(visitor)


def test_a_link_that_is_not_active_or_not_there_leads_nowhere(shop):
    visitor = linked(shop)
    shop.ask("POST", f"/v1/payment_links/{visitor.link['id']}", {"active": "false"})
    page = visitor.ask("GET", f"/l/{visitor.link['id']}")
    assert "<form" not in page.text
    assert visitor.ask("POST", f"/l/{visitor.link['id']}", "x=1").headers["location"] == (
        f"/l/{visitor.link['id']}"
    )
    assert visitor.ask("GET", "/l/plink_none").status == 404
