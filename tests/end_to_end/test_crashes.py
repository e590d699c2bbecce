"""Programs die in mid-flight and come back; then every book on disk says the same."""

import asyncio
import re
import sqlite3
from contextlib import closing

from cardswitch.terminal.config import read_cards, with_id
from cardswitch.terminal.core.machine import NoLink
from cardswitch.terminal.core.messages import Order
from cardswitch.terminal.core.state import SaleState
from cardswitch.terminal.customer.card import find_card
from cardswitch.terminal.session import UNSETTLED, open_session
from cardswitch.wire.driver.runtime import run
from tests.kit.programs import ALONE, LOOK_S, PATIENCE_S, assert_agree, until

ROUNDS = 5
TERMINALS = ("TERM0001", "TERM0002", "TERM0003")
NO_ANSWER_EXIT = 4
SWITCH = ("switch", "serve")


def assert_sound(database):
    """SQLite finds nothing wrong with *database*, the path of a file."""
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def begin_a_sale_that_nobody_answers(house):
    """A terminal that waits, while the issuer holds 9.69 and says nothing; 12.50 was sold before.

    What runs, and the terminal.
    """
    up = house.up()
    assert house.sell("12.50 --card good --pin 1234")[0] == 0
    terminal = house.start("terminal", "sale", "9.69", "--card", "good", "--pin", "1234", "--json")
    until(lambda: house.has_decided(2), "the issuer's second decision")
    return up, terminal


def assert_sold(house, *amounts):
    """Restarted, it serves again; stopped, all books have *amounts*, and 9.69 was released."""
    again = house.up()
    assert house.sell("3 --card rich --pin 2580", "--terminal", "ANOTHER1")[1]["code"] == "00"
    house.settled()
    assert again.stop() == 0
    books = house.books()
    assert sorted(books["terminals"].values()) == sorted(amounts)
    assert_agree(books)
    assert 969 in [decided.amount for decided in house.decisions()]


def test_everything_is_killed_in_mid_flight(patient_house):
    up, terminal = begin_a_sale_that_nobody_answers(patient_house)
    up.kill()
    # It has no answer, so it owes a reversal, and keeps trying until the switch is back.
    terminal.wait_for("reversing until that is acknowledged")
    back = patient_house.up()
    assert terminal.process.wait(PATIENCE_S) == NO_ANSWER_EXIT
    assert '"kind":"reversed"' in terminal.said.read_text()
    patient_house.settled()
    back.kill()
    assert_sold(patient_house, 1250, 300)


def test_everything_is_stopped_in_mid_flight(patient_house):
    up, terminal = begin_a_sale_that_nobody_answers(patient_house)
    assert up.stop() == 0
    assert_sound(patient_house.folder / "switch.db")
    back = patient_house.up()
    # Whether the switch could still say that it cannot be done is its luck; money is not.
    terminal.process.wait(PATIENCE_S)
    assert re.search('"kind":"(declined|reversed)"', terminal.said.read_text())
    patient_house.settled()
    assert back.stop() == 0
    assert_sold(patient_house, 1250, 300)


def test_the_switch_alone_is_killed_again_and_again(patient_house):
    house = patient_house
    others = [house.alone(*words) for words in ALONE if words != SWITCH]
    switch = run(_kill_while_selling(house))
    house.settled()
    assert [program.stop() for program in (switch, *others)] == [0] * len(ALONE)

    assert_sound(house.folder / "switch.db")
    books = house.books()
    assert len(books["terminals"]) >= ROUNDS * len(TERMINALS)
    assert_agree(books)


async def _kill_while_selling(house):
    """Let terminals sell while the switch dies, ROUNDS times; the one that runs at the end."""
    sold, stop = [], asyncio.Event()
    card = find_card(read_cards(house.folder / "cards.toml"), "rich")
    switch = house.alone(*SWITCH)
    async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as group:
        for name in TERMINALS:
            group.create_task(_sell(with_id(house.lab.terminal, name), card, sold, stop))
        for _ in range(ROUNDS):
            wanted = len(sold) + len(TERMINALS) + 2
            while len(sold) < wanted:
                await asyncio.sleep(LOOK_S)
            switch.kill()
            switch = await asyncio.to_thread(house.alone, *SWITCH)
        stop.set()
    return switch


async def _sell(config, card, sold, stop):
    """Sell without a pause until *stop*; each approved amount goes to *sold*. Then owe nothing."""
    async with open_session(config) as session:
        while not stop.is_set():
            order = Order(100 * (1 + len(sold) % 90), "EUR", card, "swipe", "2580")
            await _tell(session.perform(lambda terminal, now, o=order: terminal.sale(o, now)), sold)
        while session.book.kind in UNSETTLED:
            await _tell(session.settle(), sold)


async def _tell(outcomes, sold):
    try:
        async for outcome in outcomes:
            if outcome.kind is SaleState.APPROVED:
                sold.append(outcome.amount)
    except NoLink:
        await asyncio.sleep(LOOK_S)  # The switch is not back yet.
