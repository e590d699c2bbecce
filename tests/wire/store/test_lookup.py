"""A look-up costs one probe, and survives a connection that is lost."""

import pytest

from cardswitch.specs.errors import Error
from cardswitch.wire.ports import Question
from cardswitch.wire.store.lookup import LookUps
from tests.kit.journals import DAY, STEPS, identity, steps

NOWHERE = Question(identities=((DAY, identity(9)),))
FIRST = Question(identities=((DAY, identity(1)),))


def test_rows_are_their_columns_without_the_checksum(store):
    store.commit(steps(1))
    [rows] = LookUps(store._engine, STEPS).answer([FIRST])
    assert [row[:2] for row in rows] == [(1, 1), (2, 1)]
    assert [len(row) for row in rows] == [len(STEPS.c) - 1] * 2


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_one_connection_and_one_statement_for_what_is_not_there(store):
    store.look_up([NOWHERE])
    said = []
    store._look_ups._connection.driver_connection.set_trace_callback(said.append)
    store.look_up([NOWHERE, NOWHERE])
    assert len(said) == 2
    assert all("steps.leg" in text for text in said)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_table_that_cannot_be_read_is_an_error_without_the_question(store):
    store.commit(steps(1))
    with store._engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE steps RENAME TO gone")
    with pytest.raises(Error, match="the database cannot be read: no such table") as caught:
        store.look_up([FIRST])
    assert "TERM0001" not in str(caught.value)
    with store._engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE gone RENAME TO steps")
    assert store.look_up([FIRST]) == [steps(1)]


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_connection_that_the_server_has_ended_is_made_anew(store, postgres):
    store.commit(steps(1))
    assert store.look_up([FIRST]) == [steps(1)]
    pid = store._look_ups._connection.driver_connection.info.backend_pid
    postgres.sql(f"SELECT pg_terminate_backend({pid}, 10000)")
    with pytest.raises(Error, match="the database cannot be read: AdminShutdown"):
        store.look_up([FIRST])
    assert store.look_up([FIRST]) == [steps(1)]
