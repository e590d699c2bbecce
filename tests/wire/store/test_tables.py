"""Columns are the fields, indexes find first rows by their bytes, and nothing is ever changed."""

import pytest
from msgspec import Struct
from sqlalchemy import Column, MetaData, Table, Text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from cardswitch.wire.store.engines import memory_engine
from cardswitch.wire.store.tables import journal_table, refuse_changes
from tests.kit.journals import STEPS, Step

DIALECTS = {"sqlite": sqlite.dialect(), "postgresql": postgresql.dialect()}


def test_columns_are_the_fields_in_their_order_and_a_checksum():
    assert (*STEPS.c.keys(),) == (*Step.__struct_fields__, "checksum")
    assert not any(column.nullable for column in STEPS.c)


@pytest.mark.parametrize(
    ("backend", "expected"),
    [
        ("sqlite", ["sequence INTEGER NOT NULL", "at DOUBLE NOT NULL", "identity TEXT NOT NULL"]),
        (
            "postgresql",
            [
                "sequence BIGINT NOT NULL",
                "at DOUBLE PRECISION NOT NULL",
                'identity TEXT COLLATE "C" NOT NULL',
                "amount BIGINT NOT NULL",
            ],
        ),
    ],
)
def test_each_database_has_its_own_words_for_them(backend, expected):
    text = str(CreateTable(STEPS).compile(dialect=DIALECTS[backend]))
    assert all(column in text for column in expected)


@pytest.mark.parametrize("backend", DIALECTS)
def test_identities_are_found_among_first_rows_alone(backend):
    made = {
        index.name: " ".join(str(CreateIndex(index).compile(dialect=DIALECTS[backend])).split())
        for index in STEPS.indexes
    }
    assert made == {
        "steps_identity": "CREATE INDEX steps_identity ON steps (sent_on, identity, leg)"
        " WHERE identity != ''",
        "steps_rrn": "CREATE INDEX steps_rrn ON steps (rrn, identity, leg)"
        " WHERE identity != '' AND rrn != ''",
        "steps_leg": "CREATE INDEX steps_leg ON steps (leg, sequence)",
    }


def test_a_row_begins_with_its_sequence_and_its_leg():
    class Other(Struct):
        leg: int
        sequence: int

    with pytest.raises(AssertionError):
        journal_table("other", Other, MetaData())


def test_what_is_written_cannot_be_changed_and_other_tables_can():
    metadata = MetaData()
    kept, free = (
        Table(name, metadata, Column("a", Text, primary_key=True)) for name in ("kept", "free")
    )
    refuse_changes(kept)
    with memory_engine().connect() as connection:
        metadata.create_all(connection)
        for table in (kept, free):
            connection.execute(table.insert().values(a="1"))
        connection.execute(free.update().values(a="2"))
        for statement in (kept.update().values(a="2"), kept.delete()):
            with pytest.raises(Exception, match="kept is never changed"):
                connection.execute(statement)
        assert [connection.execute(table.select()).scalar() for table in (kept, free)] == ["1", "2"]
