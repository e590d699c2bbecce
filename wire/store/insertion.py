"""Inserts rows by few statements: after each a thread must wait for the interpreter again.

`executemany` is a statement for every row, but for PostgreSQL, where it is one way to the server.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, Final

from sqlalchemy import Table

from .database import Database

# Rows of one statement, the largest first. SQLite before 3.32 takes no more than 999 values.
_AT_ONCE: Final = (32, 16, 8, 4, 2, 1)
# What fails leaves some of its rows, which go with the transaction. To undo one statement alone,
# SQLite would write every page that it changes into a file first, as it was.
_FAILING: Final = "INSERT OR FAIL INTO"


class Insertion:
    """Into *table* of *database*, by statements that are compiled once."""

    def __init__(self, database: Database, table: Table) -> None:
        self._database = database
        self._one = database.insertion(table)
        place = self._one[self._one.index(" VALUES ") + len(" VALUES ") :]
        one = self._one.replace("INSERT INTO", _FAILING, 1)
        self._several = {size: one + f", {place}" * (size - 1) for size in _AT_ONCE}
        self._is_local = database.engine.dialect.name == "sqlite"

    def insert(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert *rows*, at least one, in their order, in one transaction: durably."""
        if not self._is_local:
            with self._database.transaction() as writer:
                writer.exec_driver_sql(self._one, list(rows))
            return
        with self._database.local_transaction() as connection:
            for some in cut(rows):
                connection.execute(self._several[len(some)], tuple(chain.from_iterable(some)))


def cut(rows: Sequence[tuple[Any, ...]]) -> Iterator[Sequence[tuple[Any, ...]]]:
    """Pieces of *rows* that there is a statement for.

    >>> [len(some) for some in cut([()] * 71)]
    [32, 32, 4, 2, 1]
    """
    start = 0
    for size in _AT_ONCE:
        while len(rows) - start >= size:
            yield rows[start : start + size]
            start += size
