"""Opening: what is in use, damaged or not ours is refused, in words that hold no data."""

import shutil
import sqlite3
import subprocess
import sys

import pytest

from cardswitch.specs.errors import ConfigError, Error
from cardswitch.switch.store.tables import BOOKS_SCHEMA, JOURNAL_SCHEMA, SCHEMAS
from cardswitch.wire.store.database import Database, open_reader

OPEN_AND_DIE = """
import os, sys
from cardswitch.wire.store.database import Database
from cardswitch.switch.store.tables import BOOKS_SCHEMA
database = Database(sys.argv[1], BOOKS_SCHEMA)
with database.writer.begin():
    database.writer.exec_driver_sql("INSERT INTO closes VALUES ('2026-11-23', 0, 1, '00')")
os._exit(9)
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "switch.db"


def opened(path, schema=BOOKS_SCHEMA):
    return Database(f"sqlite:///{path}", schema)


def pragma(database, name):
    return database.writer.exec_driver_sql(f"PRAGMA {name}").scalar()


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.key)
def test_a_new_database_is_durable_and_has_its_tables(path, schema):
    database = opened(path, schema)
    names = ("journal_mode", "synchronous", "foreign_keys")
    assert [pragma(database, name) for name in names] == ["wal", 2, 1]
    assert pragma(database, "busy_timeout") > 0
    query = f"SELECT version FROM {schema.version_table}"
    assert database.writer.exec_driver_sql(query).scalar() == schema.version
    database.close()


@pytest.mark.parametrize(
    ("schema", "advice"),
    [(JOURNAL_SCHEMA, "in use: stop the other switch"), (BOOKS_SCHEMA, "in use: another settlem")],
)
def test_a_second_one_refuses_to_start_until_the_first_has_ended(path, schema, advice):
    first = opened(path, schema)
    with pytest.raises(Error, match=advice):
        opened(path, schema)
    first.close()
    opened(path, schema).close()


def test_both_groups_of_tables_may_share_a_database(path):
    for schema in (*SCHEMAS, *SCHEMAS):
        opened(path, schema).close()
    for schema in SCHEMAS:
        with open_reader(f"sqlite:///{path}", schema).connect() as reader:
            query = f"SELECT version FROM {schema.version_table}"
            assert reader.exec_driver_sql(query).all() == [(schema.version,)]


def test_after_a_crash_the_lock_is_gone_and_the_rows_are_there(path):
    arguments = [sys.executable, "-c", OPEN_AND_DIE, f"sqlite:///{path}"]
    assert subprocess.run(arguments, check=False, timeout=60).returncode == 9
    database = opened(path)
    assert database.writer.exec_driver_sql("SELECT count(*) FROM closes").scalar() == 1
    database.close()


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("nonsense", "expected a url"),
        ("mysql://localhost/x", "expected sqlite or postgresql"),
        ("sqlite://", "expected a file"),
        ("sqlite:///:memory:", "expected a file"),
    ],
)
def test_a_wrong_url(url, named):
    for schema in SCHEMAS:
        with pytest.raises(ConfigError, match=f"{schema.key}: {named}"):
            Database(url, schema)
        with pytest.raises(ConfigError, match=named):
            open_reader(url, schema)


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(Error, match="unable to open"):
        opened(tmp_path / "nowhere" / "switch.db")


def test_what_is_no_database(path):
    path.write_bytes(b"4111111111111111" * 100)
    for opens in (opened, lambda path: open_reader(f"sqlite:///{path}", BOOKS_SCHEMA)):
        with pytest.raises(Error, match="file is not a database") as caught:
            opens(path)
        assert "4111" not in str(caught.value)


def test_another_programs_database(path):
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE theirs (x)")
    other.close()
    with pytest.raises(Error, match="belongs to another program"):
        opened(path)
    with pytest.raises(Error, match="belongs to another program"):
        open_reader(f"sqlite:///{path}", BOOKS_SCHEMA)


def test_another_version(path):
    opened(path).close()
    other = sqlite3.connect(path)
    with other:
        other.execute("UPDATE books_version SET version = 99")
    other.close()
    with pytest.raises(Error, match="has schema 99, this program needs 1"):
        opened(path)
    with pytest.raises(Error, match="has schema 99, this program needs 1"):
        open_reader(f"sqlite:///{path}", BOOKS_SCHEMA)


def test_a_damaged_page_is_found_after_a_crash(tmp_path, path):
    database = opened(path)
    with database.writer.begin():
        rows = [(f"2026-{n}", "0") for n in range(5000)]
        database.writer.exec_driver_sql("INSERT INTO closes VALUES (?, 0, 1, ?)", rows)
    database.close()
    content = bytearray(path.read_bytes())
    content[-8192:] = b"\xff" * 8192
    path.write_bytes(content)
    path.with_name("switch.db-wal").write_bytes(b"")  # As a crash leaves it behind.
    with pytest.raises(Error, match=r"damaged|malformed"):
        opened(path)


def test_a_refused_start_lets_go_of_everything(tmp_path, path):
    path.write_bytes(b"x" * 4096)
    with pytest.raises(Error):
        opened(path)
    path.unlink()
    opened(path).close()
    shutil.rmtree(tmp_path)


def test_a_driver_that_is_not_installed_is_named_with_its_cure():
    with pytest.raises(ConfigError, match=r"no driver for postgresql\+asyncpg.*pip install"):
        Database("postgresql+asyncpg://localhost/lab", JOURNAL_SCHEMA)
