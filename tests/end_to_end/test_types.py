"""Every type of gateway at the sample shop, by one acceptance suite: real HTTPS, and no script."""

import asyncio
import json
import time
from base64 import b64encode
from collections import Counter
from copy import copy
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import pytest
from click.testing import CliRunner

from cardswitch.gateway.shop.orders import OrderStore
from cardswitch.gateway.store import GatewayReader
from cardswitch.lab.cli.main import cli
from cardswitch.lab.house.threaded import ThreadedLab
from cardswitch.lab.house.topology import free_ports, make_lab
from cardswitch.switch.store.books import BooksReader
from tests.kit.visitor import Form, Visitor

GOOD, LOST, LATE = "4242424242424242", "4000000000009987", "5200828282828210"
RULES = f"""
[[rule]]
name = "late"
cards = ["{LATE}"]
delay_s = "late"
"""
CHALLENGED, WANTED = "4000000000003220", "4000000000003063"
PATIENCE_S = 30.0
FORGED = b64encode(b'{"messageType":"CRes","transStatus":"Y"}').decode()  # what a browser says
BY_MERCHANT = ["moto", "link"]
CARDS = ["hosted", "framed", "fields", "direct", "server", *BY_MERCHANT]
FIELDS = ["fields", "moto"]
SEES_NOTHING = set(CARDS) - {"server"}  # of a card: the shop


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("types") / "lab"
    make_lab(folder, free_ports())
    (folder / "rules.toml").write_text(RULES, "utf-8")
    lab = ThreadedLab(folder)
    yield lab.lab
    lab.close()


def merchant_of(lab):
    """A browser of whoever has the shop's secret."""
    browser = Visitor(lab.folder / "tls" / "ca.pem")
    browser.get(f"{lab.shop.url}/login")
    return browser.submit(browser.form("key"), key=Path(lab.shop.key).read_text("ascii"))


class Shopper:
    """Somebody with a bag of beans who pays by one type."""

    def __init__(self, lab, type_):
        self.ca = lab.folder / "tls" / "ca.pem"
        self.browser = Visitor(self.ca)
        self.shop, self.pay = lab.shop.url, lab.gateway.pages.url
        self.reader = GatewayReader(lab.gateway.database)
        self.type = type_
        self.before = self._sent()
        self.orders = OrderStore(Path(lab.shop.database))
        self.merchant = merchant_of(lab)
        if type_ in BY_MERCHANT:
            self.merchant.get(f"{self.shop}/merchant/new")
            self.merchant.submit(self.merchant.form("beans"), beans="1", type=type_)
        else:
            self.browser.get(self.shop)
            self.browser.submit(self.browser.form("add"))
            self.browser.get(f"{self.shop}/basket")
            self.browser.submit(self.browser.form(action="/orders"), type=type_)
        self.number = asyncio.run(self.orders.recent())[0].id
        self.start = self._start()
        self.page()

    def _start(self):
        """Where whoever pays begins."""
        if self.type == "link":
            self.merchant.get(f"{self.shop}/pay/{self.order().ticket}")
            return next(word for word in self.merchant.text.split() if "/l/plink_" in word)
        if self.type == "moto":
            return f"{self.shop}/pay/{self.order().ticket}"
        return self.browser.url

    def _sent(self):
        return Counter(row.state for row in self.reader.rows_behind(0, 100_000))["Sent"]

    @property
    def asked(self):
        """How often the issuer was asked for this order."""
        return self._sent() - self.before

    def form(self):
        """The form of the card, wherever it is."""
        if self.type in FIELDS:
            return self.browser.form("token")
        self._into_the_frame()
        return self.browser.form("number")

    def _into_the_frame(self):
        for form in self.browser.read.forms:
            if form.action.startswith("/l/"):
                self.browser.submit(form)
        for frame in self.browser.read.frames:
            self.browser.get(frame)

    def use(self, number=GOOD, form=None, browser=None, **more):
        form, browser = form or self.form(), browser or self.browser
        card = {"number": number, "expiry": "12/30", "cvc": "123"}
        if self.type in FIELDS:
            card = self._token(browser, form, card)
        if card:
            browser.submit(form, **card, **more)

    def _token(self, browser, form, card):
        """What the script of the fields does; nothing, and what it shows, if the card is none."""
        query = urlencode({"key": form.data["key"], "origin": self.shop})
        frame = self.copy(browser.url).get(f"{self.pay}/fields/card?{query}")
        frame.submit(Form("/fields/token"), key=form.data["key"], **card)
        told = json.loads(frame.html)
        if "token" not in told:
            browser.html = frame.html
        return {"token": told["token"]} if "token" in told else {}

    def copy(self, url):
        """The same browser in another tab, at *url*."""
        other = copy(self.browser)
        other.url = url
        return other

    def order(self):
        """The order, as the shop last heard that it stands."""
        return asyncio.run(self.orders.order(self.number))

    def told(self):
        """What the shop says of the order, once it is asked again."""
        return self.browser.get(f"{self.shop}/thanks/{self.order().ticket}").text

    def at_bank(self, deed="confirm", code="123456"):
        """What the shopper does at his bank's page, and the way back."""
        browser = self.browser
        browser.get(self.bank_page())
        browser.submit(browser.form("creq"))
        browser.submit(browser.form("code"), code=code, deed=deed)
        browser.submit(browser.form("cres"))
        [link] = [word for word in browser.html.split('"') if "/3ds/" in word]
        return browser.get(urljoin(browser.url, link))

    def bank_page(self):
        """Where he is asked: here, or where a page in a frame leads out of it."""
        here, html = self.browser.url, self.browser.html
        if "/3ds/" in here:
            return here
        [link] = [word for word in html.split('"') if "/3ds/" in word]
        return urljoin(here, link)

    @property
    def liable(self):
        """Who answers for it if the cardholder denies it."""
        return self.order().intent["latest_charge"]["x_liability"]

    def page(self):
        """The page where it is paid; what is late is waited for."""
        until = time.monotonic() + PATIENCE_S
        while True:
            self.browser.get(self.start)
            self._into_the_frame()
            if "Waiting for the bank" not in self.browser.text or time.monotonic() > until:
                return self.browser
            time.sleep(0.2)


