"""What shoppers, thieves or chance do in a browser: nobody pays twice, nothing is believed."""

import pytest

from cardswitch.lab.house.threaded import ThreadedLab
from tests.kit.canaries import files_below, found
from tests.kit.chromium import Keeping, chromium
from tests.kit.panel import PanelPage
from tests.kit.shopper import GOOD, Shopper

LOST = "4000000000009987"
# Test data by design: the cards of the lab, as the issuer and the customer have them.
BY_DESIGN = {"lab.toml", "cards.toml"}
QUICK_S = 5.0  # from the press of the button to what came of it
TRIES = 3  # A machine that is busy is slow by itself: one of them has to be quick.


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with ThreadedLab(tmp_path_factory.mktemp("misuse") / "lab") as lab:
        yield lab.lab


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def panel(browser, lab):
    panel = PanelPage(browser, lab)
    yield panel
    panel.context.close()


@pytest.fixture
def shopper(browser, lab):
    shopper = Shopper(browser, lab)
    yield shopper
    shopper.context.close()


@pytest.mark.parametrize("has_script", [True, False])
def test_a_page_that_is_loaded_again_while_the_bank_is_asked_asks_once(
    browser, lab, panel, has_script
):
    panel.arm("hang")
    shopper = Shopper(browser, lab, java_script_enabled=has_script)
    address, before = shopper.order(), shopper.asked()
    shopper.fill()
    shopper.page.get_by_role("button", name="Pay ").click(no_wait_after=True)
    shopper.until_asked(before)
    shopper.page.goto(address)
    waits = "The bank has not answered yet"
    assert waits in shopper.page.locator("main").inner_text()
    shopper.page.reload()
    shopper.alerted("No money was taken")  # The page has looked again by itself.
    assert shopper.asked() == before + 1
    shopper.use()
    assert "is paid" in shopper.thanked()
    shopper.context.close()


def test_a_session_that_expires_while_its_page_is_open_takes_no_card(shopper, panel):
    address, before = shopper.order(), shopper.asked()
    panel.expire(address.rpartition("/")[2])
    shopper.use()
    shopper.page.get_by_role("heading", name="expired").wait_for()
    assert shopper.page.locator("form").count() == 0
    assert shopper.asked() == before


def test_an_amount_in_the_form_is_not_what_is_paid(shopper):
    shopper.order()
    shopper.page.evaluate(
        """() => ["amount", "currency", "total"].forEach((name) => {
            const field = document.createElement("input");
            Object.assign(field, { name, value: "1", type: "hidden" });
            document.querySelector("form").append(field);
        })"""
    )
    shopper.use()
    assert "is paid: EUR\u00a012.00" in shopper.thanked()


def test_the_address_that_says_thanks_proves_nothing(shopper):
    shopper.order()
    shopper.use()
    paid = shopper.thanked()
    assert "is paid" in paid
    shopper.choose("Direct post")
    ticket = shopper.page.url.rpartition("/")[2]
    shopper.page.goto(f"{shopper.shop}/thanks/{ticket}")
    assert "is paid" not in shopper.page.locator("main").inner_text()


def test_a_form_of_another_session_pays_nothing(browser, lab, shopper):
    """The token is bound to session, attempt and cookie: that of a thief is of no use elsewhere."""
    thief = Shopper(browser, lab)
    thief.order()
    token = thief.page.locator("input[name=token]").get_attribute("value")
    thief.context.close()
    shopper.order()
    before = shopper.asked()
    shopper.page.evaluate("(text) => { document.forms[0].token.value = text; }", token)
    shopper.use()
    shopper.alerted("This page was open in another tab")
    assert shopper.asked() == before


def test_from_the_button_to_the_result_it_is_quick_though_the_issuer_is_late(shopper, panel):
    took = []
    while len(took) < TRIES and min(took, default=QUICK_S) >= QUICK_S:
        panel.arm("late")
        shopper.order()
        shopper.use()
        shopper.alerted("No money was taken")
        took.append(shopper.page.evaluate("performance.getEntriesByType('navigation')[0].duration"))
        took[-1] /= 1_000
    assert min(took) < QUICK_S, took


def test_nothing_of_a_card_is_in_the_profile_of_the_browser_nor_in_the_lab(browser, lab, tmp_path):
    shopper = Shopper(Keeping(browser, tmp_path), lab)
    shopper.order()
    shopper.use(LOST)
    shopper.alerted("Declined")
    shopper.use()
    shopper.thanked()
    shopper.choose("Hosted fields")
    fields = shopper.page.frame_locator("iframe.gateway-fields")
    shopper.fill(GOOD, fields)
    shopper.press()
    shopper.thanked()
    assert GOOD not in shopper.page.evaluate("JSON.stringify([history.state, location.href])")
    shopper.context.close()
    files = files_below(tmp_path)
    assert any(b"shop.localhost" in path.read_bytes() for path in files)  # It looks where it must.
    kept = [path for path in files_below(lab.folder) if path.name not in BY_DESIGN]
    assert {"gateway.db-wal", "shop.db", "switch.db-wal"} <= {path.name for path in kept}
    secrets = {"card": GOOD, "lost card": LOST, "spaced": "4242 4242 4242 4242"}
    assert found([*files, *kept], secrets) == []
