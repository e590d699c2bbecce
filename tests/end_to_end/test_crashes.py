"""Programs die in mid-flight and come back; then every book on disk says the same."""

import asyncio
import re
import sqlite3
from contextlib import closing

from cardswitch.wire.driver.runtime import run
from tests.kit.programs import ALONE, PATIENCE_S, assert_agree, until
from tests.kit.selling import SWITCH, TERMINALS, sell_while

ROUNDS = 5
NO_ANSWER_EXIT = 4


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
    async def kill(switch):
        switch.kill()
        return await asyncio.to_thread(house.alone, *SWITCH)

    return await sell_while(house, ROUNDS, kill)
