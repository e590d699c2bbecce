"""Every page that a browser can come to, looked at once, narrow: headers, console, names, width."""

import pytest

from cardswitch.lab.house.threaded import ThreadedLab
from tests.kit.chromium import Watched, chromium
from tests.kit.panel import PanelPage
from tests.kit.shopper import Shopper, log_in

CHALLENGED = "4000000000003220"
WIDTH = 320
HEADERS = {
    "content-security-policy": "default-src 'none'",
    "strict-transport-security": "max-age=31536000",
    "x-content-type-options": "nosniff",
    "referrer-policy": "",
    "permissions-policy": "camera=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with ThreadedLab(tmp_path_factory.mktemp("pages") / "lab") as lab:
        yield lab.lab


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


def tour(shopper, lab):
    """Come to every page of the shop, the gateway, both banks and the panel; at each, stop."""
    page = shopper.page
    page.goto(shopper.shop)
    yield "catalogue"
    shopper.choose("Hosted page")
    yield "hosted"
    shopper.use(CHALLENGED)
    bank = page.frame_locator("iframe[title='Your bank']")
    bank.get_by_label("Code of your bank").wait_for()
    yield "challenge"
    bank.get_by_role("button", name="Cancel").click()
    shopper.alerted("No money was taken")
    yield "hosted, not confirmed"
    address = page.url
    shopper.use()
    shopper.thanked()
    yield "thanks"
    page.goto(address)
    yield "hosted, paid"
    page.goto(f"{shopper.shop}/basket")
    yield "basket"
    for type_ in ("Hosted page in a frame", "Hosted fields", "Direct post", "Pay by bank"):
        shopper.choose(type_)
        yield type_
    page.goto(f"{shopper.shop}/merchant")
    yield "login"
    log_in(page, lab)
    page.get_by_role("heading", name="Orders").wait_for()
    yield "orders"
    page.goto(f"{shopper.shop}/merchant/new")
    yield "new order"
    page.goto(f"{shopper.shop}/merchant/1")
    yield "order"
    page.goto(lab.gateway.panel.url)
    yield "panel's login"
    log_in(page, lab)
    page.get_by_role("button", name="Tell the issuer").wait_for()
    yield "panel"
    page.get_by_role("link", name="pi_").first.click()
    page.get_by_role("heading", name="The story of").wait_for()
    yield "story"


NAMELESS = """() => [...document.querySelectorAll(
        "input:not([type=hidden]), select, button, a, iframe")]
    .filter((each) => !(each.labels?.length || each.textContent.trim() || each.title
        || each.getAttribute("aria-label")))
    .map((each) => each.outerHTML)"""


def look(page):
    """What is wrong with a page for people who see little of it at a time, or nothing."""
    for way in ("ltr", "rtl"):
        page.evaluate("way => document.dir = way", way)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > WIDTH:
            yield f"{way}: {width} px wide"
    page.evaluate("document.dir = 'ltr'")
    yield from page.evaluate(NAMELESS)
    if page.locator("html").get_attribute("lang") != "en" or not page.title():
        yield "no language, or no title"
    for part in ("main", "h1"):
        if page.locator(part).count() != 1:
            yield f"{page.locator(part).count()} {part}"


@pytest.fixture(scope="module")
def seen(browser, lab):
    """What is wrong at each stop, what was answered, and what the browser complained of."""
    shopper, answers = Shopper(browser, lab, width=WIDTH), []
    shopper.context.on("response", lambda answer: answers.append(answer))
    wrong = {stop: list(look(shopper.page)) for stop in tour(shopper, lab)}
    heads = [(each.url, each.status, each.request.resource_type, each.headers) for each in answers]
    troubles = list(shopper.troubles)
    shopper.context.close()
    return wrong, heads, troubles


@pytest.mark.parametrize("header", HEADERS)
def test_every_answer_has_the_header(seen, lab, header):
    _, heads, _ = seen
    origins = {"/".join(url.split("/")[:3]) for url, *_ in heads}
    places = (lab.shop, lab.gateway.pages, lab.gateway.panel, lab.acs.pages)
    assert {place.url for place in places} | {lab.shop.bank} <= origins
    for url, _, _, headers in heads:
        if header == "cross-origin-resource-policy" and url.endswith("/js/v1.js"):
            continue  # the one script that a shop's page has from elsewhere
        assert HEADERS[header] in headers[header], url


def test_no_page_is_kept_and_every_file_is(seen):
    for url, status, kind, headers in seen[1]:
        wanted = "no-store" if kind == "document" or status == 303 else "max-age=600"
        if kind in ("document", "stylesheet", "script"):
            assert wanted in headers["cache-control"], url


def test_the_browser_complains_of_nothing(seen):
    assert seen[2] == []


def test_a_narrow_page_has_nothing_beside_it_and_all_on_it_has_names(seen):
    assert {stop: found for stop, found in seen[0].items() if found} == {}


def test_the_panel_by_keyboard_and_without_script(browser, lab):
    watched = Watched(browser, java_script_enabled=False)
    page = watched.page
    page.goto(lab.gateway.panel.url)
    page.get_by_label("Secret key").focus()
    log_in(page, lab)
    page.locator("input[value=approve]").focus()
    page.keyboard.press("ArrowDown")
    assert page.locator("input[value=decline]").is_checked()
    page.keyboard.press("Tab")
    page.keyboard.type("51")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("status").filter(has_text="The issuer knows").wait_for()
    assert "Decline with 51, Insufficient funds" in page.locator("main").inner_text()
    page.get_by_role("button", name="Let it go as ever").click()
    page.get_by_role("status").filter(has_text="goes as ever").wait_for()
    watched.context.close()


def test_who_wants_less_motion_gets_none(browser, lab):
    panel = PanelPage(browser, lab)
    panel.arm("hang")
    for wish in ("reduce", "no-preference"):
        shopper = Shopper(browser, lab, reduced_motion=wish)
        address, before = shopper.order(), shopper.asked()
        shopper.fill()
        shopper.page.get_by_role("button", name="Pay ").click(no_wait_after=True)
        shopper.until_asked(before)
        shopper.page.goto(address)
        moves = "getComputedStyle(document.querySelector('.spinner')).animationName"
        assert shopper.page.evaluate(moves) == ("none" if wish == "reduce" else "turn")
        shopper.context.close()
        panel.arm("hang")
    panel.context.close()
