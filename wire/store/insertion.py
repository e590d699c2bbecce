"""Inserts rows by few statements: after each a thread must wait for the interpreter again.

`executemany` is a statement for every row, but for PostgreSQL, where it is one way to the server.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, Final

from sqlalchemy import Engine, Table, insert

from .database import Database

# Rows of one statement, the largest first. SQLite before 3.32 takes no more than 999 values.
_AT_ONCE: Final = (32, 16, 8, 4, 2, 1)


class Insertion:
    """Into *table*, by statements that are compiled once for *engine*."""

    def __init__(self, engine: Engine, table: Table) -> None:
        self._one = str(insert(table).compile(dialect=engine.dialect))
        place = self._one[self._one.index(" VALUES ") + len(" VALUES ") :]
        self._several = {size: self._one + f", {place}" * (size - 1) for size in _AT_ONCE}
        self._is_local = engine.dialect.name == "sqlite"

    def insert(self, database: Database, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert *rows*, at least one, in their order, in a transaction of *database*: durably."""
        if not self._is_local:
            with database.transaction() as writer:
                writer.exec_driver_sql(self._one, list(rows))
            return
        with database.local_transaction() as connection:
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
