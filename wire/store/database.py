"""Opens a database: to write, for one program alone, durable and whole; or only to read.

One connection writes, one transaction for each commit; readers have connections of their own.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, Final

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    NullPool,
    Table,
    create_engine,
    event,
    func,
    insert,
    inspect,
    make_url,
    select,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from cardswitch.specs.errors import ConfigError, Error

from .schema import Schema, is_ours

BUSY_TIMEOUT_S: Final = 5.0  # How long to wait for a person who looks at the database by hand.
# FULL: a commit survives a power cut, not only the death of the process (reliability I28).
_WRITING: Final = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")
_READING: Final = ("query_only=ON",)


class Missing(Error):
    """There is nothing to read yet."""


class Database:
    """An engine, and the one connection that writes. Its methods may be called from any thread.

    Raises ConfigError (the url) or Error (in use, damaged, not ours).
    """

    def __init__(self, url: str, schema: Schema) -> None:
        parsed = _parse(url, schema)
        # After a crash the pages are checked; after an orderly end that would only cost time.
        crashed = _is_sqlite(parsed) and _path(parsed, "-wal").exists()
        self._lock = Lock()
        self._guard = _guard(parsed, schema)
        try:
            self.engine = _engine(parsed)
            with explained("opened"):
                self.writer = self.engine.connect()
                _claim(self.writer, schema)
                if crashed:
                    _require_whole(self.writer)
                _require_tables(self.writer, schema)
        except Error:
            self.close()
            raise

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """The connection that writes: all of it is durable at the end, or nothing is."""
        with self._lock, explained("written"), self.writer.begin():
            yield self.writer

    def insertion(self, table: Table) -> str:
        """To be compiled once: only the driver stands between a row and its place in *table*."""
        return str(insert(table).compile(dialect=self.engine.dialect))

    def close(self) -> None:
        """Let go of it. The last connection of SQLite empties its log into the database."""
        with self._lock:
            if hasattr(self, "writer"):
                self.writer.close()
            if self._guard is not None:
                self._guard.close()


def open_reader(url: str, schema: Schema) -> Engine:
    """An engine that only reads, also while another program writes.

    Raises ConfigError (the url), Missing (nothing there yet) or Error (damaged, not ours).
    """
    parsed = _parse(url, schema)
    if _is_sqlite(parsed) and not _path(parsed).exists():
        raise Missing(schema.missing)
    engine = _reading_engine(parsed)
    with explained("opened"), engine.connect() as reader:
        if not _has_tables(reader, schema):
            raise Missing(schema.missing)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection of *engine* to read from. Raises Error, without the data."""
    with explained("read"), engine.connect() as reader:
        yield reader


@contextmanager
def explained(verb: str) -> Iterator[None]:
    """Turn the errors of drivers into ours, without the data that theirs may quote."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise Error(f"the database cannot be {verb}: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    name = type(cause).__name__
    if isinstance(cause, sqlite3.Error):
        return f"{cause} ({name})"  # SQLite speaks of tables and files, never of values.
    state = getattr(cause, "sqlstate", None)
    return f"{name} {state}" if state else name


# Opening ------------------------------------------------------------------------------------------


def _parse(url: str, schema: Schema) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ConfigError(f"{schema.key}: expected a url such as sqlite:///switch.db") from None
    backend = parsed.get_backend_name()
    if backend not in ("sqlite", "postgresql"):
        raise ConfigError(f"{schema.key}: expected sqlite or postgresql, not {backend}")
    if backend == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise ConfigError(f"{schema.key}: expected a file, since memory does not survive a crash")
    try:
        parsed.get_dialect().import_dbapi()
    except (ImportError, SQLAlchemyError):
        raise ConfigError(
            f"{schema.key}: no driver for {parsed.drivername} is installed: "
            "pip install 'cardswitch[postgres]' brings postgresql+psycopg"
        ) from None
    return parsed


def _is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _path(url: URL, suffix: str = "") -> Path:
    return Path(f"{url.database}{suffix}")


def _engine(url: URL) -> Engine:
    if _is_sqlite(url):
        return _sqlite_engine(url, "rwc", _WRITING)
    return create_engine(url, poolclass=NullPool, hide_parameters=True, paramstyle="format")


def _reading_engine(url: URL) -> Engine:
    if _is_sqlite(url):
        return _sqlite_engine(url, "ro", _READING)
    read_only = {"options": "-c default_transaction_read_only=on"}
    return create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=read_only)


def _sqlite_engine(url: URL, mode: str, pragmas: tuple[str, ...]) -> Engine:
    file = f"{_path(url).absolute().as_uri()}?mode={mode}"

    def connect() -> sqlite3.Connection:
        # No isolation level: the driver must not begin and end transactions by ideas of its own.
        return sqlite3.connect(
            file, uri=True, isolation_level=None, check_same_thread=False, timeout=BUSY_TIMEOUT_S
        )

    def set_up(connection: Any, _: Any) -> None:
        with closing(connection.cursor()) as cursor:
            for pragma in pragmas:
                cursor.execute(f"PRAGMA {pragma}")

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)
    event.listen(engine, "connect", set_up)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


def _guard(url: URL, schema: Schema) -> sqlite3.Connection | None:
    """Lock a file beside that of SQLite: the lock ends with our process, however that ends."""
    if not _is_sqlite(url):
        return None
    with explained("locked"):
        guard = sqlite3.connect(
            _path(url, ".lock"), isolation_level=None, timeout=0, check_same_thread=False
        )
    try:
        guard.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error:
        guard.close()
        raise Error(schema.in_use) from None
    return guard


def _claim(writer: Connection, schema: Schema) -> None:
    if writer.dialect.name == "postgresql":
        with writer.begin():
            # Held by the session, so it ends with the connection.
            if not writer.scalar(select(func.pg_try_advisory_lock(schema.lock_number))):
                raise Error(schema.in_use)


def _require_whole(writer: Connection) -> None:
    with writer.begin():
        verdict = writer.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if verdict != "ok":
        raise Error("the database is damaged: restore it from a copy, then start again")


def _require_tables(writer: Connection, schema: Schema) -> None:
    """Make the tables where there are none of ours yet."""
    with writer.begin():
        if not _has_tables(writer, schema):
            schema.metadata.create_all(writer)
            writer.execute(insert(schema.version_table).values(version=schema.version))


def _has_tables(connection: Connection, schema: Schema) -> bool:
    """Whether they are there; refuses a database that is not ours, or of another version."""
    tables = inspect(connection)
    names = tables.get_table_names()
    if names and not any(is_ours(tables, name) for name in names):
        raise Error("the database belongs to another program: give this one its own")
    if schema.version_table.name not in names:
        return False
    version = connection.scalar(select(schema.version_table.c.version))
    if version != schema.version:
        raise Error(
            f"the database has schema {version}, this program needs {schema.version}: "
            "use the version of the program that wrote it"
        )
    return True
