"""What a terminal does of each class: a row for each, and what it needs before."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Final

from cardswitch.specs.codes import ECHO
from cardswitch.specs.transactions.card_files import file_fields
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.specs.transactions.offers import offers
from cardswitch.terminal.core.errors import NoLink, NotReady
from cardswitch.terminal.core.messages import Order
from cardswitch.terminal.customer.card import Card
from cardswitch.terminal.session import Action, Session, StillPending

AMOUNT: Final = 2_000
CASH: Final = 500
PIN: Final = "2580"
# What is said of the card, where a class is about that.
SAID: Final = {"file_action": file_fields("add"), "report": {104: "left in the shop"}}
WITHIN_S: Final = 60.0


def asked(kind: str, card: Card) -> Action:
    """The terminal asks for a *kind* with *card*."""
    row = KINDS.named(kind)
    order = Order(
        amount=AMOUNT if row.moves_money else 0,
        currency="EUR",
        card=card,
        entry="swipe",
        pin=PIN if row.pin != "refused" else None,
        cash=CASH if row.takes_cash else 0,
        said=SAID.get(kind, {}),
    )
    if kind == "offline":
        return lambda terminal, now: terminal.sell_offline(order, now)
    return lambda terminal, now: terminal.ask(order, now, kind)


def story(kind: str, card: Card) -> Sequence[Action]:
    """What is done for a *kind*: its last deed is of that class."""
    before = [asked("authorisation", card)]
    told: Mapping[str, Sequence[Action]] = {
        "increment": [*before, lambda terminal, now: terminal.increment(now, CASH)],
        "completion": [
            *before,
            lambda terminal, now: terminal.complete(now, CASH, more=True),
            lambda terminal, now: terminal.complete(now, CASH),
        ],
        "tip": [asked("sale", card), lambda terminal, now: terminal.tip(now, CASH)],
        "linked_refund": [asked("sale", card), lambda terminal, now: terminal.refund(now, CASH)],
        "reversal": [asked("sale", card), lambda terminal, now: terminal.reverse(now, CASH)],
    }
    return told.get(kind) or [asked(kind, card)]


# Nobody asks for these: they are deeds of the session, not orders.
OF_SESSIONS: Final = ("reconciliation", "network")
CLASSES: Final = (
    *(offer.kind for offer in offers()),
    "linked_refund",
    "reversal",
    *OF_SESSIONS,
)
UNDONE: Final = tuple(kind for kind in CLASSES if KINDS.named(kind).undone_by)


async def tell(session: Session, kind: str, card: Card, until_s: float = WITHIN_S) -> None:
    """Do what *kind* is about; whatever comes of it is in the terminal's journal.

    It is tried again while nobody can be reached; what does not begin is left out.
    """
    async with asyncio.timeout(until_s):
        if kind == "network":
            await _tried(lambda: session.manage(ECHO))
        elif kind == "reconciliation":
            await _tried(lambda: session.settle_batch(until_s))
        else:
            for action in story(kind, card):
                await _tried(lambda action=action: _performed(session, action, until_s))


async def reverse_last(session: Session, until_s: float = WITHIN_S) -> None:
    """Undo what was done last, all of it."""
    await _tried(lambda: _performed(session, lambda terminal, now: terminal.reverse(now), until_s))


async def rest(session: Session, until_s: float = WITHIN_S) -> None:
    """Return once the terminal owes nothing."""

    async def settled() -> None:
        async for _ in session.settle(until_s):
            pass

    async with asyncio.timeout(until_s):
        await _tried(settled)


async def _performed(session: Session, action: Action, until_s: float) -> None:
    async for _ in session.perform(action, until_s):
        pass


async def _tried(deed: Callable[[], Awaitable[object]]) -> None:
    while True:
        try:
            with suppress(NotReady):
                await deed()
            return
        except (NoLink, StillPending):
            await asyncio.sleep(0.02)
