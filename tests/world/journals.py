"""What outlives a program: a list of entries, or a real store that also answers look-ups."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from msgspec import Struct
from sqlalchemy import Engine, Table

from cardswitch.wire.store.engines import memory_engine
from cardswitch.wire.store.journal import JournalStore
from cardswitch.wire.store.schema import Schema

# Used in turn, since an engine that has compiled its queries once is quick: only the databases of
# the last worlds can still be read.
_ENGINES = itertools.cycle([memory_engine() for _ in range(12)])


def empty_database() -> Engine:
    """A database of SQLite in memory, with nothing in it."""
    engine = next(_ENGINES)
    engine.dispose()
    return engine


class Journal(Protocol):
    """What a program writes, and what it finds again after a start."""

    def append(self, entry: Any, /) -> None:
        """Durable on return."""
        ...

    def recent(self) -> Iterable[Any]:
        """What a start needs."""
        ...

    def look_up(self, question: Any, /) -> Sequence[Any] | None:
        """The rows that answer *question*."""
        ...


class ListJournal:
    """A journal of a program that never looks anything up."""

    def __init__(self) -> None:
        self.entries: list[Any] = []

    def append(self, entry: Any) -> None:
        """Durable on return."""
        self.entries.append(entry)

    def recent(self) -> Iterable[Any]:
        """All of it."""
        return self.entries

    def look_up(self, question: Any) -> Sequence[Any] | None:
        """Nobody asks."""
        raise AssertionError(f"this program has no look-ups: {question}")


class StoreJournal:
    """The store of a program as it is, on SQLite in memory."""

    def __init__(self, schema: Schema, table: Table, row_type: type[Struct]) -> None:
        self.engine = empty_database()
        self.store: JournalStore[Any] = JournalStore(self.engine, schema, table, row_type)

    def append(self, entry: Any) -> None:
        """One row, one commit: a program may die between any two rows."""
        self.store.commit([entry])

    def recent(self) -> Iterable[Any]:
        """The last checkpoint, the legs that it names, and what followed."""
        return self.store.recent()

    def look_up(self, question: Any) -> Sequence[Any] | None:
        """By the store's own queries."""
        return self.store.look_up([question])[0]

    def rows(self) -> list[Any]:
        """Every row."""
        return list(self.store.rows())