@pytest.fixture(params=CARDS)
def shopper(lab, request):
    return Shopper(lab, request.param)


def test_approved(shopper):
    shopper.use()
    assert "is paid: EUR\u00a012.00" in shopper.told()
    assert (shopper.order().type, shopper.asked) == (shopper.type, 1)


def test_declined_and_a_second_card(shopper):
    shopper.use(LOST)
    assert "Declined" in shopper.page().text
    assert "not paid yet" in shopper.told()
    shopper.page()
    shopper.use()
    assert "is paid" in shopper.told()
    assert shopper.asked == 2


# By mail and telephone nobody is at a browser, whom his bank could ask.
ASKED = [type_ for type_ in CARDS if type_ != "moto"]


@pytest.fixture(params=ASKED)
def at_home(lab, request):
    """A shopper whose bank can ask him."""
    return Shopper(lab, request.param)


def test_challenged_and_passed(at_home):
    at_home.use(CHALLENGED)
    assert "not paid yet" in at_home.told()
    assert at_home.asked == 0
    at_home.page()
    at_home.at_bank()
    assert "is paid" in at_home.told()
    assert (at_home.asked, at_home.liable) == (1, "issuer")


@pytest.mark.parametrize("deed", ["deny", "leave"])
def test_challenged_and_not_passed_and_a_second_card(at_home, deed):
    at_home.use(CHALLENGED)
    at_home.at_bank(deed)
    assert "Not confirmed with your bank" in at_home.page().text
    assert "not paid yet" in at_home.told()
    assert at_home.asked == 0
    at_home.page()
    at_home.use()
    assert "is paid" in at_home.told()


def test_challenged_because_the_issuer_wants_it(at_home):
    at_home.use(WANTED)
    assert at_home.asked == 1
    at_home.at_bank()
    assert "is paid" in at_home.told()
    assert (at_home.asked, at_home.liable) == (2, "issuer")


def test_a_challenge_that_is_tampered_with_pays_nothing(at_home):
    at_home.use(CHALLENGED)
    page = at_home.bank_page()
    for cres in ("", "bm90aGluZw", FORGED):
        at_home.copy(page).submit(Form(f"{page}/done"), cres=cres)
    assert "not paid yet" in at_home.told()
    assert at_home.asked == 0


