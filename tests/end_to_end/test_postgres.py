"""The switch keeps its journal on a server that dies in mid-flight: all books still agree."""

import asyncio

from cardswitch.lab.house.topology import read_lab
from tests.kit.programs import ALONE, PATIENCE_S, assert_agree
from tests.kit.selling import SWITCH, TERMINALS, sell_while

ROUNDS = 3


def journal_at(house, url):
    """Have the switch of *house* keep its journal at *url*."""
    text, own = house.config.read_text("utf-8"), 'database = "sqlite:///switch.db"'
    assert own in text
    house.config.write_text(text.replace(own, f'database = "{url}"'), "utf-8")
    house.lab = read_lab(house.config)


def test_the_server_of_the_journal_loses_its_power_again_and_again(patient_house, postgres):
    house, database = patient_house, postgres.database()
    journal_at(house, postgres.url(database))
    # What the server would do by itself must not matter.
    postgres.sql(f"ALTER DATABASE {database} SET synchronous_commit = off")
    others = [house.alone(*words) for words in ALONE if words != SWITCH]
    ended = []

    def cut(switch):
        postgres.stop("immediate")
        ended.append((switch.process.wait(PATIENCE_S), switch.said.read_text().splitlines()[-1]))
        postgres.start()
        return house.alone(*SWITCH)

    switch = asyncio.run(sell_while(house, ROUNDS, lambda one: asyncio.to_thread(cut, one)))
    house.settled()
    assert [program.stop() for program in (switch, *others)] == [0] * len(ALONE)
    assert [code for code, _ in ended] == [1] * ROUNDS
    assert all(said.startswith("cardswitch: the database cannot be") for _, said in ended), ended
    books = house.books()
    assert len(books["terminals"]) >= ROUNDS * len(TERMINALS)
    assert_agree(books)
