"""Opening: what is in use, damaged or not ours is refused, in words that hold no data."""

import gc
import os
import shutil
import sqlite3
import subprocess
import sys

import pytest

from cardswitch.specs.errors import ConfigError, Error
from cardswitch.wire.ports import Question
from cardswitch.wire.store import engines
from cardswitch.wire.store.database import Database, open_reader
from cardswitch.wire.store.engines import memory_engine
from cardswitch.wire.store.journal import JournalStore
from tests.kit.journals import SCHEMA, STEPS, Step, another_schema

POSIX = pytest.mark.skipif(os.name != "posix", reason="modes of files")
OPEN_AND_DIE = """
import os, sys
from cardswitch.wire.store.database import Database
from tests.kit.journals import SCHEMA
database = Database(sys.argv[1], SCHEMA)
with database.writer.begin():
    database.writer.exec_driver_sql("INSERT INTO steps VALUES (1, 1, 0, '', '', '', '', 0, '', '')")
os._exit(9)
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "switch.db"


def opened(path, schema=SCHEMA):
    return Database(f"sqlite:///{path}", schema)


def pragma(database, name):
    return database.writer.exec_driver_sql(f"PRAGMA {name}").scalar()


def test_a_new_database_is_durable_and_has_its_tables(path):
    database = opened(path)
    names = ("journal_mode", "synchronous", "foreign_keys")
    assert [pragma(database, name) for name in names] == ["wal", 2, 1]
    assert pragma(database, "busy_timeout") > 0
    query = f"SELECT version FROM {SCHEMA.version_table}"
    assert database.writer.exec_driver_sql(query).scalar() == SCHEMA.version
    database.close()


def test_a_second_one_refuses_to_start_until_the_first_has_ended(path):
    first = opened(path)
    with pytest.raises(Error, match="in use: stop the other till"):
        opened(path)
    first.close()
    opened(path).close()


def test_both_groups_of_tables_may_share_a_database(path):
    schemas = (SCHEMA, another_schema())
    for schema in (*schemas, *schemas):
        opened(path, schema).close()
    for schema in schemas:
        with open_reader(f"sqlite:///{path}", schema).connect() as reader:
            query = f"SELECT version FROM {schema.version_table}"
            assert reader.exec_driver_sql(query).all() == [(schema.version,)]


def test_after_a_crash_the_lock_is_gone_and_the_rows_are_there(path):
    arguments = [sys.executable, "-c", OPEN_AND_DIE, f"sqlite:///{path}"]
    assert subprocess.run(arguments, check=False, timeout=60).returncode == 9
    database = opened(path)
    assert database.writer.exec_driver_sql("SELECT count(*) FROM steps").scalar() == 1
    database.close()


def test_a_wrong_url_is_named_by_its_key():
    for opens in (Database, open_reader):
        with pytest.raises(ConfigError, match=r"till\.database: expected a url"):
            opens("nonsense", SCHEMA)


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(Error, match="No such file or directory; make the folder"):
        opened(tmp_path / "nowhere" / "switch.db")


def test_what_is_no_database(path):
    path.write_bytes(b"4111111111111111" * 100)
    for opens in (opened, lambda path: open_reader(f"sqlite:///{path}", SCHEMA)):
        with pytest.raises(Error, match="file is not a database") as caught:
            opens(path)
        assert "4111" not in str(caught.value)


def test_another_programs_database(path):
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE theirs (x)")
    other.close()
    with pytest.raises(Error, match=r"till\.database: the database belongs to another program"):
        opened(path)
    with pytest.raises(Error, match=r"till\.database: the database belongs to another program"):
        open_reader(f"sqlite:///{path}", SCHEMA)


def test_another_version(path):
    opened(path).close()
    other = sqlite3.connect(path)
    with other:
        other.execute("UPDATE steps_version SET version = 99")
    other.close()
    with pytest.raises(
        Error, match=r"till\.database: the database has schema 99, this program needs 1.*new folder"
    ):
        opened(path)
    with pytest.raises(
        Error, match=r"till\.database: the database has schema 99, this program needs 1.*new folder"
    ):
        open_reader(f"sqlite:///{path}", SCHEMA)


def test_a_damaged_page_is_found_after_a_crash(tmp_path, path):
    database = opened(path)
    with database.writer.begin():
        rows = [(n,) for n in range(5000)]
        insert = "INSERT INTO steps VALUES (?, 1, 0, '', '', '', '', 0, '', '')"
        database.writer.exec_driver_sql(insert, rows)
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


# Rights -------------------------------------------------------------------------------------------


def modes_in(folder):
    return {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}


SUFFIXES = ("", "-wal", "-shm", ".lock", ".lock-journal")
ALL_PRIVATE = {f"switch.db{suffix}": 0o600 for suffix in SUFFIXES}


@POSIX
@pytest.mark.parametrize("umask", [0o000, 0o022])
def test_all_files_are_for_their_owner_alone(path, umask):
    previous = os.umask(umask)
    try:
        database = opened(path)
        open_reader(f"sqlite:///{path}", SCHEMA)
    finally:
        os.umask(previous)
    assert modes_in(path.parent) == ALL_PRIVATE
    database.close()


@POSIX
def test_files_that_others_could_read_are_narrowed(path):
    arguments = [sys.executable, "-c", OPEN_AND_DIE, f"sqlite:///{path}"]
    subprocess.run(arguments, check=False, timeout=60)
    for each in path.parent.iterdir():
        each.chmod(0o644)
    assert set(modes_in(path.parent)) == set(ALL_PRIVATE)
    database = opened(path)
    assert database.writer.exec_driver_sql("SELECT count(*) FROM steps").scalar() == 1
    assert modes_in(path.parent) == ALL_PRIVATE
    database.close()


# Trouble ------------------------------------------------------------------------------------------


def test_a_folder_in_its_place(tmp_path):
    with pytest.raises(Error, match="cannot be written: Is a directory; name another file"):
        opened(tmp_path)


@pytest.mark.parametrize("pages", range(6))
def test_a_full_disk_at_the_start_is_said_and_left_as_it_was(path, monkeypatch, pages):
    real = engines._connect

    def connect(uri):
        connection = real(uri)
        connection.execute(f"PRAGMA max_page_count = {pages}") if pages else None
        return connection

    monkeypatch.setattr(engines, "_connect", connect)
    if not pages:
        opened(path).close()
        return
    with pytest.raises(Error, match=r"database or disk is full \(OperationalError\); make room"):
        opened(path)
    monkeypatch.undo()
    opened(path).close()


def test_what_failed_is_told_though_it_cannot_be_rolled_back_and_nothing_is_written_any_more(
    path, monkeypatch
):
    """A driver whose connection is lost in the middle refuses even that."""
    database = opened(path)
    wire, rolled_back = database.writer.connection, []

    def rollback():
        rolled_back.append(True)
        if len(rolled_back) > 1:
            raise RuntimeError("not while it is busy")

    monkeypatch.setattr(wire, "rollback", rollback)
    with pytest.raises(Error, match="cannot be written"), database.transaction() as connection:
        connection.exec_driver_sql("INSERT INTO nothing VALUES (1)")
    assert len(rolled_back) == 2
    with pytest.raises(Error, match="was lost"), database.transaction():
        pass
    monkeypatch.undo()
    wire.rollback()
    database.close()


def test_memory_needs_no_lock_and_forgets_nothing():
    engine = memory_engine()
    for expected in (0, 1):
        database = Database(engine, SCHEMA)
        with database.transaction() as writer:
            count = writer.exec_driver_sql("SELECT count(*) FROM steps").scalar()
            assert count == expected
            writer.exec_driver_sql(f"INSERT INTO steps VALUES ({count}, 1, 0,'','','','', 0,'','')")
        database.close()


def test_who_is_gone_without_a_word_takes_nothing_from_memory():
    engine = memory_engine()
    database = Database(engine, SCHEMA)
    gone = engine.connect()  # As in a crash: never closed, and collected at any moment.
    with database.transaction() as writer:
        writer.exec_driver_sql("INSERT INTO steps VALUES (1, 1, 0, '', '', '', '', 0, '', '')")
        del gone
        gc.collect()
        writer.exec_driver_sql("INSERT INTO steps VALUES (2, 1, 0, '', '', '', '', 0, '', '')")
    with database.transaction() as writer:
        assert writer.exec_driver_sql("SELECT count(*) FROM steps").scalar() == 2


# PostgreSQL ---------------------------------------------------------------------------------------


def test_once_the_server_has_ended_the_connection_nothing_is_written_any_more(postgres):
    url = postgres.url(postgres.database())
    database = Database(url, SCHEMA)
    pid = database.writer.connection.driver_connection.info.backend_pid
    postgres.sql(f"SELECT pg_terminate_backend({pid}, 10000)")
    insert = "INSERT INTO steps VALUES (1, 1, 0, '', '', '', '', 0, '', '')"
    with pytest.raises(Error, match="cannot be written"), database.transaction() as writer:
        writer.exec_driver_sql(insert)
    other = Database(url, SCHEMA)  # Our hold ended with the connection.
    for _ in range(2):
        with pytest.raises(Error, match="was lost: start the program again"):
            database.transaction().__enter__()
    other.close()
    database.close()


def test_whoever_can_only_read_learns_that_nothing_can_be_written(postgres):
    url = postgres.url(postgres.database())
    store = JournalStore(url, SCHEMA, STEPS, Step)
    store.require_held()
    pid = store._database.writer.connection.driver_connection.info.backend_pid
    postgres.sql(f"SELECT pg_terminate_backend({pid}, 10000)")
    assert store.look_up([Question(legs=(1,))]) == [[]]
    for _ in range(2):
        with pytest.raises(Error, match="database"):
            store.require_held()
    store.close()


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes"])
def test_a_server_that_may_forget_is_refused(postgres, setting):
    url = postgres.url(postgres.database())
    postgres.stop()
    postgres.start(f"{setting}=off")
    try:
        with pytest.raises(Error, match=f"PostgreSQL runs with {setting} = off, so a crash may"):
            Database(url, SCHEMA)
    finally:
        postgres.stop()
        postgres.start()
    Database(url, SCHEMA).close()


def test_a_server_that_is_not_there(postgres):
    with pytest.raises(Error, match="the database cannot be opened"):
        Database(postgres.url("nowhere"), SCHEMA)
