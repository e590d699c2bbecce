"""Whether a journal is what was written: the chain of its checksums, walked from row to row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from cardswitch.specs.errors import Error

from .chain import chained


def breaks(rows: Iterable[Sequence[Any]], sequence: int, checksum: str) -> Iterator[str]:
    """What is wrong in *rows*, which follow the row *sequence* with *checksum*; a line for each.

    A wrong row is told once: the next is compared with what it claims to be.
    """
    try:
        for *columns, claimed in rows:
            expected, sequence, leg = sequence + 1, *columns[:2]
            where = f"row {sequence} (leg {leg if isinstance(leg, int) else 'unreadable'})"
            if sequence != expected:
                last = sequence - 1
                missing = f"row {last} is" if last == expected else f"rows {expected} to {last} are"
                yield f"{where}: before it {missing} missing"
            elif chained(checksum, tuple(columns)) != claimed:
                yield f"{where}: it is not what was written, or not where it was written"
            checksum = claimed
    except Error as error:
        yield f"behind row {sequence}: {error}"


@contextmanager
def damage_shown(connection: Connection) -> Iterator[None]:
    """Have *connection* give text that is no UTF-8 any more as some other text, not as an error."""
    if connection.dialect.name != "sqlite":
        yield  # PostgreSQL checks what it stores and reads by itself.
        return
    driver: Any = connection.connection.driver_connection
    driver.text_factory = lambda raw: raw.decode("utf-8", "replace")
    try:
        yield
    finally:
        driver.text_factory = str
