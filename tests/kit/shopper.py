"""People at browsers: a shopper in the sample shop of a lab, and its merchant."""

import json
import ssl
import time
from collections import Counter
from contextlib import contextmanager, suppress
from http.client import HTTPSConnection
from pathlib import Path

from cardswitch.gateway.store import GatewayReader
from tests.kit.chromium import Watched

GOOD = "4242424242424242"
PATIENCE_S = 20.0


class Shopper(Watched):
    """A browser in the shop of a lab."""

    def __init__(self, browser, lab, **more):
        super().__init__(browser, **more)
        self.shop, self.pay = lab.shop.url, lab.gateway.pages.url
        self.reader = GatewayReader(lab.gateway.database)

    def order(self, capture="Now", currency="EUR"):
        """Something in the basket, and on to the gateway's page."""
        self.choose("Hosted page", capture, currency=currency)
        self.page.wait_for_url(f"{self.pay}/c/*")
        return self.page.url

    def choose(self, type_, capture="Now", look=lambda: None, currency="EUR"):
        """Something in the basket, *look* at it, to be paid by a type of gateway."""
        self.page.goto(f"{self.shop}/?currency={currency}")
        self.page.get_by_role("button", name="Add Coffee beans").click()
        self.page.get_by_role("link", name="Basket").click()
        look()
        self.page.get_by_label(capture).check()
        self.page.locator("label").filter(has=self.page.get_by_text(type_, exact=True)).click()
        self.page.get_by_role("button", name=f"Pay {currency}").click()
        self.page.wait_for_url(lambda url: not url.startswith(f"{self.shop}/basket"))

    def fill(self, number=GOOD, page=None):
        page = page or self.page
        page.get_by_label("Card number").press_sequentially(number)
        page.get_by_label("Expiry date").press_sequentially("1230")
        page.get_by_label("Security code").press_sequentially("123")

    def press(self, page=None):
        (page or self.page).get_by_role("button", name="Pay ").click()

    def use(self, number=GOOD):
        self.fill(number)
        self.press()

    def intent(self, lab, amount):
        """A payment of the shop's that waits for a card, made with its secret key."""
        gateway = lab.gateway.api
        context = ssl.create_default_context(cafile=lab.folder / "tls" / "ca.pem")
        connection = HTTPSConnection("127.0.0.1", gateway.port, context=context, timeout=PATIENCE_S)
        key = Path(lab.shop.key).read_text("ascii")
        headers = {
            "Authorization": f"Bearer {key}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        body = f"amount={amount}&currency=eur"
        connection.request("POST", "/v1/payment_intents", body, headers)
        made = json.loads(connection.getresponse().read())
        connection.close()
        return made

    @property
    def alert(self):
        return self.page.get_by_role("alert").inner_text()

    def alerted(self, text, page=None):
        """Wait until an alert says *text*: the page before may have had another one."""
        (page or self.page).get_by_role("alert").filter(has_text=text).wait_for()

    def thanked(self):
        """What the shop says once the browser is back from paying; or else what is there."""
        with suppress(Exception):  # A page that did not come is shown by what did.
            self.page.wait_for_url(f"{self.shop}/thanks/*")
        return self.page.locator("main").inner_text()

    def until_asked(self, before):
        """Wait until the switch was asked once more than *before*."""
        assert eventually(lambda: self.asked() > before)

    def asked(self):
        """How often the gateway has asked the switch for money."""
        return Counter(row.state for row in self.reader.rows_behind(0, 100_000))["Sent"]


def log_in(page, lab):
    """Show the secret key of the lab's shop at the page that asks for it."""
    page.get_by_label("Secret key").fill(Path(lab.shop.key).read_text("ascii"))
    with page.expect_navigation():  # A page that is on its way to another cannot be loaded again.
        page.get_by_role("button", name="Log in").click()


@contextmanager
def merchant(browser, lab, **more):
    watched = Watched(browser, **more)
    watched.page.goto(f"{lab.shop.url}/merchant")
    log_in(watched.page, lab)
    yield watched
    watched.context.close()


def eventually(look):
    """What *look* says, once it says something."""
    until = time.monotonic() + PATIENCE_S
    while not (said := look()) and time.monotonic() < until:
        time.sleep(0.05)
    return said
