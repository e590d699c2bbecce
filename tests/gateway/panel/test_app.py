"""The panel's pages: who comes in, and what each form has done."""

import re

import pytest

from cardswitch.gateway.panel.app import DECLINES
from cardswitch.gateway.panel.emulation import Wish
from tests.gateway.panel.fakes import SHOP, FakePanel

TOKEN = re.compile(r'name="token" value="([^"]+)"')


@pytest.fixture
def panel(tmp_path):
    panel = FakePanel(tmp_path)
    panel.enter()
    return panel


def do(panel, deed, **form):
    token = TOKEN.search(panel.browser.get("/").text)[1]
    return panel.browser.post("/", {"token": token, "deed": deed} | form)


def test_a_secret_key_opens_it_and_nothing_else_does(tmp_path):
    panel = FakePanel(tmp_path)
    for key in ("", "sk_test_guessed", panel.public):
        page = panel.browser.post("/login", {"key": key})
        assert (page.status, page.cookie) == (403, "")
    for path in ("/", "/story/pi_1"):
        assert panel.browser.get(path).headers["location"] == f"/login?to={path}"
    assert panel.enter().headers["location"] == "/"
    assert SHOP in panel.browser.get("/").text


def test_a_key_that_is_revoked_opens_nothing_any_more(panel):
    panel.keys.revoke(panel.key.id, int(panel.now))
    assert panel.browser.get("/").status == 303
    assert panel.enter().status == 403


@pytest.mark.parametrize("path", ["/", "/login", "/story/pi_1"])
def test_another_name_for_this_machine_leads_nowhere(panel, path):
    assert panel.browser.get(path, host="evil.example").status == 421
    assert panel.browser.get(path, host="panel.localhost.evil.example").status == 421


@pytest.mark.parametrize("deed", ["arm", "disarm", "expire", "close"])
def test_what_another_page_asks_for_is_not_done(panel, deed):
    token = TOKEN.search(panel.browser.get("/").text)[1]
    form = {"deed": deed, "what": "hang", "id": "pi_1"}
    assert panel.browser.post("/", form | {"token": "guessed"}).status == 403
    forged = panel.browser.post("/", form | {"token": token}, origin="https://evil.example")
    assert forged.status == 403
    panel.browser.cookie = ""
    assert panel.browser.post("/", form | {"token": token}).status == 403
    done = (panel.emulation.wishes, panel.emulation.closes, panel.payments.expired)
    assert done == ({}, 0, [])


@pytest.mark.parametrize("what", ["approve", "late", "hang", "drop"])
def test_the_issuer_is_told_what_to_do(panel, what):
    assert do(panel, "arm", what=what, code="51").headers["location"] == "/?done=arm"
    assert panel.emulation.wishes == {SHOP: Wish(what)}
    assert "The issuer knows" in panel.browser.ask("GET", "/", b"", {}, query="done=arm").text
    assert "The issuer waits for it" in panel.browser.get("/").text
    do(panel, "disarm")
    assert panel.emulation.wishes == {}


@pytest.mark.parametrize("code", [each.code for each in DECLINES])
def test_every_reason_can_be_chosen(panel, code):
    assert f'<option value="{code}">' in panel.browser.get("/").text
    do(panel, "arm", what="decline", code=code)
    assert panel.emulation.wishes == {SHOP: Wish("decline", code)}


@pytest.mark.parametrize(
    "form",
    [
        {"what": "decline", "code": "00"},
        {"what": "decline", "code": "85"},
        {"what": "decline", "code": "ZZ"},
        {"what": "decline"},
        {"what": "explode"},
        {},
    ],
)
def test_what_is_no_wish_is_said(panel, form):
    page = do(panel, "arm", **form)
    assert page.status == 400
    assert 'role="alert"' in page.text
    assert panel.emulation.wishes == {}


def test_a_deed_that_is_none_is_said(panel):
    assert do(panel, "explode").status == 400


def test_what_cannot_be_done_is_said_with_its_reason(panel):
    panel.emulation.trouble = "the issuer <runs> elsewhere"
    for deed, form in (("arm", {"what": "hang"}), ("close", {})):
        page = do(panel, deed, **form)
        assert page.status == 400
        assert "Not done: the issuer &lt;runs&gt; elsewhere" in page.text


def test_a_session_or_a_hold_is_ended_and_so_is_the_day(panel):
    do(panel, "expire", id="cs_1")
    do(panel, "expire", id="pi_1")
    do(panel, "close")
    assert panel.payments.expired == [(SHOP, "cs_1"), (SHOP, "pi_1")]
    assert panel.emulation.closes == 1


def test_amounts_have_the_decimals_of_their_currency(panel):
    page = panel.browser.get("/").text
    assert "KWD\u00a01.250" in page
    assert "JPY\u00a01,250" in page
    assert "Approved &lt;b&gt;" in page


def test_a_story_is_told_to_its_merchant_alone(panel):
    page = panel.browser.get("/story/pi_1")
    assert page.status == 200
    for text in ("issuer: decided", "&lt;0210&gt;", "0210AB", "424242******4242"):
        assert text in page.text
    assert panel.browser.get("/story/pi_2").status == 404
    panel.enter(panel.other)
    panel.browser.cookie = ""
    panel.enter(panel.other)
    assert panel.browser.get("/story/pi_1").status == 404
    assert "pi_1" not in panel.browser.get("/").text


def test_every_page_has_the_headers(panel):
    for path in ("/", "/login", "/nothing", "/static/panel.css", "/story/pi_1"):
        headers = panel.browser.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
