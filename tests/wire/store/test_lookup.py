"""A look-up costs one probe, and survives a connection that is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs.errors import Error
from cardswitch.wire.ports import Question
from cardswitch.wire.store.engines import memory_engine
from cardswitch.wire.store.journal import JournalStore
from cardswitch.wire.store.lookup import LookUps, filled, statements
from tests.kit.journals import DAY, SCHEMA, STEPS, Step, identity, steps

NOWHERE = Question(identities=((DAY, identity(9)),))
FIRST = Question(identities=((DAY, identity(1)),))


def test_rows_are_their_columns_without_the_checksum(store):
    store.commit(steps(1))
    [rows] = LookUps(store._engine, statements(store._engine.dialect, STEPS)).answer([FIRST])
    assert [row[:2] for row in rows] == [(1, 1), (2, 1)]
    assert [len(row) for row in rows] == [len(STEPS.c) - 1] * 2


@pytest.mark.parametrize("count", [1, 2, 4, 5, 16, 17, 64, 65, 150])
def test_however_many_legs_are_asked_for_each_row_comes_once(store, count):
    store.commit(steps(150))
    wanted = tuple(range(1, count + 1))
    [rows] = store.look_up([Question(legs=wanted[::-1])])
    assert [row for row in steps(150) if row.leg <= count] == rows


def test_the_last_rows_of_legs_are_found_in_an_index_alone(store):
    store.commit(steps(70))
    look_ups = LookUps(store._engine, statements(store._engine.dialect, STEPS))
    expected = {row.leg: row.sequence for row in steps(70)}
    assert look_ups.last_rows([*range(1, 99)]) == expected
    assert look_ups.last_rows([]) == {}
    if store.is_local:
        text = look_ups._statements.last_by_legs[4]
        with store._engine.connect() as connection:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", (1, 2, 3, 4)).all()
        assert "USING COVERING INDEX" in plan[0][3]


def test_statements_are_compiled_once_in_a_process():
    one, other = (statements(memory_engine().dialect, STEPS) for _ in range(2))
    assert one is other


def test_few_statements_ask_for_many():
    sizes = {1: "one", 4: "four", 16: "sixteen"}
    assert [*filled(sizes, [*range(1, 20)])] == [
        ("sixteen", [*range(1, 17)]),
        ("four", [17, 18, 19, 19]),
    ]
    assert [*filled(sizes, [7])] == [("one", [7])]
    assert [*filled(sizes, [])] == []


# What is asked of a few names, by the definition of a question, one row after the other.

NAMES = st.sampled_from(["", "a", "ab", "ab|", "ab|c", "b", "\u00e9", "\U0010fffe"])
DAYS = st.sampled_from(["", DAY, "2025-11-23"])
RRNS = st.sampled_from(["", "1", "2"])
PAIRS = st.lists(st.tuples(DAYS, NAMES), max_size=2).map(tuple)
QUESTIONS = st.builds(
    Question,
    identities=PAIRS,
    begins=PAIRS,
    rrns=st.lists(st.tuples(RRNS, NAMES), max_size=2).map(tuple),
    legs=st.lists(st.integers(1, 9), max_size=2).map(tuple),
)
FIRST_ROWS = st.lists(st.tuples(NAMES, DAYS, RRNS), max_size=8)


def named(row, question):
    return bool(row.identity) and (
        (row.sent_on, row.identity) in question.identities
        or any(row.sent_on == on and row.identity.startswith(name) for on, name in question.begins)
        or any(
            rrn == row.rrn != "" and row.identity.startswith(name) for rrn, name in question.rrns
        )
    )


@given(FIRST_ROWS, st.lists(QUESTIONS, max_size=3))
def test_the_answer_is_what_the_question_means(first_rows, questions):
    rows = [
        Step(sequence=n, leg=n, identity=name, sent_on=day, rrn=rrn)
        for n, (name, day, rrn) in enumerate(first_rows, 1)
    ]
    rows += [Step(sequence=len(rows) + row.leg, leg=row.leg, rrn=row.rrn) for row in rows]
    store = JournalStore(memory_engine(), SCHEMA, STEPS, Step)
    store.commit(rows)
    expected = []
    for question in questions:
        legs = {row.leg for row in rows if row.leg in question.legs or named(row, question)}
        expected.append([row for row in rows if row.leg in legs])
    assert store.look_up(questions) == expected
    store.close()


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_one_connection_and_one_statement_for_what_is_not_there(store):
    store.look_up([NOWHERE])
    said = []
    store._look_ups._connection.driver_connection.set_trace_callback(said.append)
    store.look_up([NOWHERE, NOWHERE])
    assert len(said) == 1
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
