"""The types of gateway that live in a page of the shop's, in a real browser."""

import pytest

from cardswitch.lab.house.threaded import ThreadedLab
from tests.kit.chromium import chromium
from tests.kit.shopper import GOOD, Shopper

LOST, CHALLENGED = "4000000000009987", "4000000000003220"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with ThreadedLab(tmp_path_factory.mktemp("browser") / "lab") as lab:
        yield lab.lab


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture
def shopper(browser, lab):
    shopper = Shopper(browser, lab)
    yield shopper
    shopper.context.close()


def framed(shopper):
    """The frame of the gateway, as what a shopper fills in."""
    return shopper.page.frame_locator("iframe.gateway")


def test_in_a_frame_the_shop_stays_around_and_goes_on_by_itself(shopper):
    shopper.choose("Hosted page in a frame")
    shopper.fill(LOST, framed(shopper))
    shopper.press(framed(shopper))
    shopper.alerted("Declined", framed(shopper))
    shopper.fill(GOOD, framed(shopper))
    shopper.press(framed(shopper))
    assert "is paid" in shopper.thanked()
    assert shopper.troubles == []
    assert GOOD not in shopper.sent_to(shopper.shop)


def test_in_a_frame_without_script_a_link_leads_back(browser, lab):
    shopper = Shopper(browser, lab, java_script_enabled=False)
    shopper.choose("Hosted page in a frame")
    frame = framed(shopper)
    shopper.fill(page=frame)
    shopper.press(frame)
    frame.get_by_role("link", name="Back to Corner Shop", exact=True).click()
    assert "is paid" in shopper.thanked()
    shopper.context.close()


@pytest.mark.parametrize("type_", ["Direct post", "Server to server"])
@pytest.mark.parametrize("has_script", [True, False])
def test_a_form_of_the_shop_pays_once_and_says_what_is_wrong(browser, lab, type_, has_script):
    shopper = Shopper(browser, lab, java_script_enabled=has_script)
    shopper.choose(type_)
    shopper.use("4242424242424241")
    shopper.alerted("mistyped")
    shopper.use(LOST)
    shopper.alerted("Declined")
    before = shopper.asked()
    shopper.fill()
    shopper.page.get_by_role("button", name="Pay EUR").dblclick()
    assert "is paid" in shopper.thanked()
    assert shopper.asked() == before + 1
    assert all("422" in text for text in shopper.troubles)  # the form that was filled in wrongly
    assert (GOOD not in shopper.sent_to(shopper.shop)) == (type_ == "Direct post")
    shopper.context.close()


def fields(shopper):
    return shopper.page.frame_locator("iframe.gateway-fields")


def test_fields_of_the_gateway_in_a_form_of_the_shop(shopper):
    shopper.choose("Hosted fields")
    before = shopper.asked()
    shopper.fill("4242424242424241", fields(shopper))
    shopper.press()
    fields(shopper).get_by_text("mistyped").wait_for()
    assert shopper.asked() == before
    fields(shopper).get_by_label("Card number").fill(LOST)
    fields(shopper).get_by_label("Card number").press("Enter")  # By keyboard, inside the frame.
    shopper.alerted("Declined")
    shopper.fill(GOOD, fields(shopper))
    shopper.page.get_by_role("button", name="Pay EUR").dblclick()
    assert "is paid" in shopper.thanked()
    assert shopper.asked() == before + 2
    assert shopper.troubles == []
    sent = shopper.sent_to(shopper.shop)
    assert not any(secret in sent for secret in (GOOD, LOST, "=123"))


def test_a_page_of_another_origin_gets_no_answer_of_the_fields(shopper):
    """Who may frame them says the policy; who is heard says the frame itself."""
    shopper.choose("Hosted fields")
    shopper.fill(GOOD, fields(shopper))
    [frame] = [each for each in shopper.page.frames if "/fields/card" in each.url]
    told = frame.evaluate(
        """() => new Promise((done) => {
            const heard = [];
            addEventListener("message", (event) => heard.push(event.origin));
            postMessage({ id: 1, type: "token" }, "*");
            setTimeout(() => done(heard), 500);
        })"""
    )
    assert told == [shopper.pay]  # It has come, from ourselves and not from the shop,
    assert not any("/fields/token" in each.url for each in shopper.requests)  # and led to nothing.


