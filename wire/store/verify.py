"""Whether a journal is what was written: the chain of its checksums, walked from row to row."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, Table, select

from cardswitch.specs.errors import Error

from .chain import chained
from .trouble import explained

ROWS_AT_ONCE: Final = 1_000  # Rows fetched at once: some megabyte, however long the journal is.


def breaks(rows: Iterable[tuple[Any, ...]], sequence: int, checksum: str) -> Iterator[str]:
    """What is wrong in *rows*, which follow the row *sequence* with *checksum*; a line for each.

    A wrong row is told once: the next is compared with what it claims to be.
    """
    try:
        for row in rows:
            expected, sequence, claimed = sequence + 1, row[0], row[-1]
            if sequence != expected:
                last = sequence - 1
                missing = f"row {last} is" if last == expected else f"rows {expected} to {last} are"
                yield f"{_place(row)}: before it {missing} missing"
            elif chained(checksum, row[:-1]) != claimed:
                yield f"{_place(row)}: it is not what was written, or not where it was written"
            checksum = claimed
    except Error as error:
        yield f"behind row {sequence}: {error}"


def _place(row: tuple[Any, ...]) -> str:
    sequence, leg, *_ = row
    return f"row {sequence} (leg {leg if isinstance(leg, int) else 'unreadable'})"


def walked(connection: Connection, table: Table, after: int) -> Iterator[tuple[Any, ...]]:
    """All columns of the rows of *table* behind the row *after*, in their order, streamed.

    Of SQLite, text that is no UTF-8 any more comes as some other text, not as an error.
    """
    c = table.c
    query = select(table).where(c.sequence > after).order_by(c.sequence)
    if connection.dialect.name != "sqlite":  # PostgreSQL checks what it stores and reads by itself.
        with explained("read"):
            yield from connection.execute(query.execution_options(yield_per=ROWS_AT_ONCE))
        return
    # By the driver alone: a walk is long, and the rest would be a third of it.
    driver: Any = connection.connection.driver_connection
    walk = str(query.compile(dialect=connection.dialect))
    last = after
    with explained("read"):
        try:
            for row in driver.execute(walk, (after,)):
                last = row[0]
                yield row
        except sqlite3.OperationalError:  # The next row has such a text; or it fails again.
            with _damage_shown(driver):
                yield from driver.execute(walk, (last,))


@contextmanager
def _damage_shown(driver: Any) -> Iterator[None]:
    driver.text_factory = lambda raw: raw.decode("utf-8", "replace")
    try:
        yield
    finally:
        driver.text_factory = str
