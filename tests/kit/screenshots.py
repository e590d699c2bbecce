"""Pictures of every page that a browser can come to, narrow and wide, for people to look at.

``python -m tests.kit.screenshots FOLDER`` runs a lab and a browser, and writes PNG files there;
with ``--manual`` it writes those of the manual, small, and the page that shows them.
"""

from __future__ import annotations

import sys
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cardswitch.lab.house.threaded import ThreadedLab
from tests.kit import pictures
from tests.kit.chromium import Watched, chromium
from tests.kit.panel import PanelPage
from tests.kit.shopper import Shopper, log_in, merchant

LOST, CHALLENGED = "4000000000009987", "4000000000003220"
TALL = 1_200  # pixels of a page that a picture shows: more of it says nothing new
QUALITY = 0.32
Shoot = Callable[[str, Any], None]
# A browser writes WebP itself, at half the size where that is enough to see the page.
SMALL = """async ([png, scale, quality]) => {
    const picture = new Image();
    picture.src = `data:image/png;base64,${png}`;
    await picture.decode();
    const canvas = document.createElement("canvas");
    canvas.width = picture.width * scale;
    canvas.height = picture.height * scale;
    const drawn = canvas.getContext("2d");
    drawn.imageSmoothingQuality = "high";
    drawn.drawImage(picture, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL("image/webp", quality).split(",")[1];
}"""


def _fields(shopper: Shopper) -> Any:
    return shopper.page.frame_locator("iframe.gateway-fields")


def hosted(shopper: Shopper, panel: PanelPage, shoot: Shoot) -> None:
    """The shop, and the gateway's page: looked at, filled in wrongly, declined, paid, expired."""
    page = shopper.page
    page.goto(shopper.shop)
    shoot("catalogue", shopper)
    shopper.choose("Hosted page", look=lambda: shoot("basket", shopper))
    shoot("hosted", shopper)
    shopper.press()
    page.locator("#alert:focus").wait_for()
    shoot("hosted-errors", shopper)
    shopper.use(LOST)
    shopper.alerted("Declined")
    shoot("hosted-declined", shopper)
    address = page.url.removesuffix("/pay")
    _while_asked(shopper, panel, address, lambda: shoot("waiting", shopper))
    shopper.use(CHALLENGED)
    bank = page.frame_locator("iframe[title='Your bank']")
    bank.get_by_label("Code of your bank").wait_for()
    shoot("challenge", shopper)
    bank.get_by_label("Code of your bank").fill("123456")
    bank.get_by_role("button", name="Confirm").click()
    shopper.thanked()
    shoot("thanks", shopper)
    page.goto(address)
    shoot("hosted-paid", shopper)
    panel.expire(shopper.order().rpartition("/")[2])
    page.reload()
    shoot("hosted-expired", shopper)
    for place, name in ((shopper.pay, "hosted-unknown"), (shopper.shop, "shop-unknown")):
        page.goto(f"{place}/c/none")
        shoot(name, shopper)


def _while_asked(
    shopper: Shopper, panel: PanelPage, address: str, look: Callable[[], None]
) -> None:
    """*look* at *address* while the bank is asked by the page before, and does not answer."""
    panel.arm("hang")
    before = shopper.asked()
    shopper.fill()
    shopper.page.get_by_role("button", name="Pay ").click(no_wait_after=True)
    shopper.until_asked(before)
    shopper.page.goto(address)
    look()
    shopper.alerted("No money was taken")


def types(shopper: Shopper, panel: PanelPage, shoot: Shoot) -> None:
    """The other types, each where it asks."""
    framed = shopper.page.frame_locator("iframe.gateway")
    shopper.choose("Hosted page in a frame")
    framed.get_by_label("Card number").wait_for()
    shoot("framed", shopper)
    shopper.fill(CHALLENGED, framed)
    shopper.press(framed)
    framed.get_by_role("link", name="Go to your bank").wait_for()
    shoot("framed-challenge", shopper)
    shopper.choose("Hosted fields")
    _fields(shopper).get_by_label("Card number").wait_for()
    shoot("fields", shopper)
    shopper.press()
    _fields(shopper).get_by_text("Enter the long number").wait_for()
    shoot("fields-errors", shopper)
    shopper.choose("Direct post")
    shoot("direct", shopper)
    shopper.use("4242424242424241")
    shopper.alerted("mistyped")
    shoot("direct-errors", shopper)
    shopper.choose("Server to server")
    shoot("server", shopper)
    _while_asked(shopper, panel, shopper.page.url, lambda: shoot("shop-waiting", shopper))
    shopper.choose("Pay by bank")
    shopper.page.get_by_role("button", name="Approve").wait_for()
    shoot("bank", shopper)
    shopper.page.goto(shopper.page.url.replace("amount=", "amount=-"))
    shoot("bank-refused", shopper)


