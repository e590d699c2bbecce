"""3-D Secure in a browser: from the shop, by the bank's page, to an approved sale or to none."""

import pytest

from cardswitch.gateway.store import GatewayReader
from cardswitch.lab.house.threaded import ThreadedLab
from tests.kit.chromium import Watched, chromium

CHALLENGED, FRICTIONLESS, REJECTED = "4000000000003220", "4000000000003055", "4000000000003105"
WANTED = "4000000000003063"  # by its issuer, which declines without


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    lab = ThreadedLab(tmp_path_factory.mktemp("three_ds") / "lab")
    yield lab.lab
    lab.close()


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


class Shopper(Watched):
    """A browser that pays at the shop of a lab, and is asked by its bank."""

    def __init__(self, browser, lab, **more):
        super().__init__(browser, **more)
        self.shop, self.pay, self.acs = lab.shop.url, lab.gateway.pages.url, lab.acs.pages.url
        self.reader = GatewayReader(lab.gateway.database)

    def order(self):
        self.page.goto(self.shop)
        self.page.get_by_role("button", name="Add Coffee beans").click()
        self.page.get_by_role("link", name="Basket").click()
        self.page.get_by_role("button", name="Pay EUR").click()
        self.page.wait_for_url(f"{self.pay}/c/*")

    def use(self, number):
        self.page.get_by_label("Card number").fill(number)
        self.page.get_by_label("Expiry date").fill("12/30")
        self.page.get_by_label("Security code").fill("123")
        self.page.get_by_role("button", name="Pay").click()

    @property
    def bank(self):
        return self.page.frame_locator("iframe[title='Your bank']")

    def thanked(self):
        self.page.wait_for_url(f"{self.shop}/thanks**")
        return self.page.locator("main").inner_text()

    def asked(self):
        """How often the issuer was asked for money."""
        return sum(row.state == "Sent" for row in self.reader.rows_behind(0, 100_000))


@pytest.fixture
def shopper(browser, lab):
    shopper = Shopper(browser, lab)
    yield shopper
    shopper.context.close()


def test_the_right_code_pays_and_a_wrong_one_does_not(shopper):
    shopper.order()
    before = shopper.asked()
    shopper.use(CHALLENGED)
    shopper.bank.get_by_label("Code of your bank").fill("000000")
    shopper.bank.get_by_role("button", name="Confirm").click()
    assert "Tries left: 2" in shopper.bank.get_by_role("alert").inner_text()
    assert shopper.asked() == before
    shopper.bank.get_by_label("Code of your bank").fill("123456")
    shopper.bank.get_by_role("button", name="Confirm").click()
    assert "is paid" in shopper.thanked()
    assert shopper.asked() == before + 1
    seen = [text for text in shopper.troubles if "422" not in text]
    assert seen == []
    assert CHALLENGED not in shopper.sent_to(shopper.acs)


@pytest.mark.parametrize(("code", "sent"), [("123456", 2), ("", 1)])
def test_an_issuer_that_wants_it_declines_and_is_asked_again_with_the_result(shopper, code, sent):
    shopper.order()
    before = shopper.asked()
    shopper.use(WANTED)
    field = shopper.bank.get_by_label("Code of your bank")
    field.wait_for()
    assert shopper.asked() == before + 1
    if code:
        field.fill(code)
        shopper.bank.get_by_role("button", name="Confirm").click()
        assert "is paid" in shopper.thanked()
    else:
        shopper.bank.get_by_role("button", name="Cancel").click()
        shopper.page.get_by_role("alert").wait_for()
        assert "Not confirmed with your bank" in shopper.page.get_by_role("alert").inner_text()
    assert shopper.asked() == before + sent


@pytest.mark.parametrize("deed", ["It is not me", "Cancel"])
def test_who_does_not_confirm_pays_nothing_and_may_use_another_card(shopper, deed):
    shopper.order()
    before = shopper.asked()
    shopper.use(CHALLENGED)
    shopper.bank.get_by_role("button", name=deed).click()
    alert = shopper.page.get_by_role("alert")
    alert.wait_for()
    assert alert.inner_text().startswith("Not confirmed with your bank.")
    assert shopper.asked() == before
    shopper.use(FRICTIONLESS)
    assert "is paid" in shopper.thanked()


def test_who_is_rejected_reads_so_at_once(shopper):
    shopper.order()
    shopper.use(REJECTED)
    assert "Not confirmed with your bank" in shopper.page.get_by_role("alert").inner_text()


def test_a_browser_that_comes_back_by_itself_has_confirmed_nothing(shopper):
    shopper.order()
    before = shopper.asked()
    shopper.use(CHALLENGED)
    shopper.bank.get_by_label("Code of your bank").wait_for()
    url = shopper.page.url
    forged = "form => { form.target = '_self'; form.action = location.pathname + '/done'; }"
    shopper.page.locator("form").evaluate(forged)
    shopper.page.locator("form").evaluate("form => form.submit()")
    shopper.bank.get_by_label("Code of your bank").wait_for()
    assert (shopper.page.url, shopper.asked()) == (url, before)


def test_without_script_there_are_buttons(browser, lab):
    shopper = Shopper(browser, lab, java_script_enabled=False)
    shopper.order()
    shopper.use(CHALLENGED)
    shopper.page.get_by_role("button", name="Go to your bank").click()
    shopper.bank.get_by_label("Code of your bank").fill("123456")
    shopper.bank.get_by_role("button", name="Confirm").click()
    shopper.bank.get_by_role("button", name="Back to the payment").click()
    shopper.bank.get_by_role("link", name="Back to the payment").click()
    assert "is paid" in shopper.thanked()
    shopper.context.close()
