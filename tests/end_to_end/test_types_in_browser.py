"""The types of gateway that live in a page of the shop's, in a real browser."""

import pytest

from cardswitch.lab.house.threaded import ThreadedLab
from tests.kit.chromium import chromium
from tests.kit.shopper import GOOD, Shopper

LOST = "4000000000009987"


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
