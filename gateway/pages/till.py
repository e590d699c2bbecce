"""What a page needs of the gateway: what is to be paid, and somebody who takes the money."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from ..core.cards import Card
from ..core.problems import Problem
from ..core.things.sessions import Ui


class Stage(StrEnum):
    """What a shopper is shown."""

    OPEN = "open"  # the form, with what was wrong with the last card
    WAITING = "waiting"  # asked, and no outcome yet
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

    @property
    def is_framed(self) -> bool:
        """Whether the shop shows the page in a frame of its own."""
        return self.ui == "embedded_page"


class Till(Protocol):
    """Where offers are found, and paid."""

    async def offer(self, id_: str) -> Offer | None:
        """The offer *id_*, if there is one."""
        ...

    async def pay(self, offer: Offer, card: Card, cvc: str) -> None:
        """Ask for the money with *card*, once for each attempt, however often it is called.

        What came of it is seen in the offer after that. Raises Fault if nothing was done.
        """
        ...
