"""Opens a database: to write, for one program alone, durable and whole; or only to read.

One connection writes, one transaction for each commit; readers have connections of their own.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Final, cast

from sqlalchemy import Connection, Engine, Table, func, insert, inspect, select

from cardswitch.specs.errors import Error

from .engines import file_of, parse_url, reading_engine, writing_engine
from .files import private
from .schema import Schema, is_ours
from .trouble import explained, trouble

# What else SQLite keeps beside its file, and we our lock.
_BESIDE: Final = ("-wal", "-shm", ".lock", ".lock-journal")
# Pages of whoever reads one database into another; SQLite keeps 2 MB, and sorts on the disk.
_JOINED_KIB: Final = 16_384
# Without these a server may forget, or tear, what it has said is committed.
_KEPT_ON: Final = ("fsync", "full_page_writes", "synchronous_commit")


class Missing(Error):
    """There is nothing to read yet."""


class InUse(Error):
    """Another program has it open to write."""


class Database:
    """An engine, and the one connection that writes. Its methods may be called from any thread.

    *url* is SQLAlchemy's, or an engine such as `memory_engine` makes. Raises ConfigError (the url)
    or Error (in use, damaged, not ours).
    """

    def __init__(self, url: str | Engine, schema: Schema) -> None:
        self._lock = Lock()
        self._is_lost = False
        self._guard: sqlite3.Connection | None = None
        crashed = False
        if isinstance(url, Engine):
            self.engine = url
        else:
            parsed = parse_url(url, schema.key)
            self.engine = writing_engine(parsed)
            if file := file_of(parsed):
                self._guard = _guard(file, schema)
                # After a crash the pages are checked; after an orderly end it would only cost time.
                crashed = _beside(file, "-wal").exists()
        try:
            with _opening(schema):
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
        """The connection that writes: all of it is durable at the end, or nothing is.

        After an Error it may be there or not: read before writing it again. Once a server has ended
        the connection, and with it our hold of the tables, every transaction is refused.
        """
        with self._lock:
            if self._is_lost:
                raise Error("the connection to the database was lost: start the program again")
            is_open = False
            try:
                with explained("written"), self.writer.begin():
                    yield self.writer
            except BaseException:
                is_open = not self._rolled_back()
                raise
            finally:
                # SQLAlchemy would connect anew, without the lock that says that we alone write.
                self._is_lost = is_open or self.writer.invalidated

    def _rolled_back(self) -> bool:
        """Whether nothing of a transaction that failed is left open.

        What a COMMIT finds wrong, such as a key that refers to nothing, leaves it so.
        """
        try:
            if not self.writer.invalidated:
                self.writer.connection.rollback()
        except Exception:  # The connection was lost in the middle: what failed before is the error.
            return False
        return True

    @contextmanager
    def local_transaction(self) -> Iterator[sqlite3.Connection]:
        """The same of SQLite alone, by its driver: SQLAlchemy is half the work of a commit."""
        connection = cast(sqlite3.Connection, self.writer.connection.dbapi_connection)
        with self._lock, explained("written"):
            connection.execute("BEGIN")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def attached(self, file: Path, name: str) -> Iterator[None]:
        """Of SQLite alone: the database in *file* under *name* beside this one, only to be read."""
        connection = cast(sqlite3.Connection, self.writer.connection.dbapi_connection)
        with explained("read"):
            for place in ("main", "temp"):
                connection.execute(f"PRAGMA {place}.cache_size = -{_JOINED_KIB}")
            # Some builds write zeros over every page of a table that is dropped, temporary or not.
            connection.execute("PRAGMA temp.secure_delete = OFF")
            connection.execute(f"ATTACH ? AS {name}", (f"{file.absolute().as_uri()}?mode=ro",))
        try:
            yield
        finally:
            with suppress(sqlite3.Error):  # The transaction may have failed, and the disk be gone.
                connection.execute(f"DETACH {name}")

    def require_held(self) -> None:
        """Raise Error if nothing can be written any more."""
        with self.transaction() as writer:
            writer.exec_driver_sql("SELECT 1")

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


def open_reader(url: str | Engine, schema: Schema) -> Engine:
    """An engine that only reads, also while another program writes.

    Raises ConfigError (the url), Missing (nothing there yet) or Error (damaged, not ours).
    """
    if isinstance(url, Engine):
        engine = url
    else:
        parsed = parse_url(url, schema.key)
        file = file_of(parsed)
        if file is not None and not file.exists():
            raise Missing(schema.missing)
        engine = reading_engine(parsed)
    with _opening(schema), engine.connect() as reader:
        if not _has_tables(reader, schema):
            raise Missing(schema.missing)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection of *engine* to read from. Raises Error, without the data."""
    with explained("read"), engine.connect() as reader:
        yield reader


# Opening ------------------------------------------------------------------------------------------


@contextmanager
def _opening(schema: Schema) -> Iterator[None]:
    """Have every Error say which database it is about: a folder has several."""
    try:
        with explained("opened"):
            yield
    except Missing:
        raise
    except InUse as error:
        raise InUse(f"{schema.key}: {error}") from None
    except Error as error:
        raise Error(f"{schema.key}: {error}") from None


def _beside(file: Path, suffix: str) -> Path:
    return file.with_name(file.name + suffix)


def _guard(file: Path, schema: Schema) -> sqlite3.Connection:
    """Lock a file beside that of SQLite: the lock ends with our process, however that ends.

    All files are ours alone to read: SQLite gives its log the rights that the database has.
    """
    for suffix in ("", *_BESIDE):
        private(_beside(file, suffix), make=suffix in ("", ".lock"))
    with explained("locked"):
        guard = sqlite3.connect(
            _beside(file, ".lock"), isolation_level=None, timeout=0, check_same_thread=False
        )
    try:
        guard.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        guard.close()
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise trouble("locked", error) from None
        raise InUse(schema.in_use) from None
    return guard


def _claim(writer: Connection, schema: Schema) -> None:
    if writer.dialect.name == "postgresql":
        with writer.begin():
            # Held by the session, so it ends with the connection.
            if not writer.scalar(select(func.pg_try_advisory_lock(schema.lock_number))):
                raise InUse(schema.in_use)
            for setting in _KEPT_ON:
                if writer.scalar(select(func.current_setting(setting))) != "on":
                    raise Error(
                        f"PostgreSQL runs with {setting} = off, so a crash may lose what it has "
                        "committed: set it to on, or use another server"
                    )


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
            f"the database has schema {version}, this program needs {schema.version}: move it and "
            "the other files of its folder away and start with a new folder; the version of the "
            "program that wrote it can still read it there"
        )
    return True
