"""What a start reads does not grow with the journal behind it, and reads are of one instant."""

import pytest

from cardswitch.specs.errors import Error
from cardswitch.wire.store.reading import JournalReading
from tests.kit.journals import STEPS, Step, checkpoint, steps


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_behind_a_checkpoint_only_what_is_open_is_read(store):
    store.commit([*steps(2000), checkpoint(4001, [7]), *steps(1, first=2002)])
    made = []

    class Counted(Step, frozen=True, kw_only=True):
        def __post_init__(self):
            made.append(self.sequence)

    reading = JournalReading(store._engine, STEPS, Counted)
    assert len(list(reading.recent())) == len(made) == 5


def test_of_a_leg_that_goes_on_behind_a_checkpoint_the_beginning_is_read_too(store):
    reversing = Step(sequence=42, leg=3, state="reversing")
    store.commit([*steps(20), checkpoint(41), reversing])
    assert [row.sequence for row in store.recent()] == [41, 5, 6, 42]


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_nothing_that_a_start_asks_walks_through_all_rows(store):
    store.commit([*steps(5), checkpoint(11), Step(sequence=12, leg=3, state="reversing")])
    said = []
    with store._engine.connect() as connection:
        connection.connection.driver_connection.set_trace_callback(said.append)
        store._shared = connection
        list(store.recent())
        store._shared = None
        asked = [text for text in said if text.startswith("SELECT")]
        plans = [
            [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}")]
            for query in asked
        ]
    behind = ["SEARCH steps USING INTEGER PRIMARY KEY (rowid>?)"]
    by_leg = ["SEARCH steps USING INDEX steps_leg (leg=?)"]
    assert plans[:2] == [by_leg, behind]
    assert plans[3:] == [behind]
    [of_legs] = plans[2:3]
    assert of_legs[0].startswith("SEARCH steps USING INDEX steps_leg (leg=? AND sequence<?)")


def test_what_cannot_be_read_is_an_error_and_no_end(store):
    store.commit(steps(1))
    with store._engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE steps RENAME TO gone")
    for read in (store.rows, store.recent, lambda: [store.head()]):
        with pytest.raises(Error, match="the database cannot be read"):
            list(read())


def test_after_a_snapshot_each_read_is_of_its_own_instant(store):
    with store.snapshot():
        assert store.head() == (0, "")
    store.commit(steps(1))
    assert list(store.rows()) == steps(1)
