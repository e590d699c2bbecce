"""One statement reads the journal and writes the books, wherever the two are."""

import pytest
from sqlalchemy import func, select

from cardswitch.switch.core.states import State
from cardswitch.switch.store.beside import rows_beside
from cardswitch.switch.store.reader import JournalReader
from cardswitch.switch.store.tables import BOOKS_SCHEMA, JOURNAL
from cardswitch.wire.store.database import Database
from cardswitch.wire.store.engines import memory_engine
from tests.kit.booked import Ledger
from tests.kit.histories import DAYS, History, JournalFile

FILE = "sqlite:///{folder}/{name}.db"


@pytest.fixture(params=["two files", "one server", "two servers", "file and server"])
def urls(request, tmp_path):
    """Of the books and of the journal."""
    file = FILE.format(folder=tmp_path, name="journal")
    if request.param == "two files":
        return FILE.format(folder=tmp_path, name="books"), file
    server = request.getfixturevalue("postgres")
    books = server.url(server.database())
    if request.param == "one server":
        return books, books
    return books, server.url(server.database()) if request.param == "two servers" else file


def test_a_close_comes_to_the_same_wherever_they_are(urls):
    ledger = Ledger(*urls)
    try:
        leg, late = ledger.history.sale(1250), ledger.history.begin(700)
        ledger.history.cut_over()
        ledger.close_day()
        ledger.history.reverse(leg, stays=250)
        ledger.history.add(late, State.APPROVED)
        ledger.history.cut_over()
        ledger.close_day(DAYS[1])
        found = [[m.name for m in ledger.books.movements(day)] for day in DAYS[:2]]
        assert found == [["sale:3"], ["sale-reversal:6", "sale:8"]]
    finally:
        ledger.end()


def test_what_was_reached_is_let_go_of_again_and_is_one_table_to_all_closes(urls):
    books, url = urls
    history = History()
    history.sale()
    journal = JournalFile(url)
    journal.write(history.rows)
    database = Database(books, BOOKS_SCHEMA)
    tables = set()
    try:
        for _ in range(2):
            with rows_beside(database, books, JournalReader(url), 0) as rows:
                tables.add(rows)
                with database.transaction() as writer:
                    count = writer.scalar(select(func.count()).where(rows.c.leg > 0))
                assert count == 2
    finally:
        database.close()
        journal.close()
    assert len(tables) == 1  # else each close would make its statements anew, and keep them


def test_a_journal_in_memory_is_copied_with_the_older_rows_of_legs_that_move_on():
    journal, books = memory_engine(), memory_engine()
    history = History()
    leg = history.sale()
    history.sale()
    history.cut_over()
    history.reverse(leg)
    file = JournalFile(journal)
    file.write(history.rows)
    database = Database(books, BOOKS_SCHEMA)
    with rows_beside(database, books, JournalReader(journal), 6) as rows:
        assert rows is not JOURNAL
        with database.transaction() as writer:
            found = writer.execute(select(rows.c.sequence).order_by(rows.c.sequence)).scalars()
            assert [*found] == [2, 3, 7, 8]
    database.close()
    file.close()
