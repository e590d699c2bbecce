"""A commit survives a power cut whatever the server's defaults are, and a reader cannot write."""

import pytest
from sqlalchemy import make_url

from cardswitch.specs.errors import ConfigError
from cardswitch.wire.store.engines import (
    file_of,
    memory_engine,
    parse_url,
    reading_engine,
    writing_engine,
)

SHOWN = "SELECT current_setting('{}')"


def shown(engine, name):
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            return connection.exec_driver_sql(f"PRAGMA {name}").scalar()
        return connection.exec_driver_sql(SHOWN.format(name)).scalar()


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("nonsense", "expected a url"),
        ("mysql://localhost/x", "expected sqlite or postgresql"),
        ("sqlite://", "expected a file"),
        ("sqlite:///:memory:", "expected a file"),
        ("postgresql+asyncpg://localhost/lab", r"no driver for postgresql\+asyncpg.*pip install"),
    ],
)
def test_a_wrong_url_is_named_by_its_key(url, named):
    with pytest.raises(ConfigError, match=f"till.database: {named}"):
        parse_url(url, "till.database")


def test_sqlite_is_a_file_whatever_is_in_its_name(tmp_path):
    url = make_url(f"sqlite:///{tmp_path}/100%25 a#b.db")
    assert file_of(url) == tmp_path / "100% a#b.db"
    with writing_engine(url).connect() as connection:
        connection.exec_driver_sql("CREATE TABLE a (x)")
    assert [path.name for path in tmp_path.iterdir()] == ["100% a#b.db"]
    assert file_of(make_url("postgresql+psycopg://localhost/a")) is None


def test_sqlite_syncs_every_commit(tmp_path):
    engine = writing_engine(make_url(f"sqlite:///{tmp_path}/a.db"))
    names = ("journal_mode", "synchronous", "foreign_keys", "query_only")
    assert [shown(engine, name) for name in names] == ["wal", 2, 1, 0]


def test_a_reader_of_sqlite_cannot_write(tmp_path):
    url = make_url(f"sqlite:///{tmp_path}/a.db")
    assert shown(writing_engine(url), "user_version") == 0
    assert shown(reading_engine(url), "query_only") == 1


def test_memory_is_the_same_for_all_who_open_it():
    engine = memory_engine()
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE a (x)")
    with engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM a").scalar() == 0


@pytest.mark.parametrize("how", ["server", "role", "url"])
def test_postgresql_syncs_every_commit_whoever_says_otherwise(postgres, how):
    database = postgres.database()
    url = postgres.url(database)
    if how == "server":
        postgres.sql(f"ALTER DATABASE {database} SET synchronous_commit = off")
    elif how == "role":
        postgres.sql(f"ALTER ROLE postgres IN DATABASE {database} SET synchronous_commit = off")
    else:
        url += "?options=-c%20synchronous_commit%3Doff%20-c%20work_mem%3D99kB"
    engine = writing_engine(make_url(url))
    assert shown(engine, "synchronous_commit") == "on"
    assert shown(reading_engine(make_url(url)), "default_transaction_read_only") == "on"
    if how == "url":
        assert shown(engine, "work_mem") == "99kB"
