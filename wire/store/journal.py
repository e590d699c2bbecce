"""The journal of a program in SQLite or PostgreSQL: its memory, which only grows.

`JournalStore` is what the program itself writes and asks; `JournalStoreReader` is for everybody
else, also while the program runs. The columns are the fields of the program's Struct. These say
something here: sequence, leg, at, state, identity, sent_on, rrn and fields.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from threading import Lock
from typing import Any

from msgspec.structs import astuple
from sqlalchemy import Engine, Select, Table

from ..ports import Question
from .chain import chained
from .database import Database, open_reader
from .insertion import Insertion
from .lookup import LookUps, Statement, statements
from .reading import JournalReading, R
from .schema import Schema


class JournalStore(JournalReading[R]):
    """A journal for one program alone. Its methods may be called from any thread.

    *url* is SQLAlchemy's: ``sqlite:///switch.db`` or ``postgresql+psycopg://…``, or an engine such
    as `memory_engine` makes. Raises ConfigError (the url) or Error (in use, damaged, not ours).
    """

    def __init__(self, url: str | Engine, schema: Schema, table: Table, row_type: type[R]) -> None:
        self._database = Database(url, schema)
        super().__init__(self._database.engine, table, row_type)
        self._look_ups = LookUps(self._engine, statements(self._engine.dialect, table))
        self._insertion = Insertion(self._database, table)
        self.is_local = self._engine.dialect.name == "sqlite"
        self._floats = [n for n, column in enumerate(table.c) if column.type.python_type is float]
        self._writing, self._asking = Lock(), Lock()
        self._last: str | None = None  # The last checksum on the disk; None if we do not know it.

    def commit(self, rows: Sequence[R]) -> None:
        """Write *rows*: all of them durable on return. After an Error nothing is known of them.

        Nor should anything more be written then: what led to it was decided on another journal.
        """
        if not rows:
            return
        with self._writing:
            last = self.head()[1] if self._last is None else self._last
            self._last = None
            values = []
            for row in rows:
                columns = self._columns(row)
                last = chained(last, columns)
                values.append((*columns, last))
            self._insertion.insert(values)
            self._last = last

    def look_up(self, questions: Sequence[Question]) -> list[Sequence[R] | None]:
        """For each of *questions*, all rows, in order, of the legs whose first row it names.

        None for one that names so many legs that it cannot mean any. Raises Error if the journal
        cannot be read.
        """
        with self._asking:
            return self._found(self._look_ups, questions)

    def require_held(self) -> None:
        """Raise Error if the connection that writes is lost, and our hold of the tables with it."""
        self._database.require_held()

    def close(self) -> None:
        """Let go of the database; another program may then open it."""
        self._look_ups.close()
        self._database.close()

    def _columns(self, row: R) -> tuple[Any, ...]:
        """As they will come back: an integer in a column of floats comes back as a float."""
        columns = astuple(row)
        for n in self._floats:
            if type(columns[n]) is not float:
                columns = (*columns[:n], float(columns[n]), *columns[n + 1 :])
        return columns


class JournalStoreReader(JournalReading[R]):
    """Reads a journal, also while its program is writing; changes nothing, and holds nobody up.

    *url* as for `JournalStore`. Raises ConfigError (the url), Missing (nothing there yet) or Error
    (damaged, not ours).
    """

    def __init__(self, url: str | Engine, schema: Schema, table: Table, row_type: type[R]) -> None:
        super().__init__(open_reader(url, schema), table, row_type)

    @cached_property
    def _idle(self) -> deque[LookUps]:
        """Connections to a file that are kept, one for each thread that has asked at once.

        Of a server none is kept: it may have ended by the next question.
        """
        return deque(maxlen=None if self._engine.dialect.name == "sqlite" else 0)

    def look_up(self, questions: Sequence[Question]) -> list[Sequence[R] | None]:
        """See :meth:`JournalStore.look_up`. It sees what is there now, in a snapshot too."""
        with self._kept() as look_ups:
            return self._found(look_ups, questions)

    def last_rows(self, legs: Sequence[int]) -> dict[int, int]:
        """The sequence of the last row of each of *legs*, read from an index alone."""
        with self._kept() as look_ups:
            return look_ups.last_rows(legs)

    def compiled(self, query: Select[Any]) -> Statement:
        """*query*, for all columns of the table, as :meth:`ask` wants it."""
        return Statement(self._engine.dialect, query)

    def ask(self, statement: Statement, given: Mapping[str, Any]) -> list[R]:
        """The rows that *statement* finds now with what is *given*, few enough to be held.

        In place of :meth:`select` where much is asked: nothing is compiled, nobody connects.
        """
        with self._kept() as look_ups:
            found = look_ups.ask(statement, given)
        return [*map(self._row, found)]

    @contextmanager
    def _kept(self) -> Iterator[LookUps]:
        """A connection, to be used by nobody else meanwhile."""
        try:
            look_ups = self._idle.pop()
        except IndexError:
            look_ups = LookUps(self._engine, statements(self._engine.dialect, self.table))
        try:
            yield look_ups
        finally:
            if self._idle.maxlen is None:
                self._idle.append(look_ups)
            else:
                look_ups.close()
