"""A shopper's browser at one end and the bank day's deposit at the other: the shop of a lab."""

import pytest

from cardswitch.lab.house.threaded import ThreadedLab
from tests.kit.chromium import chromium
from tests.kit.shopper import GOOD, Shopper, eventually, merchant

LOST, STOLEN, FRAUD = "4000000000009987", "4000000000009979", "4100000000000019"
SECRETS = ("4242424242424242", "4242 4242 4242 4242", "=123", '"123"')


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    lab = ThreadedLab(tmp_path_factory.mktemp("shop") / "lab")
    yield lab.lab
    lab.close()


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture
def shopper(browser, lab):
    shopper = Shopper(browser, lab)
    yield shopper
    shopper.context.close()


def test_an_order_is_paid_and_the_shop_is_told(shopper, browser, lab):
    shopper.order()
    shopper.use()
    assert "is paid: EUR\u00a012.00" in shopper.thanked()
    assert shopper.troubles == []
    with merchant(browser, lab) as watched:
        with watched.page.expect_navigation():
            watched.page.get_by_role("link").filter(has_text="1").last.click()

        def told():
            watched.page.reload()
            return "checkout.session.completed" in watched.page.locator("main").inner_text()

        assert eventually(told)


def test_lost_stolen_and_fraud_read_alike_and_another_card_pays(shopper):
    shopper.order()
    said = set()
    for number in (LOST, STOLEN, FRAUD):
        shopper.use(number)
        said.add(shopper.alert)
        assert shopper.page.get_by_label("Card number").input_value() == ""
    assert said == {
        "Declined by your bank. Use another card, or ask your bank. No money was taken."
    }
    shopper.use()
    assert "is paid" in shopper.thanked()


def test_a_double_click_and_two_tabs_ask_once(shopper):
    url, before = shopper.order(), shopper.asked()
    second = shopper.context.new_page()
    second.goto(url)
    shopper.fill(page=second)
    shopper.fill()
    shopper.page.get_by_role("button", name="Pay").dblclick()
    shopper.press(second)
    assert "is paid" in shopper.thanked()
    assert shopper.asked() == before + 1


def test_the_way_back_leads_to_no_second_form(shopper):
    url = shopper.order()
    shopper.use()
    shopper.thanked()
    shopper.page.goto(url)
    assert "There is nothing more to do" in shopper.page.locator("main").inner_text()
    assert shopper.page.locator("form").count() == 0


def test_without_script_it_is_the_same(browser, lab):
    shopper = Shopper(browser, lab, java_script_enabled=False)
    shopper.order()
    shopper.use(LOST)
    assert "Declined" in shopper.alert
    shopper.use()
    assert "is paid" in shopper.thanked()
    shopper.context.close()


def test_a_tab_that_is_closed_before_the_way_back_has_paid(shopper, browser, lab):
    url = shopper.order()
    shopper.context.route(f"{shopper.shop}/thanks/*", lambda route: route.abort())
    shopper.use()
    shopper.context.close()
    with merchant(browser, lab) as watched:
        newest = watched.page.locator("tbody tr").first

        def is_paid():
            watched.page.reload()
            return newest.inner_text().split("\t")[2] == "paid"

        assert eventually(is_paid), url


def test_what_is_set_aside_is_taken_in_two_parts_and_given_back_in_part(shopper, browser, lab):
    shopper.order(capture="When we send the goods")
    shopper.use()
    assert "set aside" in shopper.thanked()
    with merchant(browser, lab) as watched:
        page = watched.page
        page.locator("tbody a").first.click()
        page.get_by_label("Amount in EUR").fill("5.00")
        page.get_by_label("More will follow").check()
        page.get_by_role("button", name="Take the money").click()
        assert "Taken\nEUR\u00a05.00" in page.locator("dl").inner_text()
        page.get_by_label("Amount in EUR").fill("6.00")
        page.get_by_role("button", name="Take the money").click()
        assert "Taken\nEUR\u00a011.00" in page.locator("dl").inner_text()
        page.get_by_label("Amount in EUR").fill("1.00")
        page.get_by_role("button", name="Refund").click()
        assert "refunded in part" in page.locator("h1").inner_text()


def test_a_price_that_was_tampered_with_is_not_the_price(shopper):
    shopper.page.goto(shopper.shop)
    shopper.page.evaluate("document.querySelectorAll('.price').forEach(p => p.textContent = '0')")
    shopper.order()
    assert "EUR\u00a012.00" in shopper.page.get_by_role("heading").first.inner_text()


def test_the_shop_sees_nothing_of_a_card_nor_does_anything_keep_it(shopper):
    shopper.order()
    shopper.use(LOST)
    shopper.use()
    shopper.thanked()
    sent = shopper.sent_to(shopper.shop)
    urls = "\n".join(each.url for each in shopper.requests)
    kept = shopper.page.evaluate(
        "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"
    )
    for secret in SECRETS:
        assert secret not in sent
        assert secret not in urls + kept
    assert GOOD not in shopper.page.content()
    assert GOOD.encode() in b"".join(
        (each.post_data or "").replace("+", "").encode()
        for each in shopper.requests
        if each.url.startswith(shopper.pay)
    )


def test_by_keyboard_alone(shopper):
    shopper.order()
    keyboard = shopper.page.keyboard
    shopper.page.get_by_label("Card number").focus()
    for text in (GOOD, "1230", "123", "A. Visitor", "10115"):
        keyboard.type(text)
        keyboard.press("Tab")
    keyboard.press("Enter")
    assert "is paid" in shopper.thanked()


def test_errors_are_named_linked_and_focused(shopper):
    shopper.order()
    shopper.press()
    shopper.page.locator("#alert:focus").wait_for()
    shopper.page.get_by_role("alert").get_by_role("link").first.click()
    shopper.page.locator("#number:focus").wait_for()


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_a_narrow_page_has_nothing_beside_it(browser, lab, direction):
    shopper = Shopper(browser, lab, width=320)
    shopper.order()
    shopper.press()
    for address in (shopper.page.url.removesuffix("/pay"), shopper.shop, f"{shopper.shop}/basket"):
        shopper.page.goto(address)
        shopper.page.evaluate("way => document.dir = way", direction)
        assert shopper.page.evaluate("document.documentElement.scrollWidth") <= 320
    shopper.context.close()
