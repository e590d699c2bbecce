"""However many rows there are, they come in whole and in their order, by few statements."""

import pytest
from sqlalchemy import select

from cardswitch.specs.errors import Error
from cardswitch.wire.store.database import Database
from cardswitch.wire.store.engines import memory_engine
from cardswitch.wire.store.insertion import Insertion, cut
from tests.kit.journals import SCHEMA, STEPS


@pytest.fixture
def database():
    opened = Database(memory_engine(), SCHEMA)
    yield opened
    opened.close()


def some(count):
    return [(number, 1, float(number), "", "", "", "", 0, "", "") for number in range(count)]


def insert(database, rows):
    Insertion(database, STEPS).insert(rows)


def read(database):
    with database.transaction() as reader:
        return [tuple(row) for row in reader.execute(select(STEPS))]


@pytest.mark.parametrize("count", [1, 2, 3, 31, 32, 33, 63, 200])
def test_rows_come_back_as_they_were_inserted(database, count):
    insert(database, some(count))
    assert read(database) == some(count)


def test_seventy_one_rows_take_five_statements(database):
    statements = []
    database.writer.connection.dbapi_connection.set_trace_callback(statements.append)
    insert(database, some(71))
    assert [text.split()[0] for text in statements] == ["BEGIN", *["INSERT"] * 5, "COMMIT"]


def test_nothing_is_written_aside_to_undo_one_statement_alone(database):
    texts = []
    database.writer.connection.dbapi_connection.set_trace_callback(texts.append)
    insert(database, some(40))
    assert [text[:15] for text in texts[1:-1]] == ["INSERT OR FAIL "] * 2


def test_of_rows_that_do_not_all_go_in_none_does(database):
    insert(database, some(1))
    with pytest.raises(Error, match=r"cannot be written: .*\(IntegrityError\)"):
        insert(database, [*some(40)[1:], *some(1)])
    assert read(database) == some(1)
    insert(database, some(2)[1:])
    assert read(database) == some(2)


def test_what_is_cut_is_nothing_but_what_was_given():
    rows = [(number,) for number in range(100)]
    assert [row for several in cut(rows) for row in several] == rows
