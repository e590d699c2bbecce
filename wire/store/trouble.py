"""What goes wrong with databases and files, in one sentence: what it is and what to try.

The errors of drivers may quote the data; ours never do.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import EACCES, EDQUOT, EISDIR, ENOENT, ENOSPC, EPERM, EROFS
from pathlib import Path
from typing import Final

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from cardswitch.specs.errors import Error

from .disk import create_file, narrow_file

_NO_ROOM: Final = "make room on the disk, or name a folder on another one"
_NO_RIGHT: Final = "give this user the right to write there, or name another folder"
_NOT_OURS: Final = "name another file"
_DAMAGED: Final = "restore it from a copy, then start again"
_ADVICE: Final = {
    EACCES: _NO_RIGHT,
    EPERM: _NO_RIGHT,
    EROFS: _NO_RIGHT,
    ENOSPC: _NO_ROOM,
    EDQUOT: _NO_ROOM,
    EISDIR: _NOT_OURS,
    ENOENT: "make the folder, or name another one",
}
# By the last eight bits of SQLite's codes: the others say more of the same.
_SQLITE_ADVICE: Final = {
    sqlite3.SQLITE_FULL: _NO_ROOM,
    sqlite3.SQLITE_IOERR: "look whether the disk is full or failing",
    sqlite3.SQLITE_READONLY: _NO_RIGHT,
    sqlite3.SQLITE_CANTOPEN: _NO_RIGHT,
    sqlite3.SQLITE_PERM: _NO_RIGHT,
    sqlite3.SQLITE_NOTADB: _NOT_OURS,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
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


def file_trouble(path: Path, error: OSError) -> Error:
    """The error to raise if *path* cannot be used as a file of ours."""
    advice = _ADVICE.get(error.errno or 0, "name another file")
    reason = error.strerror or type(error).__name__
    return Error(f"{path} cannot be written: {reason}; {advice}")


def private(path: Path, *, make: bool) -> None:
    """See that only its owner may read or write *path*, and *make* it where it is missing.

    What belongs to another user stays as that one wants it. Raises Error if it is no file.
    """
    try:
        if make:
            with suppress(FileExistsError):
                create_file(path, b"")
        narrow_file(path)
    except OSError as error:
        raise file_trouble(path, error) from None


def _reason(error: Exception) -> str:
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    name = type(cause).__name__
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
        advice = f"; {_SQLITE_ADVICE[code]}" if code in _SQLITE_ADVICE else ""
        return f"{cause} ({name}){advice}"  # SQLite speaks of tables and files, never of values.
    state = getattr(cause, "sqlstate", None)
    return f"{name} {state}" if state else name
