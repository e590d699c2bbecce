"""A database is recognised as ours by its version table, whichever of our programs made it."""

import pytest
from sqlalchemy import MetaData, create_engine, inspect

from cardswitch.wire.store.schema import is_ours, version_table


@pytest.fixture
def connection():
    with create_engine("sqlite://").connect() as opened:
        yield opened


def test_the_version_table_of_any_group_is_recognised(connection):
    metadata = MetaData()
    version_table("till", metadata)
    metadata.create_all(connection)
    assert is_ours(inspect(connection), "till_version")


@pytest.mark.parametrize(
    ("name", "columns"),
    [("alembic_version", "version_num TEXT"), ("a_version", "version, more"), ("till", "version")],
)
def test_tables_of_others_are_not(connection, name, columns):
    connection.exec_driver_sql(f"CREATE TABLE {name} ({columns})")
    assert not is_ours(inspect(connection), name)