def counter(watched: Any, shoot: Shoot, shop: str) -> None:
    """What the merchant sees."""
    page = watched.page
    shoot("orders", watched)
    for type_ in ("Mail or telephone", "Payment link", "In person"):
        page.goto(f"{shop}/merchant/new")
        page.get_by_label("Mug").fill("2")
        if type_ == "Mail or telephone":
            shoot("new-order", watched)
        page.locator("label").filter(has=page.get_by_text(type_, exact=True)).click()
        page.get_by_role("button", name="Make the order").click()
        page.wait_for_url(lambda url: not url.endswith("/new"))
        if type_ == "Mail or telephone":
            page.frame_locator("iframe.gateway-fields").get_by_label("Card number").wait_for()
            shoot("moto", watched)
        elif type_ == "Payment link":
            page.get_by_role("link", name="The page where it is paid").click()
            page.wait_for_url("**/pay/*")
            shoot("link", watched)
            page.get_by_role("link", name="/l/plink_").click()
            page.wait_for_url("**/l/plink_*")
            shoot("link-opened", watched)
        else:
            shoot("till", watched)
    page.goto(f"{shop}/merchant/1")
    page.get_by_label("Amount in EUR").fill("1.00")
    page.get_by_role("button", name="Refund").click()
    page.get_by_role("heading", name="refunded in part").wait_for()
    shoot("order", watched)


def outside(browser: Any, lab: Any, width: int, shoot: Shoot) -> None:
    """What is there before anybody is logged in; and the panel, behind its login."""
    watched = Watched(browser, width=width)
    page, panel = watched.page, lab.gateway.panel.url
    page.goto(f"{lab.shop.url}/merchant")
    shoot("login", watched)
    page.goto(f"{lab.acs.pages.url}/nothing")
    shoot("challenge-over", watched)
    page.goto(panel)
    shoot("panel-login", watched)
    log_in(page, lab)
    page.get_by_role("button", name="Tell the issuer").wait_for()
    shoot("panel", watched)
    page.get_by_role("listitem").filter(has_text="succeeded").get_by_role("link").first.click()
    page.get_by_role("heading", name="The story of").wait_for()
    shoot("panel-story", watched)
    page.goto(f"{panel}/nothing")
    shoot("panel-unknown", watched)
    watched.context.close()


def shoot_all(take: Callable[[str, Any], None]) -> None:
    """Come to every page, narrow and wide, and *take* its picture: it gets a name and the page."""
    with TemporaryDirectory() as folder, ThreadedLab(Path(folder) / "lab") as threaded:
        lab, taken = threaded.lab, set[str]()
        with chromium() as browser:
            panel = PanelPage(browser, lab)
            for name, width in pictures.WIDTHS.items():

                def shoot(what: str, watched: Any, name: str = name) -> None:
                    taken.add(what)
                    take(f"{what}-{name}", watched.page)

                for story in (hosted, types):
                    shopper = Shopper(browser, lab, width=width)
                    story(shopper, panel, shoot)
                    shopper.context.close()
                with merchant(browser, lab, width=width) as watched:
                    counter(watched, shoot, lab.shop.url)
                outside(browser, lab, width, shoot)
    assert taken == set(pictures.PICTURES), taken ^ set(pictures.PICTURES)


def _png(page: Any) -> bytes:
    """The page as far down as a picture goes; what is long goes on in the same way."""
    page.locator("main").wait_for()
    page.wait_for_load_state()
    height = page.evaluate("document.documentElement.scrollHeight")
    clip = {"x": 0, "y": 0, "width": page.viewport_size["width"], "height": min(height, TALL)}
    content: bytes = page.screenshot(full_page=True, clip=clip)
    return content


def into(folder: Path) -> None:
    """All of them into *folder*, as they are: NAME-narrow.png and NAME-wide.png."""
    folder.mkdir(parents=True, exist_ok=True)
    shoot_all(lambda name, page: (folder / f"{name}.png").write_bytes(_png(page)))


def manual() -> None:
    """All of them into the manual, small; and the page that shows them."""
    found: dict[str, bytes] = {}
    shoot_all(lambda name, page: found.update({name: _png(page)}))
    pictures.FOLDER.mkdir(exist_ok=True)
    for path in pictures.FOLDER.glob("*.webp"):
        path.unlink()
    with chromium() as browser:
        page = browser.new_page()
        for name, content in found.items():
            scale = 0.5 if name.endswith("-wide") else 1.0
            small = page.evaluate(SMALL, [b64encode(content).decode(), scale, QUALITY])
            (pictures.FOLDER / f"{name}.webp").write_bytes(b64decode(small))
    pictures.PAGE.write_text(pictures.text(), "utf-8")


if __name__ == "__main__":
    if "--manual" in sys.argv:
        manual()
    else:
        into(Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots"))
