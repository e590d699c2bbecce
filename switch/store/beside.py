"""The rows of a journal beside the tables of the books, so that one statement reads and writes.

A file of SQLite is attached to the other, tables on one server stand beside each other anyhow; else
the columns that settlement reads are copied, row by row.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Final

from sqlalchemy import Column, Connection, Engine, Index, MetaData, Table, insert, or_, select

from cardswitch.wire.store.database import Database
from cardswitch.wire.store.engines import file_of, parse_url
from cardswitch.wire.store.verify import ROWS_AT_ONCE

from .moved import temporary
from .reader import JournalReader
from .tables import BOOKS_SCHEMA, JOURNAL, JOURNAL_SCHEMA

_ATTACHED: Final = "kept"
_ELSEWHERE: Final = JOURNAL.to_metadata(MetaData(), schema=_ATTACHED)
# All that settlement asks of a row.
_READ: Final = (
    "sequence", "leg", "state", "business_date", "day", "source", "serves", "kind", "rrn",
    "merchant", "terminal", "amount", "currency", "moved", "stays",
    "original",
)  # fmt: skip
# One table for all closes: statements on it are made and compiled once.
_COPY: Final = temporary(
    "journal_rows",
    *[Column(name, JOURNAL.c[name].type, nullable=False) for name in _READ],
    Index("journal_rows_leg", "leg", "sequence"),
    Index("journal_rows_sequence", "sequence"),
)


@contextmanager
def rows_beside(
    database: Database, books: str | Engine, journal: JournalReader, since: int
) -> Iterator[Table]:
    """The rows of *journal* in the connection that writes *books*: a table to select from.

    Of rows up to *since* at least those of legs that move on behind it. Raises Error.
    """
    if isinstance(books, str) and isinstance(journal.url, str):
        kept = parse_url(journal.url, JOURNAL_SCHEMA.key)
        held = parse_url(books, BOOKS_SCHEMA.key)
        file = file_of(kept)
        if file is not None and file_of(held) is not None:
            with database.attached(file, _ATTACHED):
                yield _ELSEWHERE
            return
        if kept == held:
            yield JOURNAL
            return
    with database.transaction() as writer:
        _fill(writer, journal, since)
    try:
        yield _COPY
    finally:
        with database.transaction() as writer:
            _COPY.drop(writer)


def _fill(writer: Connection, journal: JournalReader, since: int) -> None:
    _COPY.create(writer)
    c = JOURNAL.c
    moved_on = select(c.leg).where(c.sequence > since)
    wanted = or_(c.sequence > since, c.leg.in_(moved_on))
    query = select(*[c[name] for name in _READ]).where(c.leg > 0, wanted)
    rows = journal.streamed(query)
    while some := [dict(row._mapping) for row in islice(rows, ROWS_AT_ONCE)]:
        writer.execute(insert(_COPY), some)
