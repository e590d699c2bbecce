"""A day of the shop in a browser: orders of all kinds, the close on the panel, the deposit."""

import pytest

from cardswitch.lab.house.emulation import record_of
from cardswitch.lab.house.threaded import ThreadedLab
from cardswitch.switch.operate.bank.inbox import Inbox
from tests.kit.chromium import chromium
from tests.kit.panel import PanelPage
from tests.kit.shopper import Shopper, eventually, merchant

LOST, CHALLENGED = "4000000000009987", "4000000000003220"
# Of each currency: a bag of beans; what is taken or given back of it, as it is typed; what is left.
PRICES = {"EUR": "EUR\u00a012.00", "JPY": "JPY\u00a01,900", "KWD": "KWD\u00a04.000"}
# 12.00 - 1.00 approved, 12.00 challenged, 12.00 whose tab was closed, 5.00 + 6.00 in two parts.
DEPOSITS = {"EUR": "EUR\u00a046.00", "JPY": "JPY\u00a01,050", "KWD": "KWD\u00a02.125"}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with ThreadedLab(tmp_path_factory.mktemp("day") / "lab") as lab:
        yield lab.lab


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def counter(browser, lab):
    with merchant(browser, lab) as watched:
        yield watched


@pytest.fixture
def shopper(browser, lab):
    shopper = Shopper(browser, lab)
    yield shopper
    shopper.context.close()


def standing(counter, lab):
    """How the newest order stands, with what was typed and what the page says of it."""
    counter.page.goto(f"{lab.shop.url}/merchant")
    counter.page.locator("tbody a").first.click()
    return counter.page.locator("h1").inner_text()


def deed(counter, name, amount, more=False):
    counter.page.get_by_label("Amount in").first.fill(amount)
    if more:
        counter.page.get_by_label("More will follow").check()
    counter.page.get_by_role("button", name=name).click()
    return counter.page.locator("dl").inner_text()


def test_approved_and_a_part_of_it_is_given_back(shopper, counter, lab):
    shopper.order()
    shopper.use()
    assert f"is paid: {PRICES['EUR']}" in shopper.thanked()
    assert standing(counter, lab) == "Order 1: paid"
    assert "EUR\u00a01.00" in deed(counter, "Refund", "1.00")


def test_declined(shopper, counter, lab):
    shopper.order()
    shopper.use(LOST)
    shopper.alerted("Declined by your bank")
    assert standing(counter, lab) == "Order 2: new"


def test_challenged(shopper, counter, lab):
    shopper.order()
    shopper.use(CHALLENGED)
    bank = shopper.page.frame_locator("iframe[title='Your bank']")
    bank.get_by_label("Code of your bank").fill("123456")
    bank.get_by_role("button", name="Confirm").click()
    assert "is paid" in shopper.thanked()


def test_the_tab_is_closed(shopper, counter, lab):
    shopper.order()
    shopper.context.route(f"{shopper.shop}/thanks/*", lambda route: route.abort())
    shopper.use()
    shopper.context.close()
    assert eventually(lambda: standing(counter, lab) == "Order 4: paid")


def test_captured_in_two_parts(shopper, counter, lab):
    shopper.order(capture="When we send the goods")
    shopper.use()
    assert "set aside" in shopper.thanked()
    standing(counter, lab)
    assert "EUR\u00a05.00" in deed(counter, "Take the money", "5.00", more=True)
    assert "EUR\u00a011.00" in deed(counter, "Take the money", "6.00")


def test_yen_have_no_decimals(shopper, counter, lab):
    shopper.order(currency="JPY")
    assert PRICES["JPY"] in shopper.page.get_by_role("heading").first.inner_text()
    shopper.use()
    assert f"is paid: {PRICES['JPY']}" in shopper.thanked()
    standing(counter, lab)
    counter.page.get_by_label("Amount in JPY").fill("8.50")
    counter.page.get_by_role("button", name="Refund").click()
    assert "at most 0 decimals" in counter.page.get_by_role("alert").inner_text()
    assert "JPY\u00a0850" in deed(counter, "Refund", "850")


def test_dinars_have_three(shopper, counter, lab):
    shopper.order(capture="When we send the goods", currency="KWD")
    assert PRICES["KWD"] in shopper.page.get_by_role("heading").first.inner_text()
    shopper.use()
    assert "KWD\u00a04.000" in shopper.thanked()
    standing(counter, lab)
    assert "KWD\u00a02.125" in deed(counter, "Take the money", "2.125")


def listed(counter, lab):
    """By number, what the list says of an order behind how it stands."""
    counter.page.goto(f"{lab.shop.url}/merchant")
    rows = counter.page.locator("tbody tr").all_inner_texts()
    return {int(row.split("\t")[0]): row.split("\t")[2].partition(", ")[2] for row in rows}


def test_the_day_is_closed_and_all_of_it_is_deposited(browser, counter, lab):
    """Runs behind those above: their sum is what comes to the merchant's account."""
    assert set(listed(counter, lab).values()) == {""}
    panel = PanelPage(browser, lab)
    said = panel.close_day()
    for amount in DEPOSITS.values():
        assert f"{amount} in transit" in said
    numbers = [1, 3, 4, 5, 6, 7]
    assert [n for n, word in listed(counter, lab).items() if word] == numbers[::-1]
    inbox = Inbox(lab.settlement.answers)
    assert eventually(lambda: inbox.take(lab.switch, lab.settlement, record_of(lab.switch)))
    panel.page.reload()
    for amount in DEPOSITS.values():
        assert f"{amount} paid" in panel.text
    found = listed(counter, lab)
    assert {found[n] for n in numbers} == {"paid out"}
    assert found[2] == ""
    panel.context.close()
