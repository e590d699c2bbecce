"""Terminals that sell without a pause, while whoever runs the test lets programs die."""

import asyncio
from collections.abc import Awaitable, Callable

from cardswitch.terminal.config import read_cards, with_id
from cardswitch.terminal.core.errors import NoLink
from cardswitch.terminal.core.messages import Order
from cardswitch.terminal.core.outcome import SaleState
from cardswitch.terminal.customer.card import find_card
from cardswitch.terminal.session import open_session
from tests.kit.programs import LOOK_S, PATIENCE_S, House, Program

TERMINALS = ("TERM0001", "TERM0002", "TERM0003")
SWITCH = ("switch", "serve")


async def sell_while(
    house: House,
    rounds: int,
    disturb: Callable[[Program], Awaitable[Program]],
    patience_s: float = PATIENCE_S,
) -> Program:
    """Let terminals sell while the switch is disturbed, *rounds* times; the one that runs then.

    *disturb* is given the switch that runs, and returns the one that runs afterwards. All of it
    may take *patience_s*.
    """
    sold: list[int] = []
    stop = asyncio.Event()
    card = find_card(read_cards(house.folder / "cards.toml"), "rich")
    switch = house.alone(*SWITCH)
    async with asyncio.timeout(patience_s), asyncio.TaskGroup() as group:
        for name in TERMINALS:
            group.create_task(_sell(with_id(house.lab.terminal, name), card, sold, stop))
        for _ in range(rounds):
            wanted = len(sold) + len(TERMINALS) + 2
            while len(sold) < wanted:
                await asyncio.sleep(LOOK_S)
            switch = await disturb(switch)
        stop.set()
    return switch


async def _sell(config, card, sold, stop):
    """Sell without a pause until *stop*; each approved amount goes to *sold*. Then settle."""
    async with open_session(config) as session:
        while not stop.is_set():
            order = Order(
                amount=100 * (1 + len(sold) % 90),
                currency="EUR",
                card=card,
                entry="swipe",
                pin="2580",
            )
            sale = session.perform(lambda terminal, now, o=order: terminal.ask(o, now), PATIENCE_S)
            await _tell(sale, sold)
        while session.book.unsettled:
            await _tell(session.settle(PATIENCE_S), sold)


async def _tell(outcomes, sold):
    try:
        async for outcome in outcomes:
            if outcome.kind is SaleState.APPROVED:
                sold.append(outcome.amount)
    except NoLink:
        await asyncio.sleep(LOOK_S)  # The switch is not back yet.
