"""What goes wrong with databases, in one sentence: what it is, and where we know it what to try.

The errors of drivers may quote the data; ours never do.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from cardswitch.specs.errors import Error

from .files import NO_RIGHT, NO_ROOM, NOT_OURS

# By the last eight bits of SQLite's codes: the others say more of the same.
_SQLITE_ADVICE: Final = {
    sqlite3.SQLITE_FULL: NO_ROOM,
    sqlite3.SQLITE_IOERR: "look whether the disk is full or failing",
    sqlite3.SQLITE_READONLY: NO_RIGHT,
    sqlite3.SQLITE_CANTOPEN: NO_RIGHT,
    sqlite3.SQLITE_PERM: NO_RIGHT,
    sqlite3.SQLITE_NOTADB: NOT_OURS,
    sqlite3.SQLITE_CORRUPT: "restore it from a copy, then start again",
    sqlite3.SQLITE_BUSY: "another program holds it: end that, then try again",
}


@contextmanager
def explained(verb: str, *also: type[Exception]) -> Iterator[None]:
    """Turn the errors of drivers, and *also* others, into ours: it cannot be *verb*."""
    expected: tuple[type[Exception], ...] = (SQLAlchemyError, sqlite3.Error, *also)
    try:
        yield
    except expected as error:
        raise trouble(verb, error) from None


def trouble(verb: str, error: Exception) -> Error:
    """The error to raise where a driver's *error* says that the database cannot be *verb*."""
    return Error(f"the database cannot be {verb}: {_reason(error)}")


def _reason(error: Exception) -> str:
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    name = type(cause).__name__
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
        advice = f"; {_SQLITE_ADVICE[code]}" if code in _SQLITE_ADVICE else ""
        return f"{cause} ({name}){advice}"  # SQLite speaks of tables and files, never of values.
    state = getattr(cause, "sqlstate", None)
    return f"{name} {state}" if state else name
