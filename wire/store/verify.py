"""Whether a journal is what was written: the chain of its checksums, walked from row to row."""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Column, Connection, Table, func, select

from cardswitch.specs.errors import Error

from .chain import empty, encode
from .tables import CHECKSUM
from .trouble import explained

ROWS_AT_ONCE: Final = 1_000  # Rows fetched at once: some megabyte, however long the journal is.
_FUNCTION: Final = "is_not_what_was_written"


class Walk:
    """A walk along the rows of a journal; it has come to the row *sequence*, with *checksum*."""

    __slots__ = ("checksum", "found", "sequence")

    def __init__(self, sequence: int, checksum: str) -> None:
        self.sequence = sequence
        self.checksum = checksum
        self.found: deque[str] = deque()

    def is_wrong(self, checksum: Any, *row: Any) -> bool:
        """Go on to *row* with *checksum*, all columns of it; what is wrong with it is *found*.

        A wrong row is told once: the next is compared with what it claims to be. All is done here,
        as by `chained`: for each of millions of rows, a call more is a tenth of the work.
        """
        digest = empty()
        digest.update(encode((self.checksum, row)))
        self.checksum = checksum
        self.sequence = expected = self.sequence + 1
        if row[0] == expected and digest.hexdigest() == checksum:
            return False
        self.sequence = row[0]
        if row[0] != expected:
            last = self.sequence - 1
            missing = f"row {last} is" if last == expected else f"rows {expected} to {last} are"
            self.found.append(f"{_place(row)}: before it {missing} missing")
        else:
            what = "it is not what was written, or not where it was written"
            self.found.append(f"{_place(row)}: {what}")
        return True

    def findings(self) -> Iterator[str]:
        """What was found since it was asked last."""
        while self.found:
            yield self.found.popleft()


def breaks(connection: Connection, table: Table, after: int, checksum: str) -> Iterator[str]:
    """What is wrong in the rows of *table* behind the row *after* with *checksum*, a line for each.

    Of SQLite, text that is no UTF-8 any more is some other text, not an error.
    """
    walk = Walk(after, checksum)
    try:
        with explained("read"):
            if connection.dialect.name == "sqlite":
                yield from _in_sqlite(connection, table, walk)
            else:  # PostgreSQL checks what it stores and reads by itself.
                query = select(*_walked(table)).where(table.c.sequence > after)
                query = query.order_by(table.c.sequence)
                for row in connection.execute(query.execution_options(yield_per=ROWS_AT_ONCE)):
                    walk.is_wrong(*row)
                    yield from walk.findings()
    except Error as error:
        yield from walk.findings()
        yield f"behind row {walk.sequence}: {error}"


def _place(row: tuple[Any, ...]) -> str:
    sequence, leg, *_ = row
    return f"row {sequence} (leg {leg if isinstance(leg, int) else 'unreadable'})"


def _walked(table: Table) -> list[Column[Any]]:
    """The columns of *table*, the checksum first: the others are then what it was made of."""
    checksum = table.c[CHECKSUM]
    return [checksum, *(column for column in table.c if column is not checksum)]


def _in_sqlite(connection: Connection, table: Table, walk: Walk) -> Iterator[str]:
    """SQLite itself calls us with each row, which is half the work of handing it out to us."""
    c, columns = table.c, _walked(table)
    driver: Any = connection.connection.driver_connection
    asked = select(c.sequence).where(c.sequence > walk.sequence, getattr(func, _FUNCTION)(*columns))
    wrong = str(asked.order_by(c.sequence).compile(dialect=connection.dialect))
    driver.create_function(_FUNCTION, len(columns), walk.is_wrong)
    try:
        for _ in driver.execute(wrong, (walk.sequence,)):
            yield from walk.findings()
    except sqlite3.OperationalError:  # The next row has such a text; or it fails again.
        yield from walk.findings()
        every = select(*columns).where(c.sequence > walk.sequence).order_by(c.sequence)
        with _damage_shown(driver):
            walked = str(every.compile(dialect=connection.dialect))
            for row in driver.execute(walked, (walk.sequence,)):
                walk.is_wrong(*row)
                yield from walk.findings()


@contextmanager
def _damage_shown(driver: Any) -> Iterator[None]:
    driver.text_factory = lambda raw: raw.decode("utf-8", "replace")
    try:
        yield
    finally:
        driver.text_factory = str
