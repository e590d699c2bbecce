"""Somebody at the test panel of a lab, with and without a browser."""

from tests.kit.chromium import Watched
from tests.kit.shopper import log_in
from tests.kit.visitor import Visitor


class PanelPage(Watched):
    """A browser at the panel of *lab*, logged in with the key of the lab's shop."""

    def __init__(self, browser, lab, **more):
        super().__init__(browser, **more)
        self.url = lab.gateway.panel.url
        self.page.goto(self.url)
        log_in(self.page, lab)
        self.page.get_by_role("button", name="Tell the issuer").wait_for()

    @property
    def text(self):
        """What the page says."""
        return self.page.locator("main").inner_text()

    def arm(self, what, code=""):
        """Have the issuer do *what* with the next payment."""
        if code:
            self.page.get_by_label("Reason of the decline").select_option(code)
        self.page.locator(f"input[value={what}]").check()
        self.page.get_by_role("button", name="Tell the issuer").click()
        self.page.get_by_role("status").filter(has_text="The issuer knows").wait_for()

    def expire(self, id_):
        """Have a session or a hold be over."""
        self.page.goto(self.url)
        self.page.get_by_role("listitem").filter(has_text=id_).get_by_role("button").click()
        self.page.get_by_role("status").filter(has_text="It is over").wait_for()

    def close_day(self):
        """End the bank day; what the page says then."""
        self.page.get_by_role("button", name="Close the day").click()
        self.page.get_by_role("status").filter(has_text="is closed").wait_for()
        return self.text


class PanelUser:
    """Logged in with the secret key of *shop*."""

    def __init__(self, shop):
        self.visitor = Visitor(shop.ca)
        self.url = shop.config.panel.url
        self.visitor.get(f"{self.url}/login")
        self.visitor.submit(self.visitor.form("key"), key=shop.secret)
        assert self.visitor.status == 200, self.visitor.text

    def do(self, deed, **form):
        """Have a form of the first page do *deed*; what the page says then."""
        self.visitor.get(f"{self.url}/")
        token = self.visitor.form("token").fields["token"]
        asked = self.visitor.form("deed")
        asked.fields = {"token": token, "deed": deed}
        self.visitor.submit(asked, **form)
        return self.visitor.text

    def story(self, id_):
        """What the page of a payment's story says."""
        return self.visitor.get(f"{self.url}/story/{id_}").text
