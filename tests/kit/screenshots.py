"""Pictures of every page that a shopper or a merchant sees, narrow and wide, for people to look at.

``python -m tests.kit.screenshots [FOLDER]`` runs a lab and a browser, and writes PNG files there.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cardswitch.lab.house.threaded import ThreadedLab
from tests.kit.chromium import chromium
from tests.kit.shopper import Shopper, merchant

WIDTHS = (320, 1280)
LOST = "4000000000009987"
Shoot = Callable[[str, Any], None]


def _fields(shopper: Shopper) -> Any:
    return shopper.page.frame_locator("iframe.gateway-fields")


def shop(shopper: Shopper, shoot: Shoot) -> None:
    """The shop, and the gateway's page: looked at, filled in wrongly, declined, paid."""
    shopper.page.goto(shopper.shop)
    shoot("catalogue", shopper)
    shopper.choose("Hosted page", look=lambda: shoot("basket", shopper))
    shoot("hosted", shopper)
    shopper.press()
    shopper.page.locator("#alert:focus").wait_for()
    shoot("hosted-errors", shopper)
    shopper.use(LOST)
    shopper.alerted("Declined")
    shoot("hosted-declined", shopper)
    address = shopper.page.url
    shopper.use()
    shopper.thanked()
    shoot("thanks", shopper)
    shopper.page.goto(address)
    shoot("hosted-paid", shopper)


def types(shopper: Shopper, shoot: Shoot) -> None:
    """The other types, each where it asks."""
    shopper.choose("Hosted page in a frame")
    shopper.page.frame_locator("iframe.gateway").get_by_label("Card number").wait_for()
    shoot("framed", shopper)
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
    shopper.choose("Pay by bank")
    shopper.page.get_by_role("button", name="Approve").wait_for()
    shoot("bank", shopper)


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
        if type_ == "Mail or telephone":
            page.frame_locator("iframe.gateway-fields").get_by_label("Card number").wait_for()
            shoot("moto", watched)
        elif type_ == "Payment link":
            page.get_by_role("link", name="The page where it is paid").click()
            shoot("link", watched)
            page.get_by_role("link", name="/l/plink_").click()
            shoot("link-opened", watched)
        else:
            shoot("till", watched)
    page.goto(f"{shop}/merchant/1")
    shoot("order", watched)


@contextmanager
def _lab() -> Iterator[Any]:
    with TemporaryDirectory() as folder, ThreadedLab(Path(folder) / "lab") as lab:
        yield lab.lab


def shoot_all(folder: Path) -> None:
    """All of them into *folder*: NAME-WIDTH.png."""
    folder.mkdir(parents=True, exist_ok=True)
    with _lab() as lab, chromium() as browser:
        for width in WIDTHS:

            def shoot(name: str, watched: Any, width: int = width) -> None:
                watched.shot(folder / f"{name}-{width}.png")

            for story in (shop, types):
                shopper = Shopper(browser, lab, width=width)
                story(shopper, shoot)
                shopper.context.close()
            with merchant(browser, lab, width=width) as watched:
                counter(watched, shoot, lab.shop.url)


if __name__ == "__main__":
    shoot_all(Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots"))