@pytest.mark.parametrize("number", [CHALLENGED, WANTED])
def test_by_mail_and_telephone_nobody_is_asked(lab, number):
    operator = Shopper(lab, "moto")
    operator.use(number)
    assert "is paid" in operator.told()
    assert (operator.asked, operator.liable) == (1, "merchant")


def test_a_field_that_is_wrong_is_named_and_nobody_is_asked(shopper):
    shopper.use("4242424242424241")
    assert "one of its digits is mistyped" in shopper.browser.text
    assert shopper.asked == 0
    shopper.page()
    shopper.use()
    assert "is paid" in shopper.told()


def test_abandoned(shopper):
    form, at = shopper.form(), shopper.browser.url
    ticket = shopper.order().ticket
    shopper.browser.get(f"{shopper.shop}/basket")
    shopper.browser.submit(Form(f"/pay/{ticket}/cancel"), x="")
    assert shopper.browser.url == f"{shopper.shop}/basket"
    assert "It is" in shopper.told()
    shopper.browser.url = at
    shopper.use(form=form)
    assert "is paid" not in shopper.told()
    assert (shopper.order().standing in ("expired", "canceled"), shopper.asked) == (True, 0)


def test_doubled(shopper):
    form, at = shopper.form(), shopper.browser.url

    def again():
        shopper.use(form=form, browser=shopper.copy(at))

    threads = [Thread(target=again) for _ in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    again()
    assert "is paid" in shopper.told()
    assert shopper.asked == 1


def test_late(shopper):
    shopper.use(LATE)
    assert "No money was taken" in shopper.page().text
    assert "not paid yet" in shopper.told()
    shopper.page()
    shopper.use()
    assert "is paid" in shopper.told()


@pytest.mark.parametrize("said", [{"attempt": "7"}, {"attempt": ""}])
def test_tampered_attempts_ask_for_nothing(shopper, said):
    shopper.use(**said)
    assert "not paid yet" in shopper.told()
    assert shopper.asked == 0


def test_tampered_amounts_and_addresses_change_nothing(shopper):
    shopper.use(amount="1", total="1", currency="jpy", success_url="https://evil.example/")
    assert "is paid: EUR\u00a012.00" in shopper.told()
    assert not any("evil" in url for url, _ in shopper.browser.requests)


def test_a_way_back_that_nobody_has_paid_for_proves_nothing(shopper):
    assert "not paid yet" in shopper.told()
    forged = b'{"id":"evt_1","type":"checkout.session.completed","data":{"object":{}}}'
    shopper.browser.submit(Form(f"{shopper.shop}/events"), x=forged.decode())
    assert shopper.browser.status == 400
    assert "not paid yet" in shopper.told()


def test_who_sees_the_card(shopper):
    shopper.use()
    to_shop = "".join(
        body for url, body in shopper.browser.requests if url.startswith(shopper.shop)
    )
    assert (GOOD not in to_shop) == (shopper.type in SEES_NOTHING)
    assert not any(GOOD in url for url, _ in shopper.browser.requests)


# In person ----------------------------------------------------------------------------------------


@pytest.fixture
def till(lab):
    """The merchant, at an order of a bag of beans that is paid in person."""
    merchant = merchant_of(lab)
    merchant.get(f"{lab.shop.url}/merchant/new")
    return merchant.submit(merchant.form("token"), beans="1", type="till")


def sold(lab, amount):
    """The reference on the receipt of a sale at a terminal."""
    asked = ["sale", amount, "--card", "good", "--pin", "1234", "--json"]
    config = ["--config", str(lab.folder / "lab.toml")]
    done = CliRunner().invoke(cli, ["terminal", *asked, *config])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)["rrn"]


def claim(merchant, reference):
    return merchant.submit(merchant.form("reference"), reference=reference)


def test_an_order_is_paid_at_the_terminal_by_its_reference_and_a_sale_pays_one(lab, till):
    reference = sold(lab, "12.00")
    assert "paid" in claim(till, reference).text
    assert "Taken EUR\u00a012.00" in till.text
    till.get(f"{lab.shop.url}/merchant/new")
    till.submit(till.form("token"), beans="1", type="till")
    assert "has paid another order" in claim(till, reference).text
    assert ": new" in till.text


