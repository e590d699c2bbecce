"""Opening: what is in use, damaged or not ours is refused, in words that hold no data."""

import shutil
import sqlite3
import subprocess
import sys

import pytest

from specs.errors import ConfigError, Error
from switch.database import Database
from switch.tables import SCHEMA_VERSION

OPEN_AND_DIE = """
import os, sys
from switch.database import Database
database = Database(sys.argv[1])
with database.writer.begin():
    database.writer.exec_driver_sql("INSERT INTO closes VALUES ('2026-11-23', 0, 1, '00')")
os._exit(9)
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "switch.db"


def opened(path):
    return Database(f"sqlite:///{path}")


def pragma(database, name):
    return database.writer.exec_driver_sql(f"PRAGMA {name}").scalar()


def test_a_new_database_is_durable_and_has_its_tables(path):
    database = opened(path)
    names = ("journal_mode", "synchronous", "foreign_keys")
    assert [pragma(database, name) for name in names] == ["wal", 2, 1]
    assert pragma(database, "busy_timeout") > 0
    version = database.writer.exec_driver_sql("SELECT version FROM schema_version").scalar()
    assert version == SCHEMA_VERSION
    database.close()


def test_a_second_switch_refuses_to_start_until_the_first_has_ended(path):
    first = opened(path)
    with pytest.raises(Error, match="in use"):
        opened(path)
    first.close()
    opened(path).close()


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
    with pytest.raises(ConfigError, match=named):
        Database(url)


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(Error, match="unable to open"):
        opened(tmp_path / "nowhere" / "switch.db")


def test_what_is_no_database(path):
    path.write_bytes(b"4111111111111111" * 100)
    with pytest.raises(Error, match="file is not a database") as caught:
        opened(path)
    assert "4111" not in str(caught.value)


def test_another_programs_database(path):
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE theirs (x)")
    other.close()
    with pytest.raises(Error, match="belongs to another program"):
        opened(path)


def test_another_version(path):
    opened(path).close()
    other = sqlite3.connect(path)
    with other:
        other.execute("UPDATE schema_version SET version = 99")
    other.close()
    with pytest.raises(Error, match="has schema 99, this program needs 1"):
        opened(path)


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
