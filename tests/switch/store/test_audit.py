"""What no hash of the books covers is held against what it follows from."""

import pytest
from msgspec.structs import replace

from cardswitch.switch.core.states import State
from cardswitch.switch.operate.settle import close_days
from cardswitch.switch.operate.verify_books import verify
from tests.kit.histories import History, JournalFile
from tests.kit.holding import capture, hold


def play(lab):
    """Two days with sales, what was undone of them, and holds, under fees."""
    for _ in range(2):
        leg = lab.history.sale(1250)
        lab.history.reverse(lab.history.sale(700), stays=200)
        capture(lab.history, hold(lab.history, 500), 300, left=200)
        lab.history.cut_over()
        lab.commit()
        close_days(lab.switch, lab.settlement, lab.record)
        lab.history.reverse(leg, stays=1000)
    return lab


@pytest.fixture
def closed(charged):
    return play(charged)


def found(lab):
    return verify(lab.switch, lab.settlement).findings


def test_books_that_are_what_was_booked(closed):
    assert found(closed) == ()


def test_books_on_a_server(charged, postgres):
    url = postgres.url(postgres.database())
    charged.settlement = replace(charged.settlement, books=url)
    assert found(play(charged)) == ()


def test_a_journal_of_an_older_copy_that_went_on_with_other_sales(lab):
    lab.history.cut_over()
    lab.history.reverse(lab.history.sale(700))
    lab.history.add(lab.history.begin(1250), State.APPROVED)
    lab.history.cut_over()
    lab.commit()
    close_days(lab.switch, lab.settlement, lab.record)
    lab.store.close()
    for path in lab.folder.glob("switch.db*"):
        path.unlink()
    lab.history, lab.store = History(), JournalFile(lab.switch.database)
    lab.history.cut_over()
    for _ in range(4):
        lab.history.sale(900)
    lab.history.cut_over()
    lab.commit()
    assert any("is not what that row of the journal says" in each for each in found(lab))


DAMAGES = {
    "DELETE FROM journals WHERE journal_id = 'batch:1'": "journal batch:1 is not sealed",
    "UPDATE journals SET business_date = '2026-11-24' WHERE journal_id = 'batch:1'": "is not seal",
    "INSERT INTO journals VALUES ('batch:99', '2026-11-23')": "batch:99 belongs to no posting",
    "UPDATE closes SET number = 7 WHERE number = 2": "is not chained to the one before it",
    "UPDATE movements SET leg = leg + 1 WHERE sequence = 3": "movement 3 is not what that row",
    "UPDATE fees SET leg = leg + 1 WHERE sequence = 3": "the fee of movement 3 has another leg",
    "UPDATE fees SET rest = rest + 1 WHERE sequence = 3": "the fee of movement 3 has another leg",
    "UPDATE fees SET rated = rated + 1 WHERE sequence = 3": "the fee of movement 3 has another leg",
    "UPDATE holds SET merchant = 'SHOPX' WHERE step = 'placed'": "is another in the books than in",
    "UPDATE holds SET currency = '999' WHERE step = 'placed'": "is another in the books than in",
    "UPDATE holds SET placed_on = '2027' WHERE step = 'placed'": "is another in the books than in",
    "UPDATE holds SET step = 'voided' WHERE step = 'placed'": "read says voided",
    "UPDATE holds SET sequence = sequence + 900": "that the close of 2026-11-23 read says",
    "UPDATE holds SET business_date = '2026-11-24'": "that the close of 2026-11-24 read says",
}


@pytest.mark.parametrize(("statement", "named"), DAMAGES.items())
def test_a_change_by_hand_is_found_and_named(closed, damage, statement, named):
    damage(statement)
    assert any(named in each for each in found(closed)), found(closed)