@pytest.mark.parametrize("amount", ["11.99", "12.01", ""])
def test_a_sale_of_another_amount_or_none_pays_nothing(lab, till, amount):
    reference = sold(lab, amount) if amount else "000000000000"
    assert "There is no sale of this amount" in claim(till, reference).text
    assert ": new" in till.text


def test_a_visitor_claims_no_sale(lab, till):
    reference = sold(lab, "12.00")
    [link] = [word for word in till.html.split('"') if word.startswith("/pay/")]
    till.submit(Form(link), reference=reference)
    assert till.status == 404


# By bank ------------------------------------------------------------------------------------------


@pytest.fixture
def payer(lab):
    """Somebody at the page of the bank, with an order of a bag of beans."""
    return Shopper(lab, "bank")


def approve(payer, deed="approve", **changed):
    payer.browser.submit(payer.browser.form("token"), deed=deed, **changed)


def test_money_that_has_come_pays_the_order(payer):
    assert "Corner Shop" in payer.browser.text
    assert "EUR\u00a012.00" in payer.browser.text
    approve(payer)
    assert "is paid: EUR\u00a012.00" in payer.browser.text
    assert payer.asked == 0


def test_a_transfer_that_is_not_made_pays_nothing_and_can_be_made_later(payer):
    approve(payer, "cancel")
    assert "not paid yet" in payer.browser.text
    payer.page()
    approve(payer)
    assert "is paid" in payer.browser.text


def test_a_transfer_that_is_approved_twice_is_made_once(payer):
    form, at = payer.browser.form("token"), payer.browser.url
    for _ in range(2):
        payer.browser.url = at
        payer.browser.submit(form, deed="approve")
    assert payer.order().intent["amount_received"] == 1200


def test_a_tab_that_is_closed_before_the_way_back_has_paid(payer, lab):
    form, at = payer.browser.form("token"), payer.browser.url
    payer.merchant.url = at
    other = payer.copy(at)
    other.submit(form, deed="approve")
    listed = payer.merchant.get(f"{lab.shop.url}/merchant").text
    assert f"{payer.number} bank paid" in listed


@pytest.mark.parametrize(
    "changed", [{"amount": "0.01"}, {"to": "DE02500105170137075030"}, {"token": "guessed"}]
)
def test_a_form_of_the_bank_that_was_changed_pays_nobody(payer, changed):
    approve(payer, **changed)
    assert payer.browser.status == 403
    assert "not paid yet" in payer.told()


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("amount", "0.01", 200),  # the customer pays what he says, and the order is not paid
        ("reference", "ANOTHER", 200),
        ("to", "DE89370400440532013000", 400),
        ("back", "https://evil.example/", 400),
    ],
)
def test_a_link_to_the_bank_that_was_changed_pays_no_order(payer, name, value, status):
    place = urlsplit(payer.start)
    asked = dict(parse_qsl(place.query)) | {name: value}
    payer.browser.get(place._replace(query=urlencode(asked)).geturl())
    assert payer.browser.status == status
    if status == 200:
        approve(payer)
    assert "not paid yet" in payer.told()


# The end of the day -------------------------------------------------------------------------------


def test_each_type_is_in_the_books_and_in_the_deposit(lab, till):
    """But for what goes from the payer's bank to the merchant's: no acquirer has it."""
    paid = {}
    for type_ in CARDS:
        shopper = Shopper(lab, type_)
        shopper.use()
        assert "is paid" in shopper.told()
        paid[type_] = shopper.number
    reference = sold(lab, "12.00")
    assert "paid" in claim(till, reference).text
    config = ["--config", str(lab.folder / "lab.toml")]
    closed = CliRunner().invoke(cli, ["settle", "close", "--now", *config])
    assert closed.exit_code == 0, closed.output
    listed = merchant_of(lab).get(f"{lab.shop.url}/merchant").text
    for type_, number in paid.items():
        assert f"{number} {type_} paid , deposit on its way" in listed
    books = BooksReader(lab.settlement.books)
    [close] = books.closes()
    [sale] = [one for one in books.movements(close.business_date) if one.rrn == reference]
    assert (sale.merchant, sale.amount) == ("SHOP0001", 1200)
