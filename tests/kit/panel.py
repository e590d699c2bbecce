"""Somebody at the test panel of a lab, without a browser."""

from tests.kit.visitor import Visitor


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