def confirm(shopper, key, intent, number=GOOD):
    """Have a script of the shop's page confirm *intent* with what is typed into fields there."""
    told = shopper.page.evaluate(
        """([key, secret]) => new Promise(async (done) => {
            const script = Cardswitch(key), card = script.elements().create("card");
            const place = document.createElement("div");
            document.querySelector("main").append(place);
            card.mount(place);
            window.confirmed = () => script.confirmCardPayment(secret, {payment_method: {card}});
            addEventListener("message", ({ data }) => data.type === "ready" && done("ready"));
        })""",
        [key, intent["client_secret"]],
    )
    assert told == "ready"
    shopper.fill(number, shopper.page.frame_locator("iframe.gateway-fields").last)


def confirm_at_bank(shopper):
    bank = shopper.page.frame_locator("iframe[title='Your bank']")
    bank.get_by_label("Code of your bank").fill("123456")
    bank.get_by_role("button", name="Confirm").click()


@pytest.mark.parametrize("type_", ["Hosted fields", "Hosted page in a frame"])
def test_a_bank_that_asks_is_seen_in_the_whole_window_and_the_shop_after_it(shopper, type_):
    shopper.choose(type_)
    place = fields(shopper) if type_ == "Hosted fields" else framed(shopper)
    shopper.fill(CHALLENGED, place)
    if type_ == "Hosted fields":
        shopper.press()
    else:
        shopper.press(place)
        place.get_by_role("link", name="Go to your bank").click()
    confirm_at_bank(shopper)
    assert "is paid" in shopper.thanked()
    assert shopper.troubles == []
    assert CHALLENGED not in shopper.sent_to(shopper.shop)


def test_an_intent_that_its_bank_asks_about_comes_back_to_the_page(shopper, lab):
    shopper.choose("Hosted fields")
    key = shopper.page.locator("form.tokens").get_attribute("data-key")
    made, page = shopper.intent(lab, 1250), shopper.page.url
    confirm(shopper, key, made, CHALLENGED)
    shopper.page.evaluate("() => { confirmed(); }")
    confirm_at_bank(shopper)
    shopper.page.wait_for_url(f"{page}?payment_intent={made['id']}&redirect_status=succeeded")


def test_an_intent_is_confirmed_by_the_script_of_the_shop(shopper, lab):
    shopper.choose("Hosted fields")
    key = shopper.page.locator("form.tokens").get_attribute("data-key")
    made = shopper.intent(lab, 1250)
    confirm(shopper, key, made)
    told = shopper.page.evaluate("() => confirmed()")
    assert told == {
        "paymentIntent": {"id": made["id"], "object": "payment_intent", "status": "succeeded"}
    }


def test_by_bank_the_browser_goes_there_and_comes_back(shopper):
    shopper.choose("Pay by bank")
    shopper.page.get_by_role("button", name="Approve").dblclick()
    assert "is paid" in shopper.thanked()
    assert shopper.troubles == []


TYPES = [
    "Hosted page in a frame",
    "Hosted fields",
    "Direct post",
    "Server to server",
    "Pay by bank",
]
LAST = {"Pay by bank": "Approve"}  # what stands last on the page where one pays
WIDE = """() => [...document.querySelectorAll("*")]
    .filter((each) => each.getBoundingClientRect().right > innerWidth + 1).length"""


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_narrow_pages_have_nothing_beside_them(browser, lab, direction):
    shopper = Shopper(browser, lab, width=320)
    for type_ in TYPES:
        shopper.choose(type_)
        shopper.page.get_by_role("button", name=LAST.get(type_, "Back to the basket")).wait_for()
        shopper.page.evaluate("way => document.dir = way", direction)
        assert shopper.page.evaluate("document.documentElement.scrollWidth") <= 320, type_
        assert direction == "rtl" or shopper.page.evaluate(WIDE) == 0, type_
    shopper.context.close()


def test_every_answer_has_its_headers(shopper, lab):
    answers = []
    shopper.context.on("response", lambda answer: answers.append(answer))
    for type_ in TYPES:
        shopper.choose(type_)
        shopper.page.get_by_role("button", name=LAST.get(type_, "Back to the basket")).wait_for()
    assert {shopper.shop, shopper.pay, lab.shop.bank} <= {_origin(each.url) for each in answers}
    for answer in answers:
        assert "default-src 'none'" in answer.headers["content-security-policy"], answer.url
        assert answer.headers["x-content-type-options"] == "nosniff", answer.url
        assert answer.headers["strict-transport-security"], answer.url


def _origin(url):
    return "/".join(url.split("/")[:3])


def test_the_fields_by_keyboard_alone(shopper):
    shopper.choose("Hosted fields")
    fields(shopper).get_by_label("Card number").focus()
    keyboard = shopper.page.keyboard
    for text in (GOOD, "1230", "123"):
        keyboard.type(text)
        keyboard.press("Tab")
    keyboard.press("Enter")  # The button of the shop's form comes behind the frame.
    assert "is paid" in shopper.thanked()
