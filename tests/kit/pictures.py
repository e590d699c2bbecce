"""Which pictures of pages there are, which templates are in each, and the page that shows them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = ROOT / "docs" / "pictures"
PAGE: Final = ROOT / "docs" / "pages.md"
BYTES_MAX: Final = 640 * 1024  # of all of them: a checkout stays quick
WIDTHS: Final = {"narrow": 320, "wide": 1280}
PLACES: Final = {
    "shop": "gateway/shop",
    "pages": "gateway/pages",
    "acs": "hosts/acs",
    "bank": "hosts/bank",
    "panel": "gateway/panel",
}
# Name of a picture: the templates that it shows, and what it is.
PICTURES: Final[dict[str, tuple[str, str]]] = {
    "catalogue": ("shop/catalogue", "The sample shop, in one of three currencies"),
    "basket": ("shop/basket", "The basket, where the visitor chooses how to pay"),
    "hosted": ("pages/checkout pages/order", "The gateway's page, where the card is typed"),
    "hosted-errors": ("pages/checkout", "The same, with something to be looked at again"),
    "hosted-declined": ("pages/checkout", "A lost card: the shopper reads no more than this"),
    "waiting": ("pages/waiting", "The bank has not answered yet"),
    "challenge": (
        "pages/challenge acs/challenge",
        "The bank asks whether it is the holder",
    ),
    "challenge-over": ("acs/message", "The bank's page, with nothing to confirm any more"),
    "hosted-paid": ("pages/paid", "The way back, after it is paid"),
    "hosted-expired": ("pages/expired", "A session that was left too long"),
    "hosted-unknown": ("pages/message", "A link that is none"),
    "thanks": ("shop/thanks", "Back in the shop, which has asked the gateway"),
    "framed": ("shop/framed", "The gateway's page in a frame of the shop's"),
    "framed-challenge": ("pages/action", "In a frame, the way to the bank's page"),
    "fields": ("shop/fields pages/fields", "The gateway's fields in a form of the shop's"),
    "fields-errors": ("pages/fields", "The same, with something to be looked at again"),
    "direct": ("shop/card", "A form of the shop's that goes straight to the gateway"),
    "direct-errors": ("shop/card", "The same, with a number that is mistyped"),
    "server": ("shop/card", "A form of the shop's that the shop sees: SAQ D"),
    "shop-waiting": ("shop/waiting", "The shop's own page, while the bank is asked"),
    "shop-unknown": ("shop/message", "A page of the shop that is none"),
    "bank": ("bank/approve", "Pay by bank: the customer approves a transfer"),
    "bank-refused": ("bank/message", "A link that the bank does not pay"),
    "login": ("shop/login", "The merchant's way in"),
    "orders": ("shop/orders", "His orders, and how each stands"),
    "order": ("shop/order", "One of them: captured in part, refunded, and what was told"),
    "new-order": ("shop/new", "An order by telephone, by link, or in person"),
    "moto": ("shop/fields", "The virtual terminal"),
    "link": ("shop/link", "A payment link, to be sent"),
    "link-opened": ("pages/link", "The same, opened by whoever pays"),
    "till": ("shop/till", "An order that is paid in person"),
    "panel-login": ("panel/login", "The test panel's way in"),
    "panel": ("panel/home panel/leave", "The panel: what becomes of the next payment"),
    "panel-story": ("panel/story", "The story of a payment, message by message"),
    "panel-unknown": ("panel/message", "A page of the panel that is none"),
}
# Templates that no picture shows, and why.
UNSEEN: Final = {
    "pages/back": "goes on by itself, in the frame of a challenge",
    "acs/back": "goes on by itself, in the frame of a challenge",
    "shop/pay": "what pages of an order begin with, in pictures of `link` and `till`",
    **{f"{place}/base": "what all pages of that place begin with" for place in PLACES},
}
_HEAD: Final = """# Pages in pictures

Every page that `cardswitch up` shows to a browser, at 320 pixels and at 1280 (here at half its
size). They are taken by `python -m tests.kit.screenshots --manual`; what each of them is for,
[The payment gateway](gateway.md) says.
"""


def templates() -> Iterator[str]:
    """Every template that there is, as PICTURES calls it."""
    for place, folder in PLACES.items():
        for path in sorted((ROOT / folder / "templates").glob("*.html")):
            yield f"{place}/{path.stem}"


def files() -> list[str]:
    """The names of the pictures in the manual."""
    return [f"{name}-{width}.webp" for name in PICTURES for width in WIDTHS]


def text() -> str:
    """The page of the manual."""
    parts = [_HEAD]
    for name, (_, said) in PICTURES.items():
        shown = " ".join(f"![{said}, {width}](pictures/{name}-{width}.webp)" for width in WIDTHS)
        parts.append(f"## {said}\n\n{shown}\n")
    return "\n".join(parts)
