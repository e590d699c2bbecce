"""The bank's page: what was shown is what is approved, by that browser, once."""

import re
from urllib.parse import urlencode

import pytest

from cardswitch.hosts.bank.config import BankConfig, BankPagesConfig
from cardswitch.hosts.bank.home import HomeApp
from tests.kit.asgi import Browser
from tests.kit.histories import CLOSED_AT

IBAN = "DE02120300000000202051"
SHOP = "https://shop.localhost:7111"
ASKED = {
    "to": IBAN,
    "amount": "12.50",
    "currency": "EUR",
    "reference": "ORDER 1",
    "back": f"{SHOP}/thanks/1",
}
HIDDEN = re.compile(r'name="(name|token)" value="([^"]*)"')


class Home:
    """The page, a browser at it, and the folder of the payee."""

    def __init__(self, folder):
        self.credits = folder / "credits"
        place = BankPagesConfig(
            port=7113, tls_certificate="a.pem", shops=(SHOP,), credits=str(self.credits)
        )
        config = BankConfig(pages=place, payees={IBAN: "Corner <b>Shop</b>"})
        self.notes = []
        app = HomeApp(config, lambda: CLOSED_AT, lambda *said: self.notes.append(said))
        self.browser = Browser(app.app, "bank.localhost:7113")

    def look(self, **asked):
        return self.browser.ask("GET", "/pay", b"", {}, query=urlencode(ASKED | asked))

    def answer(self, deed="approve", **changed):
        form = ASKED | dict(HIDDEN.findall(self.look().text)) | {"deed": deed} | changed
        return self.browser.post("/pay", form)

    @property
    def told(self):
        return [path.read_text() for path in self.credits.glob("*.xml")]


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


def test_the_page_names_whose_account_it_is_and_not_what_the_link_says(home):
    page = home.look()
    assert "Corner &lt;b&gt;Shop&lt;/b&gt;" in page.text
    assert "EUR&nbsp;12.50" in page.text
    assert f"form-action 'self' {SHOP};" in page.headers["content-security-policy"]


def test_what_is_approved_is_told_to_the_payee(home):
    page = home.answer()
    assert (page.status, page.headers["location"]) == (303, ASKED["back"])
    [told] = home.told
    for text in (IBAN, "ORDER 1", "12.50", "CRDT"):
        assert text in told


def test_what_is_not_approved_is_not_told(home):
    assert home.answer("cancel").headers["location"] == ASKED["back"]
    assert home.told == []


def test_one_form_is_one_transfer_and_two_are_two(home):
    form = ASKED | dict(HIDDEN.findall(home.look().text)) | {"deed": "approve"}
    for _ in range(2):
        home.browser.post("/pay", form)
    assert len(home.told) == 1
    home.answer()
    assert len(home.told) == 2


@pytest.mark.parametrize(
    "changed", [{"amount": "1.00"}, {"reference": "X"}, {"name": "../x"}, {"token": ""}]
)
def test_a_form_that_was_changed_pays_nobody(home, changed):
    assert home.answer(**changed).status == 403
    assert home.told == []


def test_a_form_from_elsewhere_or_of_another_browser_pays_nobody(home):
    form = ASKED | dict(HIDDEN.findall(home.look().text)) | {"deed": "approve"}
    assert home.browser.post("/pay", form, origin="https://evil.example").status == 403
    home.browser.cookie = ""
    assert home.browser.post("/pay", form).status == 403
    assert home.told == []


def test_what_is_cut_otherwise_is_another_form(home):
    home.browser.cookie = "__Host-bank=a|b"
    form = ASKED | dict(HIDDEN.findall(home.look().text)) | {"deed": "approve"}
    home.browser.cookie = "__Host-bank=a"
    assert home.browser.post("/pay", form | {"name": f"b|{form['name']}"}).status == 403
    assert home.told == []


@pytest.mark.parametrize(
    "asked",
    [
        {"to": "DE89370400440532013000"},
        {"back": "https://evil.example/"},
        {"back": "javascript:x"},
        {"amount": "0"},
    ],
)
def test_a_link_that_cannot_be_paid_says_why(home, asked):
    page = home.look(**asked)
    assert page.status == 400
    assert "<form" not in page.text


def test_a_host_that_is_not_ours_is_shown_nothing(home):
    home.browser.host = "evil.example"
    assert home.look().status == 421


def test_what_cannot_be_written_is_told_and_nothing_was_paid(home):
    home.credits.write_text("no folder")
    assert home.answer().status == 500
    assert home.notes[0][0] == "bank_failed"
