"""Which types there are: what a visitor reads of each, and the adapter that drives it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct

from .adapter import Adapter, Gateway
from .bank import Bank
from .intents import Fields, Server
from .sessions import DirectPost, Framed, Hosted, PaymentLink
from .terminal import Terminal


class Choice(Struct, frozen=True):
    """What the chooser says of a type."""

    name: str
    title: str
    text: str


CHOICES: Final = (
    Choice("hosted", "Hosted page", "You pay at the gateway's page, and come back."),
    Choice("framed", "Hosted page in a frame", "The same page, inside of ours."),
    Choice("fields", "Hosted fields", "Our form, with fields of the gateway for your card."),
    Choice("direct", "Direct post", "Our form, which your browser sends to the gateway."),
    Choice("bank", "Pay by bank", "Your bank asks you, and sends us the money."),
    Choice("server", "Server to server", "Our form, our server: we see your card."),
)
# What the merchant chooses for an order that he takes himself.
BY_MERCHANT: Final = (
    Choice("moto", "Mail or telephone", "You type the card into fields of the gateway."),
    Choice("link", "Payment link", "You send an address to whoever pays."),
    Choice("till", "In person", "It is paid at a terminal, and found by the receipt's reference."),
)
NAMES: Final = tuple(choice.name for choice in CHOICES)
SAFE: Final = tuple(name for name in NAMES if name not in ("server", "bank"))


class Places(Struct, frozen=True, kw_only=True):
    """Where the shop is, the gateway's pages with the publishable *key*, and the shop's bank."""

    url: str
    pages: str
    key: str
    bank: str = ""
    iban: str = ""
    credits: Path = Path()


def adapters(gateway: Gateway, places: Places) -> Mapping[str, Adapter]:
    """One of each."""
    url, pages, key = places.url, places.pages, places.key
    made: dict[str, Adapter] = {
        "hosted": Hosted(gateway, url, pages),
        "framed": Framed(gateway, url, pages),
        "fields": Fields(gateway, url, key),
        "direct": DirectPost(gateway, url, pages),
        "bank": Bank(url, places.bank, places.iban, places.credits),
        "server": Server(gateway, url),
        "moto": Fields(gateway, url, key, is_moto=True),
        "link": PaymentLink(gateway, url, pages),
        "till": Terminal(gateway),
    }
    return made
