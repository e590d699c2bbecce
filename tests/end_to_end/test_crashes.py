"""Programs die in mid-flight and come back; then every book on disk says the same."""

import asyncio
import sqlite3
from contextlib import closing

import pytest

from terminal.card import find_card
from terminal.config import read_cards, with_id
from terminal.machine import NoLink
from terminal.messages import Order
from terminal.session import open_session
from terminal.state import Kind
from tests.end_to_end.programs import ALONE, LOOK_S, PATIENCE_S, assert_agree
from wire.runtime import run

ROUNDS = 5
TERMINALS = ("TERM0001", "TERM0002", "TERM0003")
SWITCH = ("switch", "serve")


def assert_sound(database):
    """SQLite finds nothing wrong with *database*, the path of a file."""
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.parametrize("is_asked_to_stop", [False, True], ids=["kill -9", "SIGTERM"])
def test_everything_ends_while_the_issuer_is_silent(patient_house, is_asked_to_stop):
    house = patient_house
    up = house.up()
    assert house.sell("12.50 --card good --pin 1234")[0] == 0
    terminal = house.start("terminal", "sale", "9.69", "--card", "good", "--pin", "1234", "--json")
    until_held(house, 2)
    if is_asked_to_stop:
        assert up.stop() == 0
        assert_sound(house.folder / "switch.db")
    else:
        up.kill()

    # The terminal has no answer and owes a reversal; it keeps trying until the switch is back.
    terminal.wait_for("reversing until that is acknowledged")
    again = house.up()
    assert terminal.process.wait(PATIENCE_S) == 4
    assert '"kind":"reversed"' in terminal.said.read_text()
    assert house.sell("3 --card good --pin 1234")[1]["code"] == "00"
    house.settled()
    assert again.stop() == 0

    books = house.books()
    assert sorted(books["terminals"].values()) == [300, 1250]
    assert_agree(books)
    assert 969 in [decided.amount for decided in house.decisions()]  # held once, then released


def until_held(house, count):
    """Return once the issuer has decided *count* purchases."""
    from tests.end_to_end.programs import until

    until(lambda: house.issuer_holds(count), f"{count} decisions of the issuer")


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
        await _tell(session.settle(), sold)


async def _tell(outcomes, sold):
    try:
        async for outcome in outcomes:
            if outcome.kind is Kind.APPROVED:
                sold.append(outcome.amount)
    except NoLink:
        await asyncio.sleep(LOOK_S)  # The switch is not back yet.
