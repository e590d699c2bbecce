"""What a page needs of the gateway: what is to be paid, and somebody who takes the money."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Protocol

from msgspec import Struct

from ..core.authentication import Browser
from ..core.cards import Card
from ..core.problems import Problem
from ..core.things.sessions import Ui


class Stage(StrEnum):
    """What a shopper is shown."""

    OPEN = "open"  # the form, with what was wrong with the last card
    WAITING = "waiting"  # asked, and no outcome yet
    ACTION = "action"  # his bank asks him, on the page *challenge*
    PAID = "paid"
    EXPIRED = "expired"


class OfferLine(Struct, frozen=True, kw_only=True):
    """One line of the order, in minor units, all of *quantity* together."""

    name: str
    quantity: int
    amount: int


class Offer(Struct, frozen=True, kw_only=True):
    """A checkout session as a shopper may see it.

    *attempt* counts the cards that were tried: a form is good for one of them.
    """

    id: str
    merchant: str
    lines: tuple[OfferLine, ...]
    total: int  # minor units
    currency: str  # of three letters
    stage: Stage
    success_url: str
    cancel_url: str | None = None
    ui: Ui = "hosted_page"
    attempt: int = 0
    is_setup: bool = False  # a card is to be kept, and nothing paid
    problem: Problem | None = None
    challenge: str = ""  # the path of its page

    @property
    def ends_here(self) -> bool:
        """Whether there is no page of a shop to go back to."""
        return self.success_url.endswith(f"/c/{self.id}")

    @property
    def is_framed(self) -> bool:
        """Whether the shop shows the page in a frame of its own."""
        return self.ui == "embedded_page"


class Till(Protocol):
    """Where offers are found, and paid."""

    async def offer(self, id_: str) -> Offer | None:
        """The offer *id_*, if there is one."""
        ...

    async def link(self, id_: str) -> Offer | None:
        """What the payment link *id_* offers, if there is one; `id` is that of the link."""
        ...

    async def open_link(self, id_: str) -> str:
        """The session that the link *id_* is to be paid by, a new one or its last. Raises Fault."""
        ...

    async def pay(self, offer: Offer, card: Card, cvc: str, browser: Browser) -> None:
        """Ask for the money with *card*, once for each attempt, however often it is called.

        What came of it is seen in the offer after that. Raises Fault if nothing was done.
        """
        ...


class CardDesk(Protocol):
    """Takes cards out of fields in a shop's page, by the merchant's publishable key."""

    def may_frame(self, key: str, origin: str) -> bool:
        """Whether pages of *origin* may show the fields."""
        ...

    async def token(self, key: str, card: Card, cvc: str) -> str:
        """A token of *card*. Raises Fault."""
        ...

    async def confirm(
        self, key: str, secret: str, card: Card, cvc: str, browser: Browser, back: str
    ) -> dict[str, Any]:
        """Pay the intent whose client secret is *secret*; how it stands then. Raises Fault.

        A *browser* whose bank asks first comes back to the URL *back*, if it says one.
        """
        ...
