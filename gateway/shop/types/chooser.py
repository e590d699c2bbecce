"""Which types there are: what a visitor reads of each, and the adapter that drives it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from .adapter import Adapter, Gateway
from .intents import Server
from .sessions import DirectPost, Framed, Hosted


class Choice(Struct, frozen=True):
    """What the chooser says of a type."""

    name: str
    title: str
    text: str


CHOICES: Final = (
    Choice("hosted", "Hosted page", "You pay at the gateway's page, and come back."),
    Choice("framed", "Hosted page in a frame", "The same page, inside of ours."),
    Choice("direct", "Direct post", "Our form, which your browser sends to the gateway."),
    Choice("server", "Server to server", "Our form, our server: we see your card."),
)
NAMES: Final = tuple(choice.name for choice in CHOICES)
SAFE: Final = tuple(name for name in NAMES if name != "server")


def adapters(gateway: Gateway, url: str, pages: str) -> Mapping[str, Adapter]:
    """One of each, for the shop at *url* whose gateway has its pages at *pages*."""
    made: dict[str, Adapter] = {
        "hosted": Hosted(gateway, url, pages),
        "framed": Framed(gateway, url, pages),
        "direct": DirectPost(gateway, url, pages),
        "server": Server(gateway),
    }
    return made
