"""Inserts rows by few statements: after each a thread must wait for the interpreter again.

`executemany` is a statement for every row, but for PostgreSQL, where it is one way to the server.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, Final

from sqlalchemy import Connection, Engine, Table, insert

# Rows of one statement, the largest first. SQLite before 3.32 takes no more than 999 values.
_AT_ONCE: Final = (32, 16, 8, 4, 2, 1)


class Insertion:
    """Into *table*, by connections of *engine*; compiled once."""

    def __init__(self, engine: Engine, table: Table) -> None:
        self._one = str(insert(table).compile(dialect=engine.dialect))
        place = self._one[self._one.index(" VALUES ") + len(" VALUES ") :]
        self._several = {size: self._one + f", {place}" * (size - 1) for size in _AT_ONCE}
        self._is_local = engine.dialect.name == "sqlite"

    def insert(self, writer: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert *rows*, at least one, in their order, within the transaction of *writer*."""
        if not self._is_local:
            writer.exec_driver_sql(self._one, list(rows))
            return
        for some in cut(rows):
            writer.exec_driver_sql(self._several[len(some)], tuple(chain.from_iterable(some)))


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
