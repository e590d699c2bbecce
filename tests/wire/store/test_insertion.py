"""However many rows there are, they come in whole and in their order, by few statements."""

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, Text, event, select

from cardswitch.wire.store.engines import memory_engine
from cardswitch.wire.store.insertion import Insertion, cut

THINGS = Table("things", MetaData(), Column("number", Integer), Column("name", Text))


@pytest.mark.parametrize("count", [1, 2, 3, 31, 32, 33, 63, 200])
def test_rows_come_back_as_they_were_inserted(count):
    engine = memory_engine()
    THINGS.metadata.create_all(engine)
    rows = [(number, f"thing {number}") for number in range(count)]
    with engine.begin() as writer:
        Insertion(engine, THINGS).insert(writer, rows)
    with engine.connect() as reader:
        assert [tuple(row) for row in reader.execute(select(THINGS))] == rows


def test_seventy_one_rows_take_five_statements():
    engine = memory_engine()
    THINGS.metadata.create_all(engine)
    statements = []
    event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    with engine.begin() as writer:
        Insertion(engine, THINGS).insert(writer, [(1, "one")] * 71)
    assert len([text for text in statements if text.startswith("INSERT")]) == 5


def test_what_is_cut_is_nothing_but_what_was_given():
    rows = [(number,) for number in range(100)]
    assert [row for some in cut(rows) for row in some] == rows
