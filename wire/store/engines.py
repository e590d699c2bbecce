"""How a database is reached: its url, and engines that write durably, only read, or forget."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Engine, NullPool, StaticPool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from cardswitch.specs.errors import ConfigError

BUSY_TIMEOUT_S: Final = 5.0  # How long to wait for a person who looks at the database by hand.
# FULL: a commit survives a power cut, not only the death of the process (reliability I28).
_WRITING: Final = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")
_READING: Final = ("query_only=ON",)
# Whatever the server's default is: an answer of COMMIT means that it is on the disk.
_DURABLE: Final = "-c synchronous_commit=on"
_READ_ONLY: Final = "-c default_transaction_read_only=on"
# A server that is gone without a word is noticed within seconds; libpq would wait for minutes.
_PATIENCE: Final[dict[str, int]] = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,  # milliseconds
}


def parse_url(url: str, key: str) -> URL:
    """*url* of the configuration's *key*, if it is one that we can use. Raises ConfigError."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ConfigError(f"{key}: expected a url such as sqlite:///switch.db") from None
    backend = parsed.get_backend_name()
    if backend not in ("sqlite", "postgresql"):
        raise ConfigError(f"{key}: expected sqlite or postgresql, not {backend}")
    if backend == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise ConfigError(f"{key}: expected a file, since memory does not survive a crash")
    try:
        parsed.get_dialect().import_dbapi()
    except (ImportError, SQLAlchemyError):
        raise ConfigError(
            f"{key}: no driver for {parsed.drivername} is installed: "
            "pip install 'cardswitch[postgres]' brings postgresql+psycopg"
        ) from None
    return parsed


def file_of(url: URL) -> Path | None:
    """The file of a database of SQLite; None for one on a server."""
    return Path(f"{url.database}") if url.get_backend_name() == "sqlite" else None


def writing_engine(url: URL) -> Engine:
    """An engine whose commits survive a power cut."""
    file = file_of(url)
    return _postgresql(url, _DURABLE) if file is None else _sqlite(file, "rwc", _WRITING)


def reading_engine(url: URL) -> Engine:
    """An engine that cannot write."""
    file = file_of(url)
    return _postgresql(url, _READ_ONLY) if file is None else _sqlite(file, "ro", _READING)


def memory_engine() -> Engine:
    """SQLite in memory, for tests: whoever opens it, one after the other, finds what was there."""
    engine = create_engine(
        "sqlite://",
        creator=lambda: _connect(":memory:"),
        poolclass=StaticPool,
        hide_parameters=True,
    )
    event.listen(engine, "begin", _begin)
    return engine


def _postgresql(url: URL, options: str) -> Engine:
    asked = url.query.get("options", "")
    texts = (asked,) if isinstance(asked, str) else asked
    patience = {name: value for name, value in _PATIENCE.items() if name not in url.query}
    arguments = {**patience, "options": " ".join([*texts, options]).strip()}
    return create_engine(
        url, poolclass=NullPool, hide_parameters=True, paramstyle="format", connect_args=arguments
    )


def _sqlite(file: Path, mode: str, pragmas: tuple[str, ...]) -> Engine:
    def set_up(connection: Any, _: Any) -> None:
        with closing(connection.cursor()) as cursor:
            for pragma in pragmas:
                cursor.execute(f"PRAGMA {pragma}")

    engine = create_engine(
        "sqlite://",
        creator=lambda: _connect(f"{file.absolute().as_uri()}?mode={mode}"),
        poolclass=NullPool,
        hide_parameters=True,
    )
    event.listen(engine, "connect", set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _connect(uri: str) -> sqlite3.Connection:
    # No isolation level: the driver must not begin and end transactions by ideas of its own.
    return sqlite3.connect(
        uri, uri=True, isolation_level=None, check_same_thread=False, timeout=BUSY_TIMEOUT_S
    )


def _begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN")
