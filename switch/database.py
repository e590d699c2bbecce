"""Opens the database of a switch: for it alone, durable, whole, and of the schema we know."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    NullPool,
    create_engine,
    event,
    func,
    insert,
    inspect,
    make_url,
    select,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from specs.errors import ConfigError, Error

from .tables import METADATA, SCHEMA_VERSION, VERSION

BUSY_TIMEOUT_S: Final = 5.0  # How long to wait for a person who looks at the database by hand.
_LOCK_NUMBER: Final = 8_583  # Names our lock among those that PostgreSQL keeps for a database.
# FULL: a commit survives a power cut, not only the death of the process (reliability I28).
_PRAGMAS: Final = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")


class Database:
    """The engine, and the one connection that writes. Raises ConfigError (the url) or Error."""

    def __init__(self, url: str) -> None:
        parsed = _parse(url)
        # After a crash the pages are checked; after an orderly end that would only cost time.
        crashed = _is_sqlite(parsed) and _wal_of(parsed).exists()
        self._guard = _guard(parsed)
        try:
            self.engine = _engine(parsed)
            with explained("opened"):
                self.writer = self.engine.connect()
                _claim(self.writer)
                if crashed:
                    _require_whole(self.writer)
                _require_schema(self.writer)
        except Error:
            self.close()
            raise

    def close(self) -> None:
        """Let go of it. The last connection of SQLite empties its log into the database."""
        if hasattr(self, "writer"):
            self.writer.close()
        if self._guard is not None:
            self._guard.close()


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


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ConfigError("database: expected a url such as sqlite:///switch.db") from None
    backend = parsed.get_backend_name()
    if backend not in ("sqlite", "postgresql"):
        raise ConfigError(f"database: expected sqlite or postgresql, not {backend}")
    if backend == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise ConfigError("database: expected a file, since memory does not survive a crash")
    return parsed


def _is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _wal_of(url: URL) -> Path:
    return Path(f"{url.database}-wal")


def _engine(url: URL) -> Engine:
    if not _is_sqlite(url):
        return create_engine(url, poolclass=NullPool, hide_parameters=True, paramstyle="format")
    # No isolation level: the driver must not begin and end transactions by ideas of its own.
    arguments = {"isolation_level": None, "check_same_thread": False, "timeout": BUSY_TIMEOUT_S}
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=arguments)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


def _set_up(connection: Any, _: Any) -> None:
    with closing(connection.cursor()) as cursor:
        for pragma in _PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")


def _guard(url: URL) -> sqlite3.Connection | None:
    """Lock a file beside that of SQLite: the lock ends with our process, however that ends."""
    if not _is_sqlite(url):
        return None
    with explained("locked"):
        guard = sqlite3.connect(
            f"{url.database}.lock", isolation_level=None, timeout=0, check_same_thread=False
        )
    try:
        guard.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error:
        guard.close()
        raise _in_use() from None
    return guard


def _claim(writer: Connection) -> None:
    if writer.dialect.name == "postgresql":
        with writer.begin():
            # Held by the session, so it ends with the connection.
            if not writer.scalar(select(func.pg_try_advisory_lock(_LOCK_NUMBER))):
                raise _in_use()


def _in_use() -> Error:
    return Error("the database is in use: stop the other switch, or give this one its own database")


def _require_whole(writer: Connection) -> None:
    with writer.begin():
        verdict = writer.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if verdict != "ok":
        raise Error("the database is damaged: restore it from a copy, then start again")


def _require_schema(writer: Connection) -> None:
    """Make the tables in an empty database; refuse one that is not ours, or of another version."""
    with writer.begin():
        names = set(inspect(writer).get_table_names())
        if not names:
            METADATA.create_all(writer)
            writer.execute(insert(VERSION).values(version=SCHEMA_VERSION))
        elif VERSION.name not in names:
            raise Error("the database belongs to another program: give the switch its own")
        else:
            version = writer.scalar(select(VERSION.c.version))
            if version != SCHEMA_VERSION:
                raise Error(
                    f"the database has schema {version}, this program needs {SCHEMA_VERSION}: "
                    "use the version of the program that wrote it"
                )
