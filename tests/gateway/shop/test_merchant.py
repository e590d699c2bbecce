"""The merchant: who may come in, and what can be done with an order."""

import re

import pytest

TOKEN = re.compile(r'name="token" value="([^"]+)"')


KEY = {"key": "open sesame"}


@pytest.fixture
def merchant(sample):
    sample.order(capture="manual")
    sample.gateway.pay("cs_1", status="requires_capture", received=0)
    sample.browser.post("/login", KEY)
    return sample


def deed(merchant, deed, status=303, **form):
    token = TOKEN.search(merchant.browser.get("/merchant/1").text)
    before = len(merchant.gateway.asked)
    asked = {"token": token[1], "deed": deed} | form
    page = merchant.browser.post("/merchant/1", asked)
    assert page.status == status
    return [each for each in merchant.gateway.asked[before:] if each[1]], page


@pytest.mark.parametrize("path", ["/merchant", "/merchant/1", "/merchant/new"])
def test_nobody_else_comes_in(sample, path):
    sample.order()
    page = sample.browser.get(path)
    assert (page.status, page.headers["location"]) == (303, f"/login?to={path}")
    page = sample.browser.post("/login", {"key": "wrong", "to": path})
    assert (page.status, page.cookie) == (403, "")
    assert 'role="alert"' in page.text
    page = sample.browser.post("/login", KEY | {"to": path})
    assert page.headers["location"] == path
    assert sample.browser.get(path).status == 200


def test_a_form_does_nothing_for_whoever_is_not_logged_in(sample):
    sample.order(capture="manual")
    for path in ("/merchant/1", "/merchant/new", "/logout"):
        assert sample.browser.post(path, {"deed": "cancel", "token": ""}).status == 403
    assert not any("cancel" in path for path, _, _ in sample.gateway.asked)


def test_whoever_logs_out_is_out(merchant):
    token = TOKEN.search(merchant.browser.get("/merchant").text)[1]
    merchant.browser.post("/logout", {"token": token})
    assert merchant.browser.get("/merchant").status == 303


def test_orders_are_listed_and_shown_as_they_now_stand(merchant):
    page = merchant.browser.get("/merchant/1")
    assert "Order 1: reserved" in page.text
    assert "reserved" in merchant.browser.get("/merchant").text
    assert merchant.browser.get("/merchant/9").status == 404


def test_what_is_set_aside_is_taken_in_parts_or_given_up(merchant):
    asked, _ = deed(merchant, "capture", amount="5.00", more="yes")
    path, _, params = asked[0]
    assert path == "/v1/payment_intents/pi_1/capture"
    assert params == {"final_capture": False, "amount_to_capture": 500}
    asked, _ = deed(merchant, "capture")
    assert asked[0][2] == {"final_capture": True}
    asked, _ = deed(merchant, "cancel")
    assert asked[0][0] == "/v1/payment_intents/pi_1/cancel"


def test_a_capture_is_asked_for_once_and_another_amount_is_another_one(merchant):
    wanted = [{"amount": "5.00"}, {"amount": "5.00"}, {"amount": "4.00"}, {}]
    wanted.append({"amount": "5.00", "more": "yes"})
    first, again, *others = [deed(merchant, "capture", **form)[0][0][1] for form in wanted]
    assert first == again
    assert len({first, *others}) == 4


def test_a_refund_is_asked_for_once_however_often_it_is_clicked(merchant):
    merchant.gateway.pay("cs_1")
    first, _ = deed(merchant, "refund", amount="2.90")
    again, _ = deed(merchant, "refund", amount="2.90")
    assert first[0][0] == "/v1/refunds"
    assert first[0][1] == again[0][1]  # The gateway does one of the two.
    merchant.gateway.lists["/v1/refunds"].append({"id": "re_1", "status": "failed"})
    third, _ = deed(merchant, "refund", amount="2.90")
    assert third[0][1] != first[0][1]  # It is another one, and not the one that failed.


@pytest.mark.parametrize("amount", ["x", "-1", "1.234", "1,00"])
def test_an_amount_that_is_none_is_said(merchant, amount):
    merchant.gateway.pay("cs_1")
    asked, page = deed(merchant, "refund", status=400, amount=amount)
    assert asked == []
    assert "Not done" in page.text


def test_a_form_of_another_page_does_nothing(merchant):
    for token in ("", "guessed"):
        form = {"token": token, "deed": "cancel"}
        assert merchant.browser.post("/merchant/1", form).status == 403
    assert not any("cancel" in path for path, _, _ in merchant.gateway.asked)


def test_a_deed_that_is_none_is_refused(merchant):
    deed(merchant, "give me all", status=400)


def test_what_the_gateway_refuses_is_shown(merchant):
    merchant.gateway.pay("cs_1")
    page = merchant.browser.get("/merchant/1")
    form = {"token": TOKEN.search(page.text)[1], "deed": "refund"}
    merchant.gateway.is_away = True
    page = merchant.browser.post("/merchant/1", form)
    assert page.status == 400
    assert "the gateway does not answer" in page.text


def make(merchant, token=None, **form):
    page = merchant.browser.get("/merchant/new")
    asked = {"token": token or TOKEN.search(page.text)[1]} | form
    return merchant.browser.post("/merchant/new", asked)


def test_an_order_by_telephone_leads_to_the_fields_of_the_gateway(merchant):
    page = make(merchant, mug="2", type="moto")
    order = merchant.made(2)
    assert page.headers["location"] == f"/pay/{order.ticket}"
    assert (order.total, order.type) == (1700, "moto")
    shown = merchant.browser.get(page.headers["location"])
    assert 'data-moto="yes"' in shown.text


def test_an_order_in_person_waits_for_the_reference_of_a_receipt(merchant):
    page = make(merchant, mug="1", type="till")
    shown = merchant.browser.get(page.headers["location"])
    assert 'name="reference"' in shown.text
    assert "Pay at the till" in merchant.browser.get(f"/pay/{merchant.made(2).ticket}").text


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"type": "moto"}, 400),
        ({"type": "hosted", "mug": "1"}, 400),
        ({"type": "moto", "mug": "1", "token": "guessed"}, 403),
    ],
)
def test_a_new_order_that_is_none_is_not_made(merchant, form, status):
    assert make(merchant, **form).status == status
    assert merchant.made(2) is None


def test_the_list_says_what_is_paid_out_and_goes_without_if_nobody_knows(merchant):
    merchant.gateway.pay("cs_1")
    merchant.gateway.lists["/v1/payouts"] = [{"id": "po_1", "status": "paid"}]
    moved = {"id": "txn_1", "source": "ch_1", "amount": 1290}
    merchant.gateway.lists["/v1/balance_transactions"] = [moved]
    merchant.browser.get("/merchant/1")
    assert 'paid<span class="quiet">, paid out</span>' in merchant.browser.get("/merchant").text
    merchant.gateway.is_away = True
    page = merchant.browser.get("/merchant")
    assert (page.status, "paid out" in page.text) == (200, False)


def test_an_order_is_made_in_the_currency_that_is_chosen(merchant):
    page = merchant.browser.ask("GET", "/merchant/new", b"", {}, query="currency=JPY")
    assert "JPY\u00a01,300" in page.text
    make(merchant, mug="2", type="moto", currency="JPY")
    assert (merchant.made(2).total, merchant.made(2).currency) == (2600, "JPY")
    make(merchant, mug="2", type="moto", currency="XXX")
    assert merchant.made(3).currency == "EUR"
