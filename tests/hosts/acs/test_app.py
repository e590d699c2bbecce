"""What the access control server hears and shows, without a socket."""

import json
import re

import pytest

from cardswitch.hosts.acs.access import AccessControl
from cardswitch.hosts.acs.app import AcsApp
from cardswitch.specs.three_ds.messages import CReq, CRes, read_form, write, write_form
from tests.kit.acs import CONFIG, KEY
from tests.kit.asgi import Browser
from tests.kit.three_ds import AREQ, TRANSACTION

HOST = "acs.localhost:7115"
CRES = re.compile(r'name="cres" value="([^"]*)"')


class Bank:
    """An access control server, a 3DS server that it tells, and a browser."""

    def __init__(self):
        self.told = []
        self.notes = []
        note = lambda *said: self.notes.append(said)  # noqa: E731
        access = AccessControl(CONFIG, KEY)
        self.app = AcsApp(access, CONFIG, lambda: 1_000.0, self.tell, note)
        self.browser = Browser(self.app.pages, HOST)

    async def tell(self, url, result):
        self.told.append((url, result.status))
        return True

    def ask(self, body=None):
        browser = Browser(self.app.asked, HOST)
        return browser.ask("POST", "/areq", write(AREQ) if body is None else body, {})

    def come(self):
        """The page that a challenge shows, and the number of it."""
        acs = json.loads(self.ask().text)["acsTransID"]
        creq = CReq(
            message_version="2.2.0", transaction=TRANSACTION, acs_transaction=acs, window="05"
        )
        return self.browser.post("/challenge", {"creq": write_form(creq)}), acs

    def do(self, acs, **form):
        return self.browser.post(f"/challenge/{acs}", form, origin=f"https://{HOST}")


@pytest.fixture
def bank():
    return Bank()


def test_an_areq_is_answered_and_anything_else_is_an_error(bank):
    assert json.loads(bank.ask().text)["transStatus"] == "C"
    answer = bank.ask(b'{"acctNumber": "4000000000003220"}')
    said = json.loads(answer.text)
    assert (answer.status, said["messageType"], said["errorCode"]) == (400, "Erro", "203")
    assert "4000000000003220" not in answer.text


def test_the_page_says_who_wants_what_and_shows_no_card(bank):
    page, _ = bank.come()
    assert "Beans &amp; &lt;b&gt;Co&lt;/b&gt;" in page.text
    assert "EUR\u00a012.50" in page.text
    assert "4000000000003220" not in page.text
    policy = page.headers["content-security-policy"]
    assert "frame-ancestors https://pay.localhost:7109" in policy
    assert "form-action 'self' https://pay.localhost:7109;" in policy


def test_the_result_is_told_before_the_browser_goes_back(bank):
    _, acs = bank.come()
    wrong = bank.do(acs, deed="confirm", code="1")
    assert (wrong.status, bank.told) == (422, [])
    assert 'role="alert"' in wrong.text
    page = bank.do(acs, deed="confirm", code=" 123456 ")
    assert bank.told == [(AREQ.results_url, "Y")]
    assert f'action="{AREQ.notification_url}"' in page.text
    cres = read_form(CRes, CRES.search(page.text)[1])
    assert (cres.status, cres.acs_transaction) == ("Y", acs)
    bank.do(acs, deed="deny", code="")
    assert len(bank.told) == 1


def test_what_is_forged_leads_nowhere(bank):
    _, acs = bank.come()
    for form in ({}, {"creq": "e30"}, {"creq": "\u00e9"}):
        assert bank.browser.post("/challenge", form).status == 400
    assert bank.do("none", deed="confirm", code="123456").status == 400
    assert bank.do(acs, deed="pay", code="123456").status == 400
    form = {"deed": "confirm", "code": "123456"}
    elsewhere = bank.browser.post(f"/challenge/{acs}", form, origin="https://evil.example")
    assert elsewhere.status == 403
    bank.browser.host = "evil.example"
    assert bank.do(acs, **form).status == 421
    assert bank.told == []


def test_other_addresses_are_pages_too(bank):
    assert bank.browser.get("/static/acs.css").headers["content-type"].startswith("text/css")
    for path in ("/", "/challenge", "/static/none"):
        page = bank.browser.get(path)
        assert page.status in (404, 405)
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
